// Reads a step aloud: from the office's recordings where the whole step is recorded, else by a voice of this device, else not at all.
// Never by a voice of somebody else's server: it would hear what is asked here, and when.

import { make, speaker } from "./dom.js";

const FEW = 12; // fields; more are found by eye or by search, not by listening

// The Vietnamese sentences of a step, in the order they are read.
export function sentencesOf(step, { data, words }) {
  const { instrument } = data;
  const levels = [...instrument.levels.map((level) => level.label), words.no_opinion];
  const options = (...names) => names.flatMap((name) => [words[name], words[`${name}_more`]]);
  switch (step.type) {
    case "start":
      return [words.invite, words.invite_more];
    case "stage":
      return [words.stage_question, ...options(...data.stages)];
    case "field":
      return [words.field_question, ...(data.fields.length <= FEW ? data.fields.map((field) => field.name) : [])];
    case "kind":
      return [words.kind_question, ...options("individual", "organisation", "authorised")];
    case "feedback":
      return [instrument.feedback_question, words.yes, words.no];
    case "criterion":
      return [instrument.stem, step.criterion.text, ...levels];
    case "overall":
      return [instrument.overall, ...levels];
    case "question":
      return [step.question.text, ...step.question.options.map((option) => option.text), words.skip];
    case "reasons":
      return [words.reasons_title, words.reasons_more];
    case "codes":
      return [words.codes_title, words.codes_more];
    case "finish":
      return [words.finish_title, words.comment_advice, words.send];
    default:
      return [];
  }
}

const spelled = (lang) => lang.toLowerCase().replace(/_/g, "-");

// A voice of this very device for a language, or null.
export function pickVoice(voices, lang) {
  const wanted = spelled(lang);
  const local = voices.filter((voice) => voice.localService === true && (spelled(voice.lang) === wanted || spelled(voice.lang).startsWith(`${wanted}-`)));
  return local.find((voice) => voice.default) ?? local[0] ?? null;
}

// Where a step is read from: {files} or {spoken: [{text, lang, voice}]}, or null. Half a step is never read: it would be a wrong question.
// `texts` holds what the language translates; the rest stays Vietnamese and is read in Vietnamese.
export function chooseSource(sentences, { lang, home, texts, sounds, voices }) {
  if (!sentences.length) return null;
  const parts = sentences.map((sentence) => {
    const said = lang === home || texts[sentence] !== undefined ? lang : home;
    return { sentence, said, file: sounds[said]?.[sentence] ?? null };
  });
  if (parts.every((part) => part.file)) return { files: parts.map((part) => part.file) };
  const spoken = parts.map(({ sentence, said }) => ({ text: (said === home ? sentence : texts[sentence]).replace(/\u00a0/g, " "), lang: said, voice: pickVoice(voices, said) }));
  return spoken.every((part) => part.voice) ? { spoken } : null;
}

export class Speech {
  #data;
  #changed;
  #on = false;
  #source = null;
  #read = null; // what was begun last, so that a larger letter does not begin it again
  #player = make("audio", { id: "reader", hidden: true, preload: "auto" });
  #turn = 0;

  // `changed()` draws the page again: the voices of a device are known only a while after it has opened the page.
  constructor({ data, changed }) {
    this.#data = data;
    this.#changed = changed;
    document.body.append(this.#player);
    globalThis.speechSynthesis?.addEventListener?.("voiceschanged", changed);
    for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, (event) => event.target.closest?.("#speak") || this.stop(), { capture: true, passive: true });
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
    this.#keep();
  }

  // The next person starts in silence.
  reset() {
    this.#on = false;
    this.#read = null;
    this.stop();
  }

  // Called with every drawing: puts the button there if this step can be read, and reads it if reading is on.
  show({ tools, t, sentences, language }) {
    const home = this.#data.languages[0].code;
    const voices = globalThis.speechSynthesis?.getVoices() ?? [];
    this.#source = chooseSource(sentences, { lang: language.code, home, texts: language.texts, sounds: this.#data.sounds ?? {}, voices });
    if (this.#source) {
      tools.prepend(
        make("button", { type: "button", class: "tool speak", id: "speak", "aria-pressed": String(this.#on), onclick: () => this.#toggle() }, speaker(), make("span", {}, t("read_aloud"))),
      );
    }
    const now = [language.code, ...sentences].join("\n");
    if (this.#read === now) return;
    this.stop();
    this.#read = now;
    if (this.#on && this.#source) this.#begin(this.#source);
  }

  stop() {
    this.#turn += 1;
    this.#player.pause();
    globalThis.speechSynthesis?.cancel();
  }

  #toggle() {
    this.#on = !this.#on;
    this.stop();
    if (this.#on && this.#source) this.#begin(this.#source);
    this.#changed("speak");
  }

  #begin({ files, spoken }) {
    const turn = this.#turn;
    if (files) this.#play(files, 0, turn);
    else for (const part of spoken) this.#say(part);
  }

  #say({ text, lang, voice }) {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = lang;
    utterance.voice = voice;
    speechSynthesis.speak(utterance);
  }

  #play(files, place, turn) {
    if (place >= files.length || turn !== this.#turn) return;
    this.#player.onended = () => this.#play(files, place + 1, turn);
    this.#player.src = this.#address(files[place]);
    this.#player.play().catch(() => {}); // stopped meanwhile, or neither kept nor reached: the text still stands there
  }

  #address = (file) => this.#data.addresses.sounds + file;

  // The tablet fetches its recordings once the page stands and nobody waits for it, so that it can read without a network, too.
  #keep() {
    const files = [...new Set(Object.values(this.#data.sounds ?? {}).flatMap((sentences) => Object.values(sentences)))];
    if (!this.#data.addresses.worker || !navigator.serviceWorker) return;
    const later = globalThis.requestIdleCallback ?? setTimeout;
    navigator.serviceWorker.ready.then(({ active }) => later(() => active.postMessage({ sounds: files.map(this.#address) }))).catch(() => {});
  }
}
