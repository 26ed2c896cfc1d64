// What the people who look after the tablet see behind a PIN: numbers about the box, never an answer.

import { make } from "./dom.js";

const FREE_TRIES = 5;
const PENALTY = 60000;
const HOUR = 3600000;

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

// The PIN's slow hash came with the last heartbeat, so that the screen opens without a network.
export async function isPin(typed, kept) {
  const [kind, rounds, salt, hash] = kept.split("$");
  if (kind !== "pbkdf2-sha256") return false;
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(typed), "PBKDF2", false, ["deriveBits"]);
  const bits = new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: Number(rounds) }, material, 256));
  const wanted = bytes(hash);
  return bits.length === wanted.length && bits.every((byte, place) => byte === wanted[place]);
}

export class StaffScreen {
  #tablet;
  #t;
  #show;
  #close;
  #said = "";
  #open = false;

  // `show(body, title)` puts elements on the screen, `close()` goes back to the idle screen.
  constructor({ tablet, t, show, close }) {
    this.#tablet = tablet;
    this.#t = t;
    this.#show = show;
    this.#close = close;
  }

  async ask() {
    const kept = await this.#tablet.fact("staff_pin").catch(() => null);
    const wrong = (await this.#tablet.fact("pin_wrong").catch(() => null)) ?? { count: 0, until: 0 };
    if (!kept || !globalThis.crypto?.subtle) return this.#draw([make("p", { class: "lead" }, this.#t(kept ? "staff_insecure" : "staff_no_pin")), this.#closing()]);
    if (Date.now() < wrong.until) return this.#draw([make("p", { class: "lead", role: "alert" }, this.#t("staff_wait")), this.#closing()]);
    const input = make("input", { class: "text code", id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: 12, required: true });
    const form = make(
      "form",
      { class: "code-form" },
      make("label", { class: "field-label", for: "pin" }, this.#t("staff_pin")),
      input,
      this.#said ? make("p", { class: "say", role: "alert" }, this.#said) : null,
      make("div", { class: "options" }, make("button", { type: "submit", class: "button primary" }, this.#t("staff_enter")), this.#closing()),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#try(input.value, kept, wrong);
    });
    this.#draw([form]);
    input.focus();
    return undefined;
  }

  async #try(typed, kept, wrong) {
    if (await isPin(typed, kept)) {
      await this.#tablet.keep("pin_wrong", { count: 0, until: 0 });
      this.#said = "";
      this.#open = true;
      await this.refresh();
      return;
    }
    const count = wrong.count + 1;
    await this.#tablet.keep("pin_wrong", { count, until: count >= FREE_TRIES ? Date.now() + PENALTY * 2 ** Math.min(count - FREE_TRIES, 6) : 0 });
    this.#said = this.#t("staff_wrong");
    await this.ask();
  }

  async refresh() {
    if (!this.#open) return;
    const numbers = await this.#tablet.numbers();
    const t = this.#t;
    const row = (name, value, id) => [make("dt", {}, name), make("dd", { id }, value)];
    const hour = numbers.oldest_pending_hour;
    const words = { reached: t("staff_reached"), unreached: t("staff_unreached"), revoked: t("staff_revoked"), waiting: t("staff_waiting") };
    const persisted = { true: t("staff_persisted"), false: t("staff_not_persisted") }[String(numbers.persisted)] ?? t("staff_unknown");
    const facts =
      numbers.box === null
        ? [make("p", { class: "lead", role: "alert" }, t("storage_note"))]
        : [
            make(
              "dl",
              { class: "staff-facts" },
              row(t("staff_pending"), String(numbers.pending), "staff-pending"),
              row(t("staff_oldest"), hour === null ? "–" : new Date(hour * HOUR).toLocaleString("vi-VN", { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" }), "staff-oldest"),
              row(t("staff_refused"), String(numbers.refused), "staff-refused"),
              row(t("staff_saved"), `${numbers.saved} = ${numbers.acknowledged} + ${numbers.quarantined} + ${numbers.refused} + ${numbers.pending}`, "staff-saved"),
              row(t("staff_storage"), persisted, "staff-storage"),
              row(t("staff_link"), words[numbers.status], "staff-link"),
              row(t("staff_version"), numbers.version, "staff-version"),
            ),
          ];
    this.#draw([
      ...facts,
      make("p", { class: "hint", id: "staff-keys" }, t("staff_keys")),
      this.#said ? make("p", { class: "hint", role: "status" }, this.#said) : null,
      make(
        "div",
        { class: "options" },
        make("button", { type: "button", class: "button primary", id: "staff-send", onclick: () => void this.#send() }, t("staff_send")),
        make("button", { type: "button", class: "button", id: "staff-save", disabled: numbers.box === null, onclick: () => void this.#saveFile() }, t("staff_save")),
        this.#closing(),
      ),
    ]);
  }

  async #send() {
    this.#said = this.#t("sending");
    await this.refresh();
    await this.#tablet.sendNow();
    const { pending } = await this.#tablet.numbers();
    this.#said = this.#t(pending === 0 ? "staff_sent" : "staff_not_sent");
    await this.refresh();
  }

  async #saveFile() {
    const file = await this.#tablet.sealed().catch(() => null);
    this.#said = this.#t(file ? "staff_file" : "staff_no_file");
    if (file) {
      const address = URL.createObjectURL(new Blob([file.text], { type: "application/json" }));
      make("a", { href: address, download: file.name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
    }
    await this.refresh();
  }

  #closing() {
    return make("button", { type: "button", class: "button", id: "staff-close", onclick: () => this.#close() }, this.#t("staff_close"));
  }

  #draw(children) {
    this.#show([make("div", { class: "still staff" }, make("h1", { class: "plain", tabindex: "-1" }, this.#t("staff_title")), children)], this.#t("staff_title"));
  }
}
