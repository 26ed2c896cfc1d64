// A hand-held scanner types what it reads, faster than any hand, and ends with Enter. Its digits must never be taken for ratings.

const HAND = 60; // ms; two keys closer together than this are no hand's
const SLOW = 400; // ms; within this a scanner that stutters is still typing
const FEWEST = 4; // keys; shorter bursts are a keypad that bounces

// What a scanner's key stands for. It sends the places of a US keyboard, whatever layout this machine is set to.
// Without NumLock the keys of a keypad are no characters; a scanner never sends those.
function characterOf({ key, code, shiftKey }) {
  if (code.startsWith("Numpad") && key.length > 1) return null;
  const letter = /^Key([A-Z])$/.exec(code)?.[1] ?? /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  if (letter && !(shiftKey && code.startsWith("Digit"))) return letter;
  const sign = { Slash: "/", NumpadDivide: "/", Minus: "-", NumpadSubtract: "-", Period: ".", NumpadDecimal: "." }[code];
  if (sign && !shiftKey) return sign;
  if (code === "Semicolon") return ":";
  return /^[!-~]$/.test(key) ? key : null;
}

const isTyping = (target) => Boolean(target.matches?.("textarea, input:not([type=radio]):not([type=checkbox])"));

export class Wedge {
  #pass;
  #read;
  #held = []; // key events that may be a hand's or the beginning of a burst
  #text = "";
  #last = -Infinity;
  #timer;

  // `pass(event)` is what a single key does; `read(text)` takes a whole burst.
  constructor({ pass, read }) {
    this.#pass = pass;
    this.#read = read;
  }

  // Every keydown of the page comes here first; `at` is when it happened, for keys that were pressed before this script was there.
  hear(event, at = performance.now()) {
    const gap = at - this.#last;
    if (event.key === "Shift") return;
    if (event.key === "Enter" && this.#text.length >= FEWEST && gap < SLOW) {
      event.preventDefault();
      event.stopPropagation();
      const text = this.#text;
      this.#forget();
      this.#read(text);
      return;
    }
    const character = isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.isComposing ? null : characterOf(event);
    if (character === null) {
      this.#settle();
      this.#pass(event);
      return;
    }
    // A letter means nothing to a keypad: what begins with one is a scanner's, however slowly it goes on.
    const goesOn = this.#text !== "" && gap < (this.#held.length > 1 || /\D/.test(this.#text) ? SLOW : HAND);
    if (!goesOn) this.#settle();
    if (event.repeat) return;
    this.#last = at;
    this.#text += character;
    this.#held.push(event);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), this.#held.length > 1 || /\D/.test(this.#text) ? SLOW : HAND);
  }

  // A key that stayed alone was a hand's; of a short run of digits the first counts, as when a keypad bounces.
  #settle() {
    const [first] = this.#held;
    const isHand = this.#held.length === 1 || (this.#held.length < FEWEST && /^\d+$/.test(this.#text));
    this.#forget();
    if (isHand) this.#pass(first);
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#held = [];
    this.#text = "";
  }
}
