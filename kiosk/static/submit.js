// Hands one finished sheet to the server and says what became of it. Sending the same sheet again is safe: it carries its own id.

const PATIENCE = 15000;

// "kept": the server has it. "refused": it said no and why. "unreached": nobody knows, so the answers must stay and be sent again.
export async function send(address, fields, token) {
  let attempt = await post(address, fields, token);
  if (attempt.status === "token_expired" && attempt.csrf_token) {
    attempt = { ...(await post(address, fields, attempt.csrf_token)), token: attempt.csrf_token };
  }
  if (attempt.status === "acknowledged" || attempt.status === "quarantined") return { outcome: "kept", token: attempt.token };
  if (attempt.status === "rejected") return { outcome: "refused", message: attempt.message, page: attempt.page, token: attempt.token };
  return { outcome: "unreached", token: attempt.token };
}

export async function post(address, fields, token) {
  const body = new URLSearchParams(fields);
  body.set("csrf_token", token);
  try {
    const answer = await fetch(address, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    return await answer.json();
  } catch {
    return { status: "unreached" }; // no network, no answer in time, or a page of somebody else in between
  }
}
