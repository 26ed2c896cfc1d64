// The finished sheet: what of a visit's answers leaves the page, and how. Pure: nothing is stored or sent here.

import { askedCodes, explainable } from "./flow.js";
import { maskNumbers } from "./masking.js";

// Those reasons that say something; a rating raised afterwards takes its reasons along.
const givenReasons = (data, answers) =>
  explainable(data, answers).flatMap(({ code }) => {
    const { chips = [], text = "" } = answers.reasons[code] ?? {};
    return chips.length || text.trim() ? [[code, { chips, text: cleanText(text) }]] : [];
  });

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
