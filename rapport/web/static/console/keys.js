// What keys, buttons and forms of the page do.
import { words, $, $$, kept } from "./dom.js";
import { Api } from "./api.js";
import { Notice } from "./notice.js";
import { Clock } from "./clock.js";
import { desk } from "./desk.js";

export class Keys {
  constructor() {
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("submit", (event) => this.#submit(event));
    $("#keys-on").checked = !kept.get("keys-off", false);
    $("#keys-on").addEventListener("change", ({ target }) => kept.set("keys-off", !target.checked));
  }

  #key(event) {
    const inText = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.key === "Escape") return this.#escape(inText);
    if (inText || kept.get("keys-off", false)) return;
    const does = { j: () => desk.list.move(1), k: () => desk.list.move(-1), "/": () => $("#search")?.focus(), "?": () => $("#help").showModal(),
      r: () => desk.composer?.turn("reply", true), n: () => desk.composer?.turn("note", true) }[event.key];
    const button = /^[tbse]$/.test(event.key) && $(`#state [data-key="${event.key}"]`);
    if (!does && !button) return;
    event.preventDefault();
    does ? does() : button.click();
  }

  #escape(inText) {
    for (const menu of $$("details.menu[open]")) menu.open = false;
    if (inText?.id === "search" && inText.value) { inText.value = ""; inText.dispatchEvent(new Event("search")); }
    if (inText) inText.blur(); else this.#column("list");
    (desk.list.rows.find((row) => row.hasAttribute("aria-current")) || desk.list.rows[0])?.focus();
  }

  #column(name) { const columns = $(".columns"); if (columns) columns.dataset.column = name; }

  #click(event) {
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const target = event.target.closest("[data-dialog], button[data-act], [data-close], button[data-column], a[data-column], [data-sku]");
    if (!target) return;
    const { dialog, act, column, sku } = target.dataset;
    if (dialog) document.getElementById(dialog)?.showModal();
    if (act) {
      target.disabled = true;
      desk.composer.eager = act === "take-over";
      desk.thread.act(act).then(() => { target.disabled = false; });
    }
    if (target.matches("[data-close]")) target.closest("dialog").close();
    if (column) { event.preventDefault(); this.#column(column === "customer" && $(".columns").dataset.column === "customer" ? "thread" : column); }
    if (sku) desk.outbox.send({ id: desk.thread.id, path: "products", version: desk.thread.version, sku, shown: `${target.closest("li").querySelector("b").textContent}` });
  }

  async #submit(event) {
    const form = event.target, { act, api } = form.dataset;
    if (!act && !api) return;
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    if (act) { form.closest("dialog").close(); return desk.thread.act(act, this.#values(act, values, event.submitter)); }
    const [method, path] = api.split(" "), answer = await Api.call(method, path, method === "DELETE" ? undefined : values), error = $(".error", form);
    error.hidden = Boolean(answer?.ok);
    if (!answer?.ok) return void (error.textContent = answer?.data.detail || words.not_sent);
    form.reset();
    form.closest("details")?.removeAttribute("open");
    htmx.trigger(`#${form.dataset.changes}`, "changed");
    Notice.show(method === "DELETE" ? words.deleted : words.saved);
  }

  #values(act, values, button) {
    if (act === "hand-back") return { ...values, solved: Boolean(values.solved) };
    if (act !== "snooze") return values;
    const when = new Date(Clock.now()), days = { tomorrow: 1, monday: (8 - when.getDay()) % 7 || 7 }[button?.value];
    if (days) { when.setDate(when.getDate() + days); when.setHours(9, 0, 0, 0); }
    else if (button?.value === "own" && values.own) return { until: new Date(values.own).toISOString() };
    else when.setMinutes(when.getMinutes() + (button?.value === "in_120" ? 120 : 30));
    return { until: when.toISOString() };
  }
}
