// Takes over the page: one question at a time, everything in memory only, and gone when the visit ends.

import { Display } from "./display.js";
import { make } from "./dom.js";
import { emptyAnswers, rotationLabel, stepAfter, stepBefore, steps } from "./flow.js";
import { drawStep } from "./screen.js";

const HOLD = 250; // the chosen card is seen before the next question comes
const THANKS = 5; // seconds
const NEXT_TRY = 10000; // a sheet that was not reached is tried again without anybody asking

const base = JSON.parse(document.getElementById("visit").textContent);
let data = base; // a scanned slip settles some of it, for one visit
const page = {
  body: document.getElementById("body"),
  foot: document.querySelector(".foot"),
  row: document.querySelector(".foot-row"),
  tools: document.getElementById("tools"),
  place: document.querySelector(".place"),
  ribbon: document.querySelector(".ribbon"),
};
const onTablet = data.channel === "kiosk";
const hasBox = onTablet && Boolean(data.addresses.responses); // an enrolled tablet keeps finished sheets itself
// The server's time by this device's clock. A page kept on the tablet is older than it says; there the server corrects by the heartbeat.
const clock = hasBox ? 0 : data.now_ms - Date.now();

let token = document.querySelector("input[name=csrf_token]").value;
let previous = null; // digest of this tablet's last sheet
let answers;
let key;
let sheet;
let begunAt;
let ending; // draws what follows the last button, or null during the questions
let holding = false;
let arrows = false; // an arrow key moves the choice without answering
let timer; // back to the start after thanks, or the next try of a sheet that was not reached
// A tablet draws under a seed of its own and counts its turns, and its box keeps both, so that what is balanced outlives a reload;
// a phone, which opens once, is given both by the server.
let seed = data.rotation?.seed ? Uint8Array.from(data.rotation.seed.match(/../g), (pair) => parseInt(pair, 16)) : crypto.getRandomValues(new Uint8Array(12));
const turns = new Map();
let depth = 0; // questions lying behind in the phone's own history
let lastSeen = null; // criterion: if somebody leaves now, this is where
let tablet = null; // the box and what sends it, once loaded
let staff = null; // the screen behind the PIN, while it is open
let shownNote = null;
let speech = null; // reads aloud, once loaded
let thanked = []; // what stands on the thanks, to be read
let scanned = null; // the word about the last scanned slip
let hasCamera = false;

let sentencesOf = () => [];
const redraw = (id) => {
  draw(false);
  if (id) document.getElementById(id)?.focus();
};
const display = new Display(data, redraw);
const vietnamese = base.languages[0];
const say = (text) => display.language.texts[text] ?? vietnamese.texts[text] ?? text;
const t = (word) => say(data.words[word]);

// What nobody needs before the first question is fetched behind the start, beside each other: on a slow line every file costs a round trip.
// The start button is there at once and waits for the rest; everything after it may rely on it.
let rest = null;
let idle = null;
const heard = []; // keys and when they were pressed, before it is known whether a hand or a scanner typed them
let hear = (event) => void heard.push([event, performance.now()]);
const REST = ["ending", "fallback", "idle", "rotation", "sheet", "submit", "wedge"];
const arriving = Promise.all(REST.map((name) => import(`./${name}.js`))).then((modules) => {
  rest = Object.assign({}, ...modules);
  idle = new rest.Idle({ t, wipe: leave });
  const wedge = new rest.Wedge({ pass: onKey, read: (text) => void readCode(text) });
  hear = onTablet ? (event, at) => wedge.hear(event, at) : onKey;
  markStayed();
  if (!holding) for (const [event, at] of heard) hear(event, at); // once the start is tapped they must not answer what comes after it
});
// What takes longer to be missed comes after that, whether or not it arrived: where the line broke off, the start button tries anew.
const behindRest = (load) => arriving.catch(() => {}).then(load);

function newSheetId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs https; a desk on plain http still gets a version 4
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function restart() {
  clearTimeout(timer);
  idle?.stop();
  data = base; // before the answers: an empty sheet takes over what the data settle
  answers = emptyAnswers(data);
  key = "start";
  sheet = null;
  ending = null;
  staff = null;
  lastSeen = null;
  holding = false;
  scanned = null;
  thanked = [];
  speech?.reset();
  display.reset();
  draw(true);
  tablet?.idle();
}

// The criteria of this visit, once stage and field are known; another choice of them draws anew. A turn is over when its sheet is kept.
function settleDraw() {
  const label = rotationLabel(data, answers);
  if (!rest || label === answers.drawnFor) return;
  answers.drawnFor = label;
  const codes = data.instrument.factors.flatMap((factor) => factor.criteria.filter((criterion) => criterion.stages.includes(answers.stage)).map((criterion) => criterion.code));
  answers.drawn = label === null ? null : rest.drawRotation(codes, { seed, label, turn: turnOf(label) });
}

// The turns as they stand once this visit's sheet is kept: written with it, in one transaction.
const turnsAfter = () => ({ seed: [...seed], turns: { ...Object.fromEntries(turns), [answers.drawnFor]: turnOf(answers.drawnFor) + 1 } });
const turnOf = (label) => turns.get(label) ?? data.rotation.turn;

function takeUpTurns(kept) {
  if (!kept) return;
  seed = Uint8Array.from(kept.seed);
  for (const [label, turn] of Object.entries(kept.turns)) turns.set(label, turn);
}

// Nobody is there any more: how far they came is counted, what they answered is gone.
function leave() {
  if (sheet && lastSeen && !ending) tablet?.walkAway(lastSeen);
  restart();
}

const isIdleScreen = () => key === "start" && !ending;

const loading = !hasBox
  ? Promise.resolve(null)
  : behindRest(() => import("./tablet.js"))
      .then(({ Tablet }) => {
        tablet = new Tablet({ data, token, newName: newSheetId, isIdle: isIdleScreen, changed: tabletChanged });
        return data.rotation ? tablet.recall("rotation").then(takeUpTurns) : null;
      })
      .catch(() => null); // then the page sends straight to the server

function tabletChanged() {
  if (staff) void staff.refresh();
  else if (isIdleScreen() && tablet && tablet.note !== shownNote) draw(false);
}

async function openStaff() {
  await loading; // a press on the door just after the page has opened counts, too
  if (!tablet) return;
  const [{ StaffScreen }] = await Promise.all([import("./staff.js"), arriving]);
  if (!isIdleScreen()) return;
  staff = new StaffScreen({ tablet, t, close: restart, show: showStaff });
  idle.start();
  await staff.ask();
}

function showStaff(body, title) {
  if (!staff) return;
  const first = !ending;
  ending = () => body;
  draw(first, title);
}

function draw(moved, title = t("thanks_title")) {
  settleDraw();
  if (moved) page.tools.classList.remove("open");
  const list = steps(data, answers);
  const step = stepOf(list);
  const drawn = ending ? { body: ending(), foot: null, title } : drawStep(step, { data, answers, list, t, say, act, note: (shownNote = tablet?.note ?? null), hasStaff: hasBox, languages: display.languages(), endings: rest });
  page.body.replaceChildren(...drawn.body.flat().filter(Boolean));
  page.foot.hidden = !drawn.foot;
  page.row.replaceChildren(...(drawn.foot ?? []));
  display.draw(page.tools, t, key === "start" && !ending ? [] : display.languages());
  drawPlace();
  if (!ending) drawScanning();
  drawSpeech(step);
  markStayed();
  if (page.ribbon) page.ribbon.textContent = t("demonstration");
  document.title = `${drawn.title} – ${data.office}`;
  if (!moved) return;
  window.scrollTo(0, 0);
  if (key !== "start" || ending) page.body.querySelector("h1").focus({ preventScroll: true });
}

function markStayed(parts = [page.body, page.row, page.tools, page.place]) {
  if (!rest) return;
  const stayed = rest.untranslated(vietnamese, display.language);
  for (const part of parts) rest.markFallbacks(part, stayed, vietnamese.code);
}

const stepOf = (list) => list.find((each) => each.key === key) ?? list[0];

function drawSpeech(step) {
  page.tools.querySelector("#speak")?.remove();
  speech?.show({ tools: page.tools, t, language: display.language, sentences: ending ? thanked : sentencesOf(step, { data, words: data.words }) });
}

// The voice came, or was switched: its button alone is drawn, so that nothing is taken from under a finger or a caret.
function speechChanged(id) {
  drawSpeech(stepOf(steps(data, answers)));
  markStayed([page.tools]);
  if (id) document.getElementById(id)?.focus();
}

function drawPlace() {
  const field = data.fields.find((each) => each.code === answers.field);
  page.place.replaceChildren(make("strong", {}, say(data.office)));
  if (field) page.place.append(" ", make("span", { class: "of-field" }, make("span", { class: "joiner" }, "· "), say(field.name)));
}

// On the start the camera's button, where there is a camera; until the first question what became of a scanned slip.
function drawScanning() {
  const isGood = ["scan_asking", "scan_known", "scan_kept"].includes(scanned);
  const said = scanned ? make("p", { class: isGood ? "hint" : "say", id: "scanned", role: "status" }, t(scanned)) : null;
  if (key === "start" && hasCamera) drawCamera();
  if (said && (key === "start" || isBeforeQuestions())) (page.body.querySelector(".still") ?? page.body).append(said);
}

function drawCamera() {
  page.body.querySelector(".languages")?.before(make("button", { type: "button", class: "button", id: "scan", onclick: () => void openCamera() }, t("scan")));
}

const isBeforeQuestions = () => !ending && ["start", "stage", "field", "kind"].includes(key);

async function openCamera() {
  const [{ scan }, { codeIn }] = await Promise.all([import("./scanner.js"), import("./codes.js"), arriving]);
  if (!isIdleScreen()) return;
  idle.start();
  const text = await scan(t, codeIn);
  if (text) return readCode(text);
  if (key === "start") idle.stop();
  return text === null ? tellScanned("scan_nothing") : undefined;
}

function tellScanned(word) {
  scanned = word;
  draw(false);
}

// A slip was scanned. What it settles is filled in and not asked; without a network the code goes with the sheet.
async function readCode(text) {
  await loading; // the box may still be opening when the first slip is held under the scanner
  if (!tablet || !isBeforeQuestions() || idle.isWarning || holding) return;
  tellScanned("scan_asking");
  const visit = answers;
  const { askAbout, settled } = await import("./visit-code.js");
  const found = await askAbout(text, { address: base.addresses.code, token: (fresh) => (token = fresh ?? token) });
  if (answers !== visit || !isBeforeQuestions()) return; // somebody else by now, or already answering
  if (found.outcome === "problem") return tellScanned(found.sentence);
  answers.code = found.code;
  if (found.carries) {
    data = settled(base, found.carries);
    answers.field = found.carries.field;
    if (data.stages.length === 1) [answers.stage] = data.stages;
  }
  scanned = found.carries ? "scan_known" : "scan_kept";
  if (key === "start") act.begin();
  else go(steps(data, answers).find((step) => step.key === key) ?? stepAfter(steps(data, answers), "start"));
}

function go(step) {
  key = step.key;
  if (step.type === "criterion") lastSeen = step.criterion.code;
  if (key === "start") idle.stop();
  else if (onTablet) idle.start();
  draw(true);
}

function forward() {
  settleDraw();
  if (!onTablet) history.pushState({ depth: (depth += 1) }, ""); // so that the phone's own Back goes one question back
  go(stepAfter(steps(data, answers), key));
}

function goBack() {
  go(stepBefore(steps(data, answers), key));
}

function hold(element) {
  holding = true;
  element.classList.add("held");
  setTimeout(() => {
    holding = false;
    forward();
  }, HOLD);
}

// A hand that is faster than the line: the button is seen held, and the first question follows by itself.
async function beginLater() {
  if (holding) return;
  holding = true;
  page.body.querySelector(".huge")?.classList.add("held");
  try {
    await arriving;
  } catch {
    return location.reload();
  }
  holding = false;
  if (isIdleScreen()) act.begin();
}

function begin() {
  sheet = { id: newSheetId() };
  begunAt = performance.now();
  forward();
}

const act = {
  begin() {
    if (!rest) return void beginLater();
    // In rotation the first tap waits for the turns the box keeps: drawn without them, this visit would count for nothing.
    if (data.rotation && hasBox) return void loading.then(() => isIdleScreen() && begin());
    begin();
  },
  choose(name, value, element) {
    if (holding) return;
    if (key.startsWith("question:")) answers.respondent[name] = value;
    else answers[name] = value;
    hold(element);
  },
  rate(value, element) {
    if (arrows || holding) return;
    if (key === "overall") answers.overall = value;
    else answers.ratings[key.slice("criterion:".length)] = value;
    for (const input of page.body.querySelectorAll("input[name=level]")) input.checked = input.value === String(value);
    hold(element);
  },
  skip() {
    delete answers.respondent[key.slice("question:".length)];
    forward();
  },
  type: (text) => void (answers.comment = text),
  quote: (yes) => void (answers.mayQuote = yes),
  explain: (code, given) => void (answers.reasons[code] = given),
  addCodes: (text) => void (answers.codes = text),
  next: forward,
  help: (yes) => void (answers.helped = yes),
  back() {
    if (holding) return;
    if (onTablet) goBack();
    else history.back();
  },
  send: sendSheet,
  staff: () => void openStaff(),
};

async function sendSheet() {
  if (holding) return;
  holding = true;
  clearTimeout(timer);
  const now = rest.digest(data, answers);
  sheet.answeredAt ??= new Date(Date.now() + clock).toISOString();
  sheet.took ??= rest.tookClass(performance.now() - begunAt);
  sheet.repeatsPrevious = !onTablet || previous === null || now === null ? null : previous === now ? "yes" : "no";
  sheet.lang = document.documentElement.lang;
  if (!ending) {
    ending = () => rest.drawSending(t);
    draw(true);
  }
  await loading;
  if (tablet && (await tablet.save(rest.submissionOf(data, answers, sheet), answers.drawn ? { rotation: turnsAfter() } : {}))) {
    holding = false;
    thank(now, "saved_text");
    return;
  }
  const answer = await rest.send(data.addresses.rate, rest.postedFields(data, answers, sheet), token);
  token = answer.token ?? token;
  holding = false;
  if (answer.outcome === "kept") thank(now, "thanks_text");
  else trouble(answer);
}

function trouble({ outcome, message, page: at }) {
  const refused = outcome === "refused";
  ending = () =>
    rest.drawTrouble(t, {
      title: t(refused ? "refused_title" : "network_title"),
      text: refused ? (message ?? t("refused_text")) : t(tablet?.note === "storage" ? "paper_text" : "network_text"),
      retry: () => {
        ending = null;
        void sendSheet();
      },
      back: () => backToFinish(at),
    });
  draw(true);
  if (!refused) timer = setTimeout(sendSheet, NEXT_TRY);
}

// `at`: the step the server named, where what it refused can be put right.
function backToFinish(at) {
  if (at === "codes") key = at;
  clearTimeout(timer);
  ending = null;
  draw(true);
}

function thank(now, text) {
  if (onTablet && now !== null) previous = now;
  if (answers.drawn) turns.set(answers.drawnFor, turnOf(answers.drawnFor) + 1);
  idle.stop();
  answers = emptyAnswers(data); // nothing of this person stays behind the thanks
  sheet = null;
  const seconds = onTablet ? THANKS : 0;
  thanked = [data.words.thanks_title, data.words[text]];
  ending = () => rest.drawThanks(t, { text, home: data.channel === "poster" ? null : data.addresses.home, seconds, again: restart });
  draw(true);
  if (seconds) timer = setTimeout(restart, THANKS * 1000);
}

// For keyboards and keypads, with or without NumLock: 1–9 choose by place, 0 is "don't know" or "skip", Backspace, Escape and minus go back;
// where nothing is to be chosen, 1 presses the one button that leads on. Everything else is what radio buttons do by themselves.
function onKey(event) {
  const typing = event.target.matches?.("textarea, input:not([type=radio]):not([type=checkbox])");
  arrows = event.key.startsWith("Arrow");
  if (idle.isWarning) {
    if (/^(Digit|Numpad)1$/.test(event.code)) idle.stay();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === "Escape" || (!typing && (event.key === "Backspace" || event.key === "-"))) {
    if (key === "start" || (ending && !document.getElementById("back"))) return;
    event.preventDefault();
    document.getElementById("back")?.click();
  } else if (typing || staff) {
    return;
  } else if (event.key === "Enter" && event.target.matches?.("input[type=radio], .chip input")) {
    event.preventDefault();
    event.target.click();
  } else if (event.key === "Enter" && key === "start" && event.target === document.body) {
    act.begin();
  } else {
    const digit = /^[0-9]$/.test(event.key) ? event.key : /^Numpad([0-9])$/.exec(event.code)?.[1];
    if (digit === undefined || event.repeat) return; // a key held down answers one question
    event.preventDefault(); // without NumLock the same key would scroll or move the choice
    arrows = false;
    pressPlace(Number(digit));
  }
}

function pressPlace(digit) {
  const places = page.body.querySelectorAll(".card input, .choice:not([hidden]), .chip input");
  if (digit === 0) page.row.querySelector("#no-opinion, #skip")?.click();
  else if (places.length && !ending) places[digit - 1]?.click();
  else if (digit === 1) (page.row.querySelector("#send, #next") ?? page.body.querySelector(".button.huge, #retry, #again"))?.click();
}

document.addEventListener("keydown", (event) => hear(event), { capture: true });
document.addEventListener("keyup", () => void (arrows = false));
// The second half of a double tap belongs to the question before.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest(".card, .choice, .quiet")) {
      event.preventDefault();
      event.stopPropagation();
    }
  },
  true,
);
document.getElementById("rate").addEventListener("submit", (event) => event.preventDefault());

if (!onTablet) {
  // The code leaves the address bar and the history, once nothing is left for which the page would have to be loaded anew.
  arriving.then(() => history.replaceState(null, "", data.addresses.home)).catch(() => {});
  window.addEventListener("popstate", (event) => {
    const reached = event.state?.depth ?? 0;
    const behind = depth - reached;
    depth = reached;
    if (!sheet || behind <= 0) return;
    if (ending) backToFinish();
    else for (let step = 0; step < behind; step += 1) goBack();
  });
}

restart();

// Later and only where there is something to read from; the page never waits for it.
if (base.sounds || globalThis.speechSynthesis) {
  void behindRest(() => import("./speech.js"))
    .then((module) => {
      ({ sentencesOf } = module);
      speech = new module.Speech({ data: base, changed: speechChanged });
      speechChanged(null);
    })
    .catch(() => {});
}
if (hasBox) {
  void behindRest(() => import("./scanner.js"))
    .then(({ canScan }) => canScan())
    .then((can) => {
      hasCamera = can;
      if (can && isIdleScreen()) drawCamera();
    })
    .catch(() => {});
}
