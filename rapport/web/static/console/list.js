// The conversations of a shelf, or those a search found.
import { body, $, $$ } from "./dom.js";
import { Clock } from "./clock.js";
import { desk } from "./desk.js";

export class List {
  #timer = 0; #stale = false; #asked = 0;

  constructor() {
    const isList = ({ detail }) => detail.target?.id === "list";
    document.addEventListener("htmx:beforeRequest", (event) => { if (isList(event)) this.#asked = Date.now(); });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (!isList(event)) return;
      this.#asked = 0;
      if (this.#stale) this.refresh();
    });
  }

  get rows() { return $$("#list .row"); }
  get shelf() { return $("#list .rows")?.dataset.shelf || "mine"; }

  // Many things happen at once: the list is drawn twice a second at most, and seldom while nobody looks.
  refresh() {
    // Another shelf or a search that is on its way is not overtaken.
    if (!$("#list") || this.#timer || Date.now() - this.#asked < 5000) return void (this.#stale = true);
    this.#stale = false;
    // The newest request for the list ends those before it (hx-sync): what was typed meanwhile is what is looked for.
    const path = `/console/list?shelf=${this.shelf}&q=${encodeURIComponent($("#search").value)}`;
    htmx.ajax("GET", path, { source: "#list", target: "#list", swap: "innerHTML" }).catch(() => {});
    this.#timer = setTimeout(() => { this.#timer = 0; if (this.#stale) this.refresh(); }, document.hidden ? 3000 : 400);
  }

  // What is said in somebody else's conversation changes nothing here.
  concerns({ all, changed }) {
    return all || this.shelf === "all" || changed.some(({ id, moved, agent }) => moved || agent === body.agent || document.getElementById(`row-${id}`));
  }

  drawn() {
    if (!$("#list")) return;
    const now = $("#list .rows")?.dataset.now;
    if (now) Clock.ahead = new Date(now) - Date.now();
    for (const row of this.rows) row.dataset.id === desk.thread?.id ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
    const unread = this.shelf === "mine" ? $$("#list .badge").length : 0;
    document.title = document.title.replace(/^(\(\d+\) )?/, unread ? `(${unread}) ` : "");
    Clock.show($("#list"));
  }

  move(step) {
    const rows = this.rows, focused = rows.indexOf(document.activeElement), open = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const at = focused >= 0 ? focused + step : open >= 0 ? open + step : 0;
    rows[Math.min(rows.length - 1, Math.max(0, at))]?.focus();
  }
}
