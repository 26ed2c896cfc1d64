// Text size, contrast and language: attributes on <html>, gone when the visit ends.

import { halfMoon, make } from "./dom.js";

const SIZES = ["normal", "large", "largest"];

export class Display {
  #root = document.documentElement;
  #data;
  #changed;

  constructor(data, changed) {
    this.#data = data;
    this.#changed = changed;
  }

  get language() {
    return this.#data.languages.find((language) => language.code === this.#root.lang) ?? this.#data.languages[0];
  }

  reset() {
    this.#root.lang = this.#data.lang;
    delete this.#root.dataset.size;
    delete this.#root.dataset.contrast;
  }

  // One button for each other language.
  languages() {
    return this.#data.languages
      .filter((language) => language !== this.language)
      .map((language) => make("button", { type: "button", class: "tool", lang: language.code, id: `lang-${language.code}`, onclick: () => this.#speak(language.code) }, language.name));
  }

  // The buttons of the head, with the languages unless the page itself shows them; `t` says words in the language of the moment.
  draw(tools, t, languages) {
    const size = SIZES.indexOf(this.#root.dataset.size ?? "normal");
    const high = this.#root.dataset.contrast === "high";
    const open = tools.classList.contains("open");
    tools.replaceChildren(
      make(
        "button",
        { type: "button", class: "tool display-switch", "aria-expanded": String(open), "aria-controls": "display", "aria-label": t("display"), onclick: () => this.#toggle(tools) },
        "Aa",
      ),
      make(
        "div",
        { class: "display", id: "display", role: "group", "aria-label": t("display") },
        make("button", { type: "button", class: "tool", id: "smaller", "aria-label": t("smaller"), disabled: size === 0, onclick: () => this.#resize(size - 1, "smaller") }, "A−"),
        make("button", { type: "button", class: "tool", id: "larger", "aria-label": t("larger"), disabled: size === SIZES.length - 1, onclick: () => this.#resize(size + 1, "larger") }, "A+"),
        make("button", { type: "button", class: "tool", id: "contrast", "aria-label": t("contrast"), "aria-pressed": String(high), onclick: () => this.#contrast(!high) }, halfMoon()),
        ...languages,
      ),
    );
  }

  #toggle(tools) {
    const open = tools.classList.toggle("open");
    tools.querySelector(".display-switch").setAttribute("aria-expanded", String(open));
  }

  #resize(size, id) {
    this.#root.dataset.size = SIZES[size];
    this.#changed(id);
  }

  #contrast(high) {
    if (high) this.#root.dataset.contrast = "high";
    else delete this.#root.dataset.contrast;
    this.#changed("contrast");
  }

  #speak(code) {
    this.#root.lang = code;
    this.#changed(null);
  }
}
