// What a scanned slip settles at a tablet: its field, counter and stages when the server can be asked, else only the code, which goes with the sheet.

import { codeIn } from "./codes.js";
import { post } from "./submit.js";

const PATIENCE = 3000; // nobody waits for a bad network with a slip in hand

// `known`: the server says what the code carries. `problem`: it opens nothing here, and why. `unchecked`: nobody could be asked.
export async function askAbout(text, { address, token }) {
  const code = codeIn(text);
  if (!code) return { outcome: "problem", sentence: "scan_unknown" };
  const answer = await Promise.race([ask(code, address, token), new Promise((resolve) => setTimeout(resolve, PATIENCE, { status: "late" }))]);
  if (answer.status === "known") return { outcome: "known", code, carries: answer };
  if (answer.status === "problem") return { outcome: "problem", sentence: answer.problem };
  return { outcome: "unchecked", code };
}

async function ask(code, address, token) {
  const answer = await post(address, [["code", code]], token());
  return answer.status === "token_expired" && answer.csrf_token ? post(address, [["code", code]], token(answer.csrf_token)) : answer;
}

// The visit as the code makes it; what it settles is not asked.
export function settled(data, { unit, counter, mode, field, stages }) {
  return {
    ...data,
    stages,
    fields: data.fields.filter((each) => each.code === field),
    envelope: { ...data.envelope, unit, counter: counter ?? data.envelope.counter, mode },
  };
}
