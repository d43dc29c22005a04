// A line at the edge of the page, for a moment.
import { words, $, fill, el } from "./dom.js";

export class Notice {
  static show(text, kind = "") {
    const shown = el("p", { className: `toast ${kind}` }, text);
    $("#notice").replaceChildren(shown);
    clearTimeout(Notice.ends);
    Notice.ends = setTimeout(() => shown.remove(), 6000);
  }

  static refused(answer) { Notice.show(fill(words.failed, { detail: answer?.data.detail || words.not_sent }), "bad"); }

  static logIn() { Notice.show(words.log_in, "bad"); location.assign(`/log-in?next=${encodeURIComponent(location.pathname + location.search)}`); }
}
