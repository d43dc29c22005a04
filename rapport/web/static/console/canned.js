// The canned replies offered behind a slash.
import { body, $, $$, fill, el } from "./dom.js";
import { Api } from "./api.js";
import { desk } from "./desk.js";

export class Canned {
  #replies = []; #shown = []; #at = 0;

  async load() {
    const answer = await Api.call("GET", "/api/canned-replies");
    if (answer?.ok) this.#replies = answer.data.canned_replies;
  }

  get open() { return !$("#canned").hidden; }

  // What stands behind the slash before the caret, or null.
  #typed(text) { return text.value.slice(0, text.selectionStart).match(/(?:^|\s)\/([^\s/]*)$/)?.[1] ?? null; }

  offer(text) {
    const typed = this.#typed(text);
    if (typed === "" && !this.open) this.load().then(() => this.#typed(text) === typed && this.offer(text));
    const starts = this.#replies.filter(({ shortcut }) => typed !== null && shortcut.startsWith(typed.toLowerCase()));
    const says = this.#replies.filter((reply) => typed && !starts.includes(reply) && this.filled(reply).toLowerCase().includes(typed.toLowerCase()));
    this.#shown = [...starts, ...says].slice(0, 8);
    $("#canned").hidden = !this.#shown.length;
    $("#canned").replaceChildren(...this.#shown.map((reply, at) => el("li", { id: `canned-${at}`, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); this.put(text, reply); } },
      el("b", {}, `/${reply.shortcut}`), el("span", {}, this.filled(reply)))));
    this.#choose(text, 0);
  }

  #choose(text, at) {
    this.#at = (at + this.#shown.length) % (this.#shown.length || 1);
    $$("#canned li").forEach((line, number) => line.setAttribute("aria-selected", String(number === this.#at)));
    this.open ? text.setAttribute("aria-activedescendant", `canned-${this.#at}`) : text.removeAttribute("aria-activedescendant");
    $(`#canned-${this.#at}`)?.scrollIntoView({ block: "nearest" });
  }

  // In the customer's language; what is not known stays to be filled in by hand.
  filled(reply) {
    const { name, order } = desk.thread.root.dataset, zh = desk.thread.state.language === "zh";
    return fill(zh ? reply.text_zh : reply.text_en, { customer: name || (zh ? "您" : "there"), agent: body.shownName, shop: body.shop, ...(order ? { order } : {}) });
  }

  put(text, reply) {
    const typed = this.#typed(text) ?? "", end = text.selectionStart;
    text.setRangeText(this.filled(reply), end - typed.length - 1, end, "end");
    this.close(text);
    text.dispatchEvent(new Event("input"));
  }

  close(text) { $("#canned").hidden = true; this.#shown = []; text.removeAttribute("aria-activedescendant"); }

  // Whether the key was for the list.
  key(event, text) {
    if (!this.open) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#choose(text, this.#at + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter" || event.key === "Tab") this.put(text, this.#shown[this.#at]);
    else if (event.key === "Escape") this.close(text);
    else return false;
    event.preventDefault();
    return true;
  }
}
