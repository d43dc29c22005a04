// The open conversation: its lines, how it stands, and what is done with it.
import { body, words, $, $$, fill, el } from "./dom.js";
import { Api } from "./api.js";
import { Notice } from "./notice.js";
import { Clock } from "./clock.js";
import { desk } from "./desk.js";

export class Thread {
  #fetching = null; #again = false; #stateShown = ""; #readTo = 0; #fresh = 0; #stays = true;

  constructor(root) {
    this.root = root;
    this.id = root.dataset.id;
    this.path = `/console/conversations/${this.id}`;
    this.#stateShown = this.#stateHtml();
    const box = $("#scroll");
    box.addEventListener("scroll", () => { this.#stays = this.atEnd; if (this.#stays) this.#seen(); });
    // What is suggested takes room below: who looks at what was said last goes on seeing it.
    new ResizeObserver(() => { if (this.#stays) box.scrollTop = box.scrollHeight; }).observe(box);
    $("#older")?.addEventListener("click", () => this.older());
    $("#newer").addEventListener("click", () => this.toEnd());
    this.#beside();
    this.arrange();
    this.toEnd();
  }

  get state() { return $("#state", this.root).dataset; }
  get holder() { return this.state.holder; }
  get version() { return Number(this.state.version); }
  get lines() { return $$("#lines > [data-order]"); }
  get lastSeq() { return Math.max(0, ...$$("#lines > [data-seq]").map((line) => Number(line.dataset.seq))); }
  get firstSeq() { return $("#older") ? Number($("#older").dataset.before) : 0; }
  get atEnd() { const box = $("#scroll"); return box.scrollHeight - box.scrollTop - box.clientHeight < 80; }

  // Until it is known who she is, nobody else stands beside what she says.
  #beside() {
    const looking = el("p", { className: "looking", role: "status" }, words.looking);
    $("#customer").replaceChildren(looking);
    htmx.ajax("GET", `${this.path}/customer`, { source: "#customer", target: "#customer", swap: "innerHTML" }).catch(() => {}).then(() => looking.remove());
  }

  // What is new, and how the conversation stands now; asked again if something happens meanwhile.
  news() {
    this.#again = true;
    return this.#fetching ??= this.#read().finally(() => { this.#fetching = null; });
  }

  async #read() {
    while (this.#again) {
      this.#again = false;
      const answer = await Api.page(`${this.path}/lines?after=${this.lastSeq}&first=${this.firstSeq}&shelf=${desk.list.shelf}`);
      const text = await answer?.text();
      if (text === undefined || !this.root.isConnected) return;
      const page = new DOMParser().parseFromString(text, "text/html");
      this.#stand(page);
      this.merge($$("#news > [data-order]", page));
    }
  }

  async older() {
    const button = $("#older"), box = $("#scroll"), height = box.scrollHeight;
    const answer = await Api.page(`${this.path}/older?before=${button.dataset.before}`);
    if (!answer) return;
    this.merge($$("[data-order]", new DOMParser().parseFromString(await answer.text(), "text/html")), true);
    const before = answer.headers.get("X-Older");
    before ? button.dataset.before = before : button.remove();
    box.scrollTop += box.scrollHeight - height;
  }

  // Puts each line in its place; one that is there already stays as it is.
  merge(found, old = false) {
    const atEnd = this.atEnd;
    let added = 0;
    for (const line of found) {
      if (document.getElementById(line.id)) continue;
      const next = this.lines.find((other) => other.dataset.order > line.dataset.order), made = document.importNode(line, true);
      next ? next.before(made) : $("#lines").append(made);
      if (made.dataset.clientId) desk.outbox.arrived(made.dataset.clientId);
      if (made.classList.contains("customer")) { added += 1; this.typing([]); }
    }
    if (found.length) this.arrange();
    if (old) return;
    if (atEnd) this.toEnd(); else if (added) this.#tellNew(added);
    if (added) desk.composer?.suggest();
  }

  arrange() {
    for (const mark of $$("#lines > .day-mark")) mark.remove();
    let last = "";
    for (const line of this.lines) {
      const date = new Date($("time", line).dateTime);
      if (date.toDateString() !== last) line.before(el("h3", { className: "day-mark" }, Clock.dayName(date)));
      last = date.toDateString();
    }
    const read = Number(this.state.readSeq);
    for (const line of $$("#lines > .agent")) line.classList.toggle("read", Number(line.dataset.seq) <= read);
    Clock.show(this.root);
  }

  #stateHtml() { return $("#state", this.root).outerHTML + ($("#holder-note", this.root)?.outerHTML || ""); }

  #stand(page) {
    const held = this.holder, text = $("#state", page).outerHTML + ($("#holder-note", page)?.outerHTML || "");
    if (text === this.#stateShown) return;
    this.#stateShown = text;
    const key = document.activeElement?.dataset?.key;
    $("#holder-note", this.root)?.remove();
    const made = [$("#state", page), $("#holder-note", page)].filter(Boolean).map((part) => document.importNode(part, true));
    $("#state", this.root).replaceWith(...made);
    if (key) $(`[data-key="${key}"]`, this.root)?.focus();
    this.arrange();
    desk.composer?.held(held, this.holder);
  }

  toEnd() {
    const box = $("#scroll");
    box.scrollTop = box.scrollHeight;
    this.#stays = true;
    this.#seen();
  }

  #tellNew(count) {
    this.#fresh += count;
    $("#newer").hidden = false;
    $("#newer").textContent = fill(words.new, { n: this.#fresh });
  }

  #seen() {
    this.#fresh = 0;
    $("#newer").hidden = true;
    const seq = this.lastSeq;
    if (document.hidden || body.answers !== "yes" || seq <= this.#readTo) return;
    this.#readTo = seq;
    const changed = [{ id: this.id }], told = () => { desk.list.refresh(); desk.line?.tell("conversations", { changed }); };
    Api.call("POST", `/api/conversations/${this.id}/read`, { seq }).then(told);
  }

  typing(authors) {
    const who = authors.includes("customer") ? this.root.dataset.name || words.customer : authors.includes("assistant") ? words.assistant : "";
    const atEnd = this.atEnd;
    $("#typing").hidden = !who;
    $("#typing-who").textContent = who && fill(words.typing, { name: who });
    if (who && atEnd) $("#scroll").scrollTop = $("#scroll").scrollHeight;
  }

  async act(name, values = {}) {
    const [path, given] = name === "wake" ? ["snooze", { until: null }] : [name, values];
    const answer = await Api.call("POST", `/api/conversations/${this.id}/${path}`, { version: this.version, ...given });
    await this.news();
    if (answer?.ok) Notice.show(words[`done_${name.replace("-", "_")}`] || words.saved);
    else if (answer?.status === 409) this.refusedByOther();
    else Notice.refused(answer);
    desk.list.refresh();
    return answer?.ok;
  }

  refusedByOther() {
    Notice.show(this.holder === "other" ? fill(words.taken, { agent: this.state.holderName }) : this.holder === "me" ? words.moved : words.not_held, "bad");
  }
}
