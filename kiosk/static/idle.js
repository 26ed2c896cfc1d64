// Notices that nobody is there any more: a while of quiet, then a countdown that only its button stops, then the wipe.

import { make } from "./dom.js";

const QUIET = 60;
const COUNTDOWN = 20;
const SIGNS = ["pointerdown", "keydown", "input", "wheel"];

export class Idle {
  #last = performance.now();
  #timer = null;
  #t;
  #wipe;
  #overlay = null;

  // `t` says the words in the language of the moment; `wipe()` ends a visit nobody goes on with.
  constructor({ t, wipe }) {
    this.#t = t;
    this.#wipe = wipe;
    for (const sign of SIGNS) document.addEventListener(sign, () => this.#sign(), { capture: true, passive: true });
  }

  start() {
    this.#last = performance.now();
    this.#timer ??= setInterval(() => this.#look(), 250);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  stay() {
    this.#last = performance.now();
    this.#overlay?.close();
  }

  get isWarning() {
    return Boolean(this.#overlay?.open);
  }

  // While the countdown shows, only its own button goes on: a sleeve on the glass must not.
  #sign() {
    if (this.#seconds() < QUIET) this.#last = performance.now();
  }

  #seconds() {
    return (performance.now() - this.#last) / 1000;
  }

  #look() {
    const quiet = this.#seconds();
    if (quiet >= QUIET + COUNTDOWN) {
      this.stop();
      this.#overlay?.close();
      this.#wipe();
    } else if (quiet >= QUIET) {
      this.#warn(Math.ceil(QUIET + COUNTDOWN - quiet));
    }
  }

  #warn(seconds) {
    if (!this.#overlay) {
      this.#overlay = make("dialog", { class: "overlay", "aria-labelledby": "idle-title", oncancel: () => this.stay() });
      document.body.append(this.#overlay);
    }
    const text = this.#t("idle_text").replace("{seconds}", seconds);
    if (this.isWarning) {
      this.#overlay.querySelector("p").textContent = text;
      return;
    }
    this.#overlay.replaceChildren(
      make("h2", { id: "idle-title" }, this.#t("idle_title")),
      make("p", {}, text),
      make("button", { type: "button", class: "button primary", autofocus: true, onclick: () => this.stay() }, this.#t("idle_go_on")),
    );
    this.#overlay.showModal();
  }
}
