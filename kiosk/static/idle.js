// Notices that nobody is there any more: a while of quiet, then a countdown that any answer stops, then the wipe.

const QUIET = 60;
const COUNTDOWN = 20;
const SIGNS = ["pointerdown", "keydown", "input", "wheel"];

export class Idle {
  #last = performance.now();
  #timer = null;
  #warn;
  #calm;
  #wipe;

  constructor({ warn, calm, wipe }) {
    this.#warn = warn;
    this.#calm = calm;
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
    this.#calm();
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
      this.#calm();
      this.#wipe();
    } else if (quiet >= QUIET) {
      this.#warn(Math.ceil(QUIET + COUNTDOWN - quiet));
    }
  }
}
