// Where the agent writes: replies or notes, files, and the replies suggested to her.
import { body, words, $, $$, newId, el, kept } from "./dom.js";
import { Api } from "./api.js";
import { Notice } from "./notice.js";
import { desk } from "./desk.js";
import { Canned } from "./canned.js";

export class Composer {
  #canned = new Canned(); #typedAt = 0;

  constructor(form) {
    this.form = form;
    this.text = $("#text", form);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    for (const button of $$("[data-mode]", form)) button.addEventListener("click", () => this.turn(button.dataset.mode, true));
    this.text.addEventListener("input", () => this.#changed());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("blur", () => this.#canned.close(this.text));
    $("#file", form).addEventListener("change", (event) => this.#sendFile(event.target));
    this.#canned.load().then(() => { if (document.activeElement === this.text) this.#canned.offer(this.text); });
    this.turn(desk.thread.holder === "me" ? "reply" : "note");
    this.suggest();
  }

  static keep(id, mode, text) { kept.set(`draft.${id}.${mode}`, text || null); }

  turn(mode, focus = false) {
    if (mode === "reply" && desk.thread.holder !== "me") mode = "note";
    this.mode = this.form.dataset.mode = mode;
    for (const button of $$("[data-mode]", this.form)) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      button.disabled = button.dataset.mode === "reply" && desk.thread.holder !== "me";
    }
    this.text.placeholder = this.text.dataset[mode];
    this.text.setAttribute("aria-label", this.text.placeholder);
    $("#send").textContent = $("#send").dataset[mode];
    $(".attach", this.form).hidden = mode === "note";
    this.restore();
    if (focus) this.text.focus();
  }

  held(before, now) {
    // Who has just taken over writes at once: the next key is for the customer.
    if (now === "me" && before !== "me") this.turn("reply", this.eager); else this.turn(this.mode);
    this.eager = false;
    this.suggest();
  }

  restore() {
    this.text.value = kept.get(`draft.${desk.thread.id}.${this.mode}`, "");
    this.#grow();
  }

  #changed() {
    Composer.keep(desk.thread.id, this.mode, this.text.value);
    this.#grow();
    if (this.mode !== "reply") return;
    this.#canned.offer(this.text);
    if (!this.text.value.trim() || Date.now() - this.#typedAt < 4000) return;
    this.#typedAt = Date.now();
    Api.call("POST", `/api/conversations/${desk.thread.id}/typing`);
  }

  #grow() { this.text.rows = Math.min(8, Math.max(2, this.text.value.split("\n").length)); }

  // Enter that confirms a candidate of an input method sends nothing: such a key is 229 in every browser.
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#canned.key(event, this.text)) return event.stopPropagation();
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); }
  }

  async send() {
    const text = this.text.value.trim(), { id, version } = desk.thread;
    if (!text) return;
    this.#canned.close(this.text);
    this.text.value = "";
    Composer.keep(id, this.mode, "");
    this.#grow();
    if (this.mode === "reply") { this.#typedAt = 0; this.#hideSuggestions(); return desk.outbox.send({ id, path: "messages", version, text }); }
    const answer = await Api.call("POST", `/api/conversations/${id}/notes`, { text });
    if (answer?.ok) return desk.thread.id === id && desk.thread.news();
    Composer.keep(id, "note", text);
    this.restore();
    Notice.refused(answer);
  }

  async #sendFile(input) {
    const file = input.files[0], content = new FormData();
    input.value = "";
    if (!file) return;
    if (file.size > 5 * 1024 * 1024) return Notice.show(words.too_large, "bad");
    for (const [name, value] of Object.entries({ client_id: newId(), version: desk.thread.version, file })) content.append(name, value);
    const answer = await Api.call("POST", `/api/conversations/${desk.thread.id}/files`, content);
    answer?.ok ? desk.thread.news() : answer?.status === 409 ? desk.thread.news().then(() => desk.thread.refusedByOther()) : Notice.refused(answer);
  }

  #hideSuggestions() { $("#suggestions").hidden = true; }

  async suggest() {
    this.#hideSuggestions();
    const { id } = desk.thread, last = $$("#lines > [data-seq]").pop();
    if (body.suggests !== "yes" || desk.thread.holder !== "me" || !last?.classList.contains("customer")) return;
    const answer = await Api.call("GET", `/api/conversations/${id}/suggestions`);
    const found = answer?.ok && desk.thread.id === id ? answer.data.suggestions || [] : [];
    $("#suggestions").replaceChildren(...found.slice(0, 3).map(({ text }) => el("button", { type: "button", title: text, onclick: () => this.put(text) }, text)));
    $("#suggestions").hidden = !found.length;
  }

  put(text) {
    this.turn("reply");
    this.text.value = text;
    this.#changed();
    this.text.focus();
  }
}
