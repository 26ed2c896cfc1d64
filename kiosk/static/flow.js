// Which step comes when, and what is asked of whom. Pure: data and answers in, values out; nothing is drawn here.

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
