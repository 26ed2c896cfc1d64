// Draws one step of a visit into the page. It knows words and answers, reports what was done, and decides nothing.

import { arrow, face, make, tick } from "./dom.js";
import { explainable, NO_OPINION, segments } from "./flow.js";
import { maskNumbers } from "./masking.js";

const SEARCH_FROM = 13; // fields; fewer are found faster by eye
const COMMENT_LENGTH = 2000;
const REASON_LENGTH = 300;

const COLUMNS = { 1: "2", 2: "2", 3: "3", 4: "2", 5: "nine", 6: "nine", 9: "nine" };

// `act` holds what a screen can report: begin, choose(name, value, element), rate(value, element), back, skip, next, type(text), addCodes(text),
// explain(criterion, given), quote(yes), help(yes), send, staff. `note` says what is wrong with the tablet ("storage", "revoked") on the start; `hasStaff` puts the door of the staff screen there.
// `languages` are the buttons of the other languages, which the start shows large.
export function drawStep(step, { data, answers, list, t, say, act, languages, note, hasStaff }) {
  const context = { data, answers, list, t, say, act, languages, note, hasStaff, step };
  const body = BODIES[step.type](context);
  return { body, foot: drawFoot(context), title: titleOf(context) };
}

const TITLES = {
  start: ({ t }) => t("invite"),
  stage: ({ t }) => t("stage_question"),
  field: ({ t }) => t("field_question"),
  kind: ({ t }) => t("kind_question"),
  criterion: ({ step, say }) => say(step.criterion.text),
  feedback: ({ data, say }) => say(data.instrument.feedback_question),
  overall: ({ data, say }) => say(data.instrument.overall),
  reasons: ({ t }) => t("reasons_title"),
  question: ({ step, say }) => say(step.question.text),
  codes: ({ t }) => t("codes_title"),
  finish: ({ t }) => t("finish_title"),
};

const titleOf = (context) => TITLES[context.step.type](context);

const LONG = 60; // characters; a longer question is set smaller on a phone, so that its answers stay on the same screen

function heading(context) {
  const title = titleOf(context);
  return make("h1", { id: "question", tabindex: "-1", class: title.length > LONG ? "long" : null }, title);
}

const BODIES = {
  start: drawStart,
  stage: (context) => drawChoices(context, "stage", context.data.stages.map((stage) => [stage, context.t(stage), context.t(`${stage}_more`)])),
  field: (context) => drawChoices(context, "field", context.data.fields.map((field) => [field.code, context.say(field.name)])),
  kind: (context) => drawChoices(context, "kind", ["individual", "organisation", "authorised"].map((kind) => [kind, context.t(kind), context.t(`${kind}_more`)])),
  feedback: (context) =>
    drawChoices(context, "gaveFeedback", [[true, context.t("yes")], [false, context.t("no")]], [drawBar(context), eyebrow(context.t("feedback_eyebrow"))]),
  question: (context) =>
    drawChoices(
      { ...context, answers: context.answers.respondent },
      context.step.question.code,
      context.step.question.options.map((option) => [option.code, context.say(option.text)]),
      [drawBar(context), eyebrow(context.t("about_you"))],
    ),
  criterion: (context) => {
    const { step, t, data, say, answers } = context;
    const line = [make("span", { class: "of-place" }, `${placeOf(step, t)} · `), say(data.instrument.stem)];
    return drawLevels(context, line, answers.ratings[step.criterion.code]);
  },
  overall: (context) => drawLevels(context, context.t("overall_eyebrow"), context.answers.overall),
  reasons: drawReasons,
  codes: drawCodes,
  finish: drawFinish,
};

const eyebrow = (...line) => make("p", { class: "eyebrow" }, line);

const placeOf = (step, t) => t("question_of").replace("{number}", step.number).replace("{total}", step.total);

const NOTES = { storage: (t) => t("storage_note"), revoked: (t) => t("revoked_note") };

function drawStart({ t, act, languages, note }) {
  return [
    make(
      "div",
      { class: "still" },
      make("h1", { tabindex: "-1" }, t("invite")),
      make("p", { class: "lead" }, t("invite_more")),
      make("button", { type: "button", class: "button primary huge", onclick: act.begin }, t("begin")),
      make("div", { class: "languages", role: "group", "aria-label": t("language") }, languages),
      note ? make("p", { class: "say", role: "status" }, NOTES[note](t)) : null,
    ),
  ];
}

function drawBar({ data, answers, list, step, t, say }) {
  const rows = segments(data, answers, list, step.key);
  const named = rows.every((row) => row.factor.short);
  const bar = make("ol", { class: named ? "bar" : "bar unnamed", "aria-label": t("progress") });
  rows.forEach((row, index) => {
    const fill = make("span", { class: "fill" });
    fill.style.setProperty("--done", row.done);
    const state = row.here ? "here" : row.done === 1 ? "done" : "ahead";
    bar.append(
      make(
        "li",
        { class: `segment ${state} span-${Math.min(row.span, 12)}`, "aria-current": row.here ? "step" : null },
        make("span", { class: "track" }, fill),
        make("span", { class: "name" }, `${index + 1} ${say(row.factor.short ?? row.factor.title)}`),
      ),
    );
  });
  // Where the bar has no room for names, one line says number and name together.
  const { factor } = step;
  const name = step.type === "criterion" ? make("p", { class: "factor-name" }, `${placeOf(step, t)} · ${say(factor.short ?? factor.title)}`) : null;
  return [bar, name];
}

function drawLevels(context, line, chosen) {
  const { data, say, act } = context;
  const levels = data.instrument.levels;
  const crowd = levels.length > 7 ? " crowd" : levels.length > 5 ? " many" : "";
  const cards = levels.map((level) => {
    const input = make("input", { type: "radio", name: "level", value: level.level, checked: chosen === level.level });
    const number = level.label === String(level.level) ? null : make("span", { class: "card-number" }, String(level.level));
    const card = make("label", { class: "card" }, input, make("span", { class: "card-body" }, face(level), make("span", { class: "card-words" }, say(level.label)), number));
    input.addEventListener("click", () => act.rate(level.level, card));
    return card;
  });
  return [
    drawBar(context),
    make("div", { class: "question" }, eyebrow(line), heading(context), make("fieldset", { class: "levels", "aria-labelledby": "question" }, make("div", { class: `cards${crowd}` }, cards))),
  ];
}

function drawChoices(context, name, choices, above = []) {
  const { answers, act, t } = context;
  const buttons = choices.map(([value, label, more]) => {
    const chosen = answers[name] === value;
    const button = make("button", { type: "button", class: chosen ? "choice chosen" : "choice", "aria-pressed": chosen ? "true" : null }, label, more ? make("small", {}, more) : null);
    button.addEventListener("click", () => act.choose(name, value, button));
    return button;
  });
  const grid = make("div", { class: `choices of-${COLUMNS[buttons.length] ?? "many"}` }, buttons);
  const search = buttons.length >= SEARCH_FROM ? drawSearch(t, grid, buttons) : null;
  return [...above, make("div", { class: "question" }, heading(context), search, grid)];
}

const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\u0111/gi, "d").replace(/\u00a0/g, " ").toLowerCase();

function drawSearch(t, grid, buttons) {
  const none = make("p", { class: "hint", role: "status", hidden: true }, t("field_none"));
  const look = (event) => {
    const wanted = bare(event.target.value.trim());
    for (const button of buttons) button.hidden = !bare(button.textContent).includes(wanted);
    none.hidden = buttons.some((button) => !button.hidden);
  };
  return make(
    "div",
    { class: "search" },
    make("label", { class: "field-label", for: "search" }, t("field_search")),
    make("input", { class: "text", id: "search", type: "search", autocomplete: "off", oninput: look }),
    none,
  );
}

// Every criterion rated low with its reasons to tick; "another reason" opens a line for own words. Nothing has to be said.
function drawReasons(context) {
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
function drawOnward(button, { data, answers, t }) {
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

function drawCodes(context) {
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

function drawFinish(context) {
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

function drawFoot({ step, t, act, answers, data, hasStaff }) {
  const door = () => (hasStaff ? make("button", { type: "button", class: "staff-door", id: "staff", onclick: act.staff }, t("staff_door")) : make("span"));
  const back = step.type === "start" ? door() : make("button", { type: "button", class: "button", id: "back", onclick: act.back }, arrow(), t("back"));
  return [back, make("div", { class: "foot-middle" }, middle(step, t, act, answers, data)), make("p", { class: "privacy" }, t("privacy"))];
}

function middle(step, t, act, answers, data) {
  if (step.type === "reasons") {
    const button = make("button", { type: "button", id: "skip", onclick: act.next });
    drawOnward(button, { data, answers, t });
    return button;
  }
  if (step.type === "finish") return make("button", { type: "button", class: "button primary", id: "send", onclick: act.send }, t("send"));
  if (step.type === "codes") return make("button", { type: "button", class: "button primary", id: "next", onclick: act.next }, t("next"));
  if (step.type === "question") return make("button", { type: "button", class: "quiet", id: "skip", onclick: act.skip }, t("skip"));
  if (step.type !== "criterion" && step.type !== "overall") return null;
  const chosen = (step.type === "overall" ? answers.overall : answers.ratings[step.criterion.code]) === NO_OPINION;
  const button = make("button", { type: "button", class: chosen ? "quiet chosen" : "quiet", id: "no-opinion", "aria-pressed": String(chosen) }, t("no_opinion"));
  button.addEventListener("click", () => act.rate(NO_OPINION, button));
  return button;
}
