// Draws the end of a visit: the pages on which something can be written, then what follows the last button – sending, not reached, refused, thanks.

import { arrow, make, tick } from "./dom.js";
import { explainable } from "./flow.js";
import { maskNumbers } from "./masking.js";
import { drawBar, heading } from "./screen.js";

const COMMENT_LENGTH = 2000;
const REASON_LENGTH = 300;

// Every criterion rated low with its reasons to tick; "another reason" opens a line for own words. Nothing has to be said.
export function drawReasons(context) {
  const { data, answers, t, say, act } = context;
  const groups = explainable(data, answers).map((criterion) => {
    const given = { chips: [], text: "", ...answers.reasons[criterion.code] };
    const tell = () => {
      act.explain(criterion.code, { ...given });
      const button = document.getElementById("skip");
      if (button) drawOnward(button, context);
    };
    const chips = criterion.reasons.map((reason) =>
      drawChip(say(reason.text), given.chips.includes(reason.code), (on) => {
        given.chips = given.chips.filter((code) => code !== reason.code).concat(on ? [reason.code] : []);
        tell();
      }),
    );
    const words = make("input", { class: "text", type: "text", maxlength: REASON_LENGTH, autocomplete: "off", "aria-label": t("reason_other"), placeholder: t("reason_words"), hidden: !given.text });
    const hint = maskedHint(t);
    words.value = given.text;
    words.addEventListener("input", () => {
      given.text = words.value;
      hint.look(words);
      tell();
    });
    words.addEventListener("change", () => hint.mask(words));
    const other = drawChip(t("reason_other"), Boolean(given.text), (on) => {
      words.hidden = !on;
      if (on) words.focus();
      given.text = on ? words.value : "";
      tell();
    });
    return make("fieldset", { class: "reason" }, make("legend", {}, say(criterion.text)), make("div", { class: "chips" }, chips, other), words, hint.element);
  });
  return [drawBar(context), heading(context), make("p", { class: "lead stem" }, t("reasons_more")), make("div", { class: "reasons" }, groups)];
}

const drawChip = (label, checked, changed) =>
  make("label", { class: "chip" }, make("input", { type: "checkbox", checked, onchange: (event) => changed(event.target.checked) }), make("span", { class: "chip-body" }, label));

// One button leads on, whether or not anything was said; its word tells which of the two it is.
export function drawOnward(button, { data, answers, t }) {
  const said = explainable(data, answers).some(({ code }) => answers.reasons[code]?.chips.length || answers.reasons[code]?.text.trim());
  button.textContent = t(said ? "next" : "skip");
  button.className = said ? "button primary" : "button";
}

// Tells while somebody types that a number will be masked, and shows it masked once they leave the line.
function maskedHint(t) {
  const element = make("p", { class: "hint masked", role: "status" });
  const look = (field) => {
    if (maskNumbers(field.value) !== field.value) element.textContent = t("masked");
  };
  return {
    element,
    look,
    mask: (field) => {
      look(field);
      const masked = maskNumbers(field.value);
      if (masked === field.value) return;
      field.value = masked;
      field.dispatchEvent(new Event("input"));
    },
  };
}

export function drawCodes(context) {
  const { t, answers, act } = context;
  const codes = make("textarea", { class: "text code", id: "codes", rows: 6, maxlength: 4000, autocapitalize: "characters", spellcheck: "false", "aria-describedby": "codes-more" });
  codes.value = answers.codes;
  codes.addEventListener("input", () => act.addCodes(codes.value));
  return [
    drawBar(context),
    heading(context),
    make("p", { class: "lead stem", id: "codes-more" }, t("codes_more")),
    make("div", { class: "last" }, make("div", {}, make("label", { class: "field-label", for: "codes" }, t("codes")), codes)),
  ];
}

export function drawFinish(context) {
  const { t, answers, act } = context;
  const left = make("p", { class: "hint", role: "status" });
  const masked = maskedHint(t);
  const comment = make("textarea", { class: "text", id: "comment", maxlength: COMMENT_LENGTH, rows: 4, "aria-describedby": "comment-advice" });
  comment.value = answers.comment;
  const count = () => {
    const remaining = COMMENT_LENGTH - comment.value.length;
    left.textContent = remaining < 200 ? t("comment_left").replace("{count}", remaining) : "";
    masked.look(comment);
    act.type(comment.value);
  };
  comment.addEventListener("input", count);
  comment.addEventListener("change", () => masked.mask(comment));
  const quote = make("input", { type: "checkbox", id: "may-quote", checked: answers.mayQuote, onchange: (event) => act.quote(event.target.checked) });
  const helped = make("input", { type: "checkbox", checked: answers.helped, onchange: (event) => act.help(event.target.checked) });
  return [
    drawBar(context),
    heading(context),
    make(
      "div",
      { class: "last" },
      make(
        "div",
        {},
        make("label", { class: "field-label", for: "comment" }, t("comment")),
        comment,
        make("p", { class: "hint", id: "comment-advice" }, t("comment_advice")),
        left,
        masked.element,
      ),
      make("label", { class: "check" }, quote, tick(), t("may_quote")),
      make("label", { class: "check" }, helped, tick(), t("helped")),
    ),
  ];
}

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
