// Lines on their way: kept until the server has them, sent again under the same id.
import { body, words, $, newId, el, kept } from "./dom.js";
import { Api } from "./api.js";
import { Notice } from "./notice.js";
import { desk } from "./desk.js";
import { Composer } from "./composer.js";

export class Outbox {
  #timer = 0; #failures = 0;

  get waiting() { return kept.get("unsent", []); }
  set waiting(lines) { kept.set("unsent", lines.length ? lines : null); }

  send(line) {
    this.waiting = [...this.waiting, { ...line, client_id: newId() }];
    this.show();
    this.flush();
  }

  show() {
    for (const line of this.waiting.filter(({ id }) => id === desk.thread?.id)) {
      if ($(`[data-client-id="${line.client_id}"]`)) continue;
      $("#pending").append(el("div", { className: "line agent mine pending", "data-client-id": line.client_id },
        el("div", { className: "text", dir: "auto" }, line.text || line.shown), el("p", { className: "marks-sent" }, words.sending)));
      desk.thread.toEnd();
    }
  }

  arrived(client) { $(`#pending [data-client-id="${client}"]`)?.remove(); }

  // Two tabs never send side by side: the order stays.
  async flush() {
    const run = async () => { while (this.waiting.length && await this.#sendFirst()); };
    await (navigator.locks ? navigator.locks.request(`rapport.unsent.${body.agent}`, run) : run());
  }

  async #sendFirst() {
    const line = this.waiting[0], { id, path, client_id, version, text, sku } = line;
    const answer = await Api.call("POST", `/api/conversations/${id}/${path}`, { version, client_id, ...(sku ? { sku } : { text }) });
    if (!answer || answer.status === 429) return this.#later(line);
    this.#failures = 0;
    this.waiting = this.waiting.filter((other) => other.client_id !== client_id);
    if (id === desk.thread?.id) await desk.thread.news();
    if (!answer.ok) this.#refused(line, answer);
    return true;
  }

  #later({ client_id }) {
    const mark = $(`#pending [data-client-id="${client_id}"] .marks-sent`);
    if (mark) mark.textContent = words.not_sent;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), Math.min(20, 2 ** this.#failures++) * 1000);
    return false;
  }

  #refused(line, answer) {
    this.arrived(line.client_id);
    if (line.text) Composer.keep(line.id, "reply", [kept.get(`draft.${line.id}.reply`, ""), line.text].filter(Boolean).join("\n"));
    if (line.id === desk.thread?.id) desk.composer?.restore();
    if (answer.status === 409 && line.id === desk.thread?.id) desk.thread.refusedByOther(); else Notice.refused(answer);
  }
}
