// Which step comes when, and what is asked of whom. Pure: data and answers in, values out; nothing is drawn, stored or sent here.

import { maskNumbers } from "./masking.js";

export const NO_OPINION = "no_opinion";

export function emptyAnswers(data) {
  return {
    stage: data.stages.length === 1 ? data.stages[0] : null,
    field: data.fields.length === 1 ? data.fields[0].code : null,
    kind: null,
    gaveFeedback: null,
    ratings: {},
    overall: null,
    respondent: {},
    comment: "",
    mayQuote: false,
    reasons: {}, // by criterion: { chips: [codes], text }
    helped: false,
    codes: "",
    drawn: null,
    drawnFor: null,
    code: null, // read off a slip at a tablet
  };
}

// Where the desk asks in rotation: what is balanced apart, or null as long as stage or field is open.
export const rotationLabel = (data, answers) =>
  data.rotation && answers.stage !== null && answers.field !== null ? [data.envelope.unit, answers.field, answers.stage].join("|") : null;

// Asked at this stage and, where the desk asks in rotation, among the criteria drawn for this visit.
const inQuestion = (criterion, answers) => criterion.stages.includes(answers.stage) && (!answers.drawn || answers.drawn.includes(criterion.code));

const isAsked = (criterion, answers) =>
  inQuestion(criterion, answers) && (criterion.asked_of === "everyone" || answers.gaveFeedback === true);

// Before the feedback question is answered its criteria still count towards the number of questions: a total may shrink, never grow.
const mayBeAsked = (criterion, answers) =>
  inQuestion(criterion, answers) && (criterion.asked_of === "everyone" || answers.gaveFeedback !== false);

export const askedCodes = (data, answers) =>
  data.instrument.factors.flatMap((factor) => factor.criteria.filter((criterion) => isAsked(criterion, answers)).map((criterion) => criterion.code));

// What was rated below the middle of the scale and has reasons to choose from.
export const explainable = (data, answers) =>
  data.instrument.factors.flatMap((factor) =>
    factor.criteria.filter(
      (criterion) => criterion.reasons.length && isAsked(criterion, answers) && data.instrument.low_levels.includes(answers.ratings[criterion.code]),
    ),
  );

// Those reasons that say something; a rating raised afterwards takes its reasons along.
const givenReasons = (data, answers) =>
  explainable(data, answers).flatMap(({ code }) => {
    const { chips = [], text = "" } = answers.reasons[code] ?? {};
    return chips.length || text.trim() ? [[code, { chips, text: cleanText(text) }]] : [];
  });

export function steps(data, answers) {
  const list = [{ key: "start", type: "start" }];
  if (data.stages.length > 1) list.push({ key: "stage", type: "stage" });
  if (data.fields.length > 1) list.push({ key: "field", type: "field" });
  list.push({ key: "kind", type: "kind" });
  if (answers.stage === null) return list;
  const asked = data.instrument.factors.flatMap((factor) =>
    factor.criteria.filter((criterion) => mayBeAsked(criterion, answers)).map((criterion) => ({ factor, criterion })),
  );
  const depends = data.instrument.factors.some((factor) =>
    factor.criteria.some((criterion) => criterion.asked_of === "feedback_givers" && inQuestion(criterion, answers)),
  );
  const rows = asked.map(({ factor, criterion }, index) => ({
    key: `criterion:${criterion.code}`,
    type: "criterion",
    factor,
    criterion,
    number: index + 1,
    total: asked.length,
  }));
  // After a "no" the question stays where it was, so that Back can reach and change it.
  const place = depends ? feedbackPlace(data, answers, rows) : -1;
  rows.forEach((row, index) => {
    if (index === place) list.push(feedbackStep(row));
    list.push(row);
  });
  if (place === rows.length) list.push(feedbackStep(rows[rows.length - 1]));
  if (data.instrument.overall) list.push({ key: "overall", type: "overall" });
  // Asked once, after everything is rated: after each low rating it would hold people up and make a good rating the shorter way.
  if (explainable(data, answers).length) list.push({ key: "reasons", type: "reasons" });
  for (const question of data.instrument.questions) list.push({ key: `question:${question.code}`, type: "question", question });
  // Somebody who acts for others may add the codes of further dossiers.
  if (data.envelope.code && answers.kind === "authorised") list.push({ key: "codes", type: "codes" });
  list.push({ key: "finish", type: "finish" });
  return list;
}

const feedbackStep = (row) => ({ key: "feedback", type: "feedback", factor: row ? row.factor : null });

function feedbackPlace(data, answers, rows) {
  let before = 0;
  for (const factor of data.instrument.factors) {
    for (const criterion of factor.criteria) {
      if (!inQuestion(criterion, answers)) continue;
      if (criterion.asked_of === "feedback_givers") return before;
      before += 1;
    }
  }
  return rows.length;
}

export const stepAfter = (list, key) => list[Math.min(list.findIndex((step) => step.key === key) + 1, list.length - 1)];

export const stepBefore = (list, key) => list[Math.max(list.findIndex((step) => step.key === key) - 1, 0)];

// One segment per factor, as long as its criteria; `done` is the share of it that lies behind, the present question included.
export function segments(data, answers, list, key) {
  const here = list.findIndex((step) => step.key === key);
  const current = list[here].factor ?? null;
  return data.instrument.factors
    .map((factor) => {
      const places = list.flatMap((step, index) => (step.type === "criterion" && step.factor === factor ? [index] : []));
      const done = places.filter((place) => place <= here).length;
      return { factor, span: places.length, done: places.length ? done / places.length : 0, here: factor === current };
    })
    .filter((segment) => segment.span > 0);
}

export function tookClass(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 30) return "<30";
  if (seconds < 60) return "30-59";
  return seconds < 120 ? "60-119" : ">=120";
}

// A short number for "the same answers as the sheet before": the answers themselves are forgotten. Null when nothing was rated.
export function digest(data, answers) {
  const rated = askedCodes(data, answers).map((code) => `${code}=${answers.ratings[code] ?? ""}`);
  if (!rated.some((entry) => /=-?\d/.test(entry))) return null;
  let hash = 0x811c9dc5;
  for (const character of rated.join(";")) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193);
  return hash >>> 0;
}

// The form fields of a finished sheet, as the pages without scripts would post them.
export function postedFields(data, answers, sheet) {
  const asked = askedCodes(data, answers);
  const fields = {
    go: "send",
    page: "finish",
    id: sheet.id,
    answered_at: sheet.answeredAt,
    took: sheet.took,
    repeats_previous: sheet.repeatsPrevious,
    lang: sheet.lang,
    ...data.envelope,
    field: answers.field,
    stage: answers.stage,
    kind: answers.kind,
    gave_feedback: answers.gaveFeedback === null ? null : answers.gaveFeedback ? "yes" : "no",
    asked: asked.join(" "),
    drawn: answers.drawn?.join(" "),
    codes: answers.kind === "authorised" ? answers.codes : null,
    overall: answers.overall,
    comment: cleanText(answers.comment),
    may_quote: answers.mayQuote && answers.comment.trim() ? "yes" : null,
    helped: answers.helped ? "yes" : null,
  };
  for (const [code, { chips, text }] of givenReasons(data, answers)) {
    fields[`reason-${code}`] = chips.join(" ");
    fields[`reason_text-${code}`] = text;
  }
  for (const code of asked) fields[`rating-${code}`] = answers.ratings[code] ?? null;
  for (const [code, answer] of Object.entries(answers.respondent)) fields[`respondent-${code}`] = answer;
  return Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== "");
}

const HOUR = 3600000;

// Line ends as newlines, other control characters as spaces, as the server reads a form: a pasted tab must not cost anybody the sheet.
// Numbers by which somebody could be found are masked here already: neither the box nor the network ever holds one.
const cleanText = (text) => maskNumbers(text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n]|\p{Cs}/gu, " ").normalize("NFC")).trim() || null;

// The finished sheet as the server's door takes it. The moment is kept to the hour: more would tie an answer to the queue camera.
export function submissionOf(data, answers, sheet) {
  const asked = askedCodes(data, answers);
  return {
    id: sheet.id,
    instrument: data.envelope.instrument,
    unit: data.envelope.unit,
    counter: data.envelope.counter,
    field: answers.field,
    channel: data.channel,
    stage: answers.stage,
    kind: answers.kind,
    ...(answers.code ? { code: answers.code } : {}),
    helped: answers.helped,
    asked,
    ratings: Object.fromEntries(asked.filter((code) => answers.ratings[code] !== undefined).map((code) => [code, answers.ratings[code]])),
    overall: answers.overall,
    comment: cleanText(answers.comment),
    may_quote: answers.mayQuote && answers.comment.trim() !== "",
    reasons: Object.fromEntries(givenReasons(data, answers)),
    respondent: answers.respondent,
    took: sheet.took,
    repeats_previous: sheet.repeatsPrevious === null ? null : sheet.repeatsPrevious === "yes",
    answered_at: new Date(Math.floor(Date.parse(sheet.answeredAt) / HOUR) * HOUR).toISOString(),
  };
}
