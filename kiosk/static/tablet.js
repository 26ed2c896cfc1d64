// An enrolled tablet: its box, its key, the sender and the kept shell, behind the few things the page has to know.

import { openBox } from "./outbox.js";
import { localDay, Sender } from "./sender.js";
import { keepShell } from "./shell.js";
import { post } from "./submit.js";

export class Tablet {
  #data;
  #newName;
  #box = null;
  #sender;
  #shell = null;
  #memory = null; // the key, when there is no box to keep it in
  #opening;

  constructor({ data, token, newName, isIdle, changed }) {
    this.#data = data;
    this.#newName = newName;
    this.token = token;
    const identity = { get: () => this.#identity(), renew: () => this.#renew() };
    this.#sender = new Sender({ addresses: data.addresses, version: data.version, identity, changed });
    this.#opening = this.#open().then(changed);
    keepShell({ worker: data.addresses.worker, scope: data.addresses.home, isIdle })
      .then((shell) => {
        this.#shell = shell;
        setInterval(() => shell.check(), 10 * 60000);
      })
      .catch(() => {}); // refused by the browser: the page still works while the server does
  }

  async #open() {
    try {
      this.#box = await openBox(this.#newName);
      this.#sender.box = this.#box;
      void navigator.storage?.persist?.().catch(() => false); // asked at every start; staff see the answer
    } catch {
      this.#sender.trouble = "storage refused";
    }
    this.#sender.start();
  }

  // "storage": sheets cannot be kept here; "revoked": the server no longer knows this tablet; null: all is well.
  get note() {
    if (this.#sender.trouble) return "storage";
    return this.#sender.status === "revoked" ? "revoked" : null;
  }

  get isReached() {
    return this.#sender.status === "reached";
  }

  // True once the sheet is on the disk, and with it the facts that go with it. False: it is not, and must go another way.
  async save(submission, facts = {}) {
    await this.#opening;
    if (!this.#box) return false;
    try {
      await this.#box.save(submission, facts);
    } catch {
      this.#sender.trouble = "storage full";
      void this.#sender.beat().catch(() => false);
      return false;
    }
    if (this.#sender.trouble === "storage full") this.#sender.trouble = null;
    void this.#sender.poke();
    return true;
  }

  walkAway(criterion) {
    void this.#box?.walkAway(localDay(), this.#data.envelope.instrument, criterion).catch(() => {});
  }

  idle() {
    this.#shell?.idle();
  }

  // What the staff screen shows: numbers, never answers.
  async numbers() {
    const [persisted, estimate] = await Promise.all([navigator.storage?.persisted?.() ?? null, navigator.storage?.estimate?.() ?? null]);
    return {
      ...(this.#box ? await this.#box.count() : { box: null }),
      persisted,
      usage: estimate?.usage ?? null,
      status: this.#sender.status,
      reachedAt: this.#sender.reachedAt,
      version: this.#data.version,
    };
  }

  // A fact of an earlier day, once the box is open.
  async recall(name) {
    await this.#opening;
    return this.fact(name).catch(() => undefined);
  }

  fact(name) {
    return this.#box ? this.#box.fact(name) : Promise.resolve(undefined);
  }

  keep(name, value) {
    return this.#box ? this.#box.keep(name, value) : Promise.resolve();
  }

  // The whole box as the text of a file only the server can read; what is in it stays here until the server has named it.
  async sealed() {
    const identity = await this.#identity();
    if (!this.#box || !identity) return null;
    const { seal } = await import("./seal.js");
    return { name: `hop-phieu-${identity.id}-${localDay()}.json`, text: await seal(this.#data.seal_to, identity, await this.#box.everything()) };
  }

  async sendNow() {
    await this.#sender.poke();
    await this.#sender.beat().catch(() => false);
  }

  async #identity() {
    const kept = this.#box ? await this.#box.fact("device") : this.#memory;
    if (kept && kept.id === this.#data.device) return kept;
    return (await this.#fetchIdentity()) ?? kept ?? null;
  }

  async #renew() {
    const before = this.#box ? await this.#box.fact("device") : this.#memory;
    const now = await this.#fetchIdentity();
    return now !== null && now.key !== before?.key;
  }

  // The cookie this browser was enrolled with proves it; the key then lives in the box, never in the page.
  async #fetchIdentity() {
    let answer = await post(this.#data.addresses.key, [], this.token);
    if (answer.status === "token_expired" && answer.csrf_token) {
      this.token = answer.csrf_token;
      answer = await post(this.#data.addresses.key, [], this.token);
    }
    if (typeof answer.key !== "string") return null;
    const identity = { id: answer.device, key: answer.key };
    if (this.#box) await this.#box.adopt(identity, this.#newName);
    this.#memory = identity;
    return identity;
  }
}
