// Carries the box to the server, one sender at a time, and tells the server how the tablet is doing. It deletes nothing the server has not named.

const MOST = 50;
const MOST_BYTES = 200000; // the server takes 256 KiB
const PATIENCE = 20000;
const PULSE = 60000;
const LONGEST_WAIT = 300000;
const CLOCK_JUMP = 5000;

const jitter = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);
const localDay = (moment = new Date()) => [moment.getFullYear(), String(moment.getMonth() + 1).padStart(2, "0"), String(moment.getDate()).padStart(2, "0")].join("-");

// Two pages of one tablet must not send at once. Without https there are no locks; twice is then harmless, because the server knows each id.
const exclusively = (work) =>
  navigator.locks ? navigator.locks.request("sipas-sender", { ifAvailable: true }, (lock) => (lock ? work() : null)) : work();

export class Sender {
  box = null; // set once it is open
  trouble = null;
  status = "waiting"; // "reached", "unreached", "revoked"
  reachedAt = null;
  #addresses;
  #version;
  #identity; // () => {id, key} or null; renew() asks the server whether this browser has a newer key
  #changed;
  #running = false;
  #again = false;
  #timer;
  #failures = 0;
  #most = MOST;
  #beatAt = -Infinity;
  #clockAt = null;

  constructor({ addresses, version, identity, changed }) {
    this.#addresses = addresses;
    this.#version = version;
    this.#identity = identity;
    this.#changed = changed;
  }

  start() {
    window.addEventListener("online", () => this.poke());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.poke());
    this.poke();
  }

  // Send now, or again as soon as the sending under way is over.
  async poke() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      do {
        this.#again = false;
        const ended = await exclusively(() => this.#round());
        if (ended !== null) this.#failures = ended ? 0 : this.#failures + 1;
      } while (this.#again && this.#failures === 0);
    } catch {
      this.#failures += 1; // the box could not be read; the next round tries again
    } finally {
      this.#running = false;
      this.#timer = setTimeout(() => this.poke(), jitter(this.#wait()));
      this.#changed();
    }
  }

  // Somebody asked while an attempt was failing: soon once more, whatever the back-off says.
  #wait() {
    if (this.#again) return 2000;
    if (this.status === "revoked") return LONGEST_WAIT;
    return this.#failures ? Math.min(LONGEST_WAIT, 5000 * 2 ** Math.min(this.#failures - 1, 6)) : PULSE;
  }

  // True when everything that waited has been answered.
  async #round() {
    // The server corrects answers by the clock of the last heartbeat, so it comes first when it is old or the clock has moved.
    const clock = Date.now() - performance.now();
    const jumped = this.#clockAt !== null && Math.abs(clock - this.#clockAt) > CLOCK_JUMP;
    if ((jumped || performance.now() - this.#beatAt >= PULSE * 0.7) && !(await this.beat())) return false;
    if (!this.box) return true;
    for (;;) {
      const batch = await this.box.some(this.#most, MOST_BYTES);
      if (!batch.length) return true;
      if (!(await this.#send(batch))) return false;
    }
  }

  async #send(batch) {
    const { status, body } = await this.#post(this.#addresses.responses, { responses: batch });
    if (status === 200) return this.#settle(batch, body);
    if (status === 413 || status === 422 || status === 400) {
      if (batch.length === 1) {
        await this.box.settle({ acknowledged: [], quarantined: [], rejected: [batch[0].id] });
        return true;
      }
      this.#most = status === 413 ? Math.ceil(batch.length / 2) : 1;
      return true;
    }
    if (status >= 500) this.#most = Math.max(1, Math.ceil(batch.length / 2));
    return false;
  }

  async #settle(batch, body) {
    const sent = new Set(batch.map((submission) => submission.id));
    const ids = (list) => (Array.isArray(list) ? list.map((each) => (typeof each === "string" ? each : each?.id)).filter((id) => sent.has(id)) : []);
    const answer = { acknowledged: ids(body?.acknowledged), quarantined: ids(body?.quarantined), rejected: ids(body?.rejected) };
    if (!answer.acknowledged.length && !answer.quarantined.length && !answer.rejected.length) return false; // not an answer of ours
    await this.box.settle(answer);
    this.#most = Math.min(MOST, this.#most * 2);
    this.#changed();
    return true;
  }

  // Counters, versions and the clock to the server; never an answer.
  async beat() {
    const none = { box: null, saved: 0, acknowledged: 0, quarantined: 0, refused: 0, pending: 0, oldest_pending_hour: null };
    const left = (await this.box?.fact("walk_aways")) ?? {};
    const report = {
      ...(this.box ? await this.box.count() : none),
      app_version: this.#version,
      is_storage_persistent: (await navigator.storage?.persisted?.().catch(() => null)) ?? null,
      trouble: this.trouble,
      walk_aways: Object.entries(left)
        .slice(0, 500)
        .map(([key, people]) => {
          const [left_on, instrument, last_criterion] = JSON.parse(key);
          return { left_on, instrument, last_criterion, people };
        }),
    };
    const { status, body } = await this.#post(this.#addresses.heartbeat, report, true);
    if (status !== 200 || typeof body?.time !== "string") return false;
    this.#beatAt = performance.now();
    this.#clockAt = Date.now() - performance.now();
    if (this.box) {
      await this.box.forgetWalkAways(left, localDay());
      await this.box.keep("staff_pin", body.staff_pin);
    }
    return true;
  }

  async #post(address, body, withClock = false, renewed = false) {
    const identity = await this.#identity.get();
    if (!identity) return this.#reached(0, null);
    let answer;
    try {
      const response = await fetch(address, {
        method: "POST",
        body: JSON.stringify(withClock ? { ...body, clock: new Date().toISOString() } : body),
        headers: { "Content-Type": "application/json", Accept: "application/json", Authorization: `Bearer ${identity.key}` },
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
      answer = { status: response.status, body: await response.json().catch(() => null) };
    } catch {
      return this.#reached(0, null);
    }
    if ((answer.status === 401 || answer.status === 403) && !renewed && (await this.#identity.renew())) return this.#post(address, body, withClock, true);
    return this.#reached(answer.status, answer.body);
  }

  #reached(status, body) {
    const before = this.status;
    this.status = status === 401 || status === 403 ? "revoked" : status === 200 ? "reached" : status === 0 || status >= 500 ? "unreached" : this.status;
    if (status === 200) this.reachedAt = new Date();
    if (before !== this.status) this.#changed();
    return { status, body };
  }
}

export { localDay };
