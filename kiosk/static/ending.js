// What stands on the screen after the last button: sending, not reached, refused, thanks.

import { arrow, make } from "./dom.js";

const still = (...children) => make("div", { class: "still" }, children);

export const drawSending = (t) => [still(make("h1", { class: "plain", tabindex: "-1" }, t("sending")))];

export const drawTrouble = (t, { title, text, retry, back }) => [
  still(
    make("h1", { class: "plain", tabindex: "-1" }, title),
    make("p", { class: "lead", role: "alert" }, text),
    make("div", { class: "options" }, make("button", { type: "button", class: "button primary", id: "retry", onclick: retry }, t("retry")), make("button", { type: "button", class: "button", id: "back", onclick: back }, arrow(), t("back"))),
  ),
];

// A tablet goes back by itself while the line runs out; a phone is somebody's own and stays.
export const drawThanks = (t, { text, home, seconds, again }) => [
  still(
    make("h1", { tabindex: "-1" }, t("thanks_title")),
    make("p", { class: "lead" }, t(text)),
    ...(seconds
      ? [
          make("p", { class: "hint" }, t("thanks_return").replace("{seconds}", seconds)),
          make("div", { class: "line" }, make("span")),
          make("button", { type: "button", class: "button", id: "again", onclick: again }, t("start_over")),
        ]
      : [make("p", { class: "hint" }, t("thanks_close")), home ? make("a", { class: "button", href: home }, t("another_code")) : null]),
  ),
];
