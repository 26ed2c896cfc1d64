// Draws one step of a visit into the page. It knows words and answers, reports what was done, and decides nothing.

import { arrow, face, make } from "./dom.js";
import { NO_OPINION, segments } from "./flow.js";

const SEARCH_FROM = 13; // fields; fewer are found faster by eye

const COLUMNS = { 1: "2", 2: "2", 3: "3", 4: "2", 5: "nine", 6: "nine", 9: "nine" };

// `act` holds what a screen can report: begin, choose(name, value, element), rate(value, element), back, skip, next, type(text), addCodes(text),
// explain(criterion, given), quote(yes), help(yes), send, staff. `note` says what is wrong with the tablet ("storage", "revoked") on the start; `hasStaff` puts the door of the staff screen there.
// `languages` are the buttons of the other languages, which the start shows large. `endings` is ending.js, null as long as it is under way.
export function drawStep(step, { data, answers, list, t, say, act, languages, note, hasStaff, endings }) {
  const context = { data, answers, list, t, say, act, languages, note, hasStaff, endings, step };
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

export function heading(context) {
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
  reasons: (context) => context.endings.drawReasons(context),
  codes: (context) => context.endings.drawCodes(context),
  finish: (context) => context.endings.drawFinish(context),
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

export function drawBar({ data, answers, list, step, t, say }) {
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

function drawFoot({ step, t, act, answers, data, hasStaff, endings }) {
  const door = () => (hasStaff ? make("button", { type: "button", class: "staff-door", id: "staff", onclick: act.staff }, t("staff_door")) : make("span"));
  const back = step.type === "start" ? door() : make("button", { type: "button", class: "button", id: "back", onclick: act.back }, arrow(), t("back"));
  return [back, make("div", { class: "foot-middle" }, middle(step, t, act, answers, data, endings)), make("p", { class: "privacy" }, t("privacy"))];
}

function middle(step, t, act, answers, data, endings) {
  if (step.type === "reasons") {
    const button = make("button", { type: "button", id: "skip", onclick: act.next });
    endings.drawOnward(button, { data, answers, t });
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
