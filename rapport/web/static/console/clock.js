// Every time on the page, in the agent's own zone and language; those that run are told anew.
import { body, words, $, $$, fill } from "./dom.js";

export class Clock {
  static locale = body.language === "zh" ? "zh-CN" : "en-GB";
  static ahead = 0;
  static #format = (options) => new Intl.DateTimeFormat(Clock.locale, options);
  static time = Clock.#format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  static day = Clock.#format({ year: "numeric", month: "short", day: "numeric" });
  static long = Clock.#format({ weekday: "long", month: "long", day: "numeric" });
  static both = Clock.#format({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

  static now() { return Date.now() + Clock.ahead; }

  static span(ms) {
    const minutes = Math.round(Math.abs(ms) / 60000);
    if (minutes < 60) return fill(words.minutes, { n: Math.max(1, minutes) });
    return minutes < 2880 ? fill(words.hours, { n: Math.round(minutes / 60) }) : fill(words.days, { n: Math.round(minutes / 1440) });
  }

  static isToday(date) { return date.toDateString() === new Date(Clock.now()).toDateString(); }

  static dayName(date) {
    const yesterday = new Date(Clock.now() - 86400000);
    if (Clock.isToday(date)) return words.today;
    return date.toDateString() === yesterday.toDateString() ? words.yesterday : Clock.long.format(date);
  }

  static show(root = document) {
    for (const shown of $$("time[datetime]", root)) {
      const date = new Date(shown.dateTime), since = Clock.now() - date, text = Clock.#text(shown, date, since);
      if (shown.textContent !== text) shown.textContent = text;
      if (!shown.title) shown.title = Clock.both.format(date);
    }
  }

  static #text(shown, date, since) {
    switch (shown.className.split(" ")[0]) {
      case "clock": return Clock.time.format(date);
      case "ago": return since < 60000 ? words.now : Clock.span(since);
      case "waits": return fill(words.waits, { time: Clock.span(since) });
      case "until": return fill(words.until, { time: Clock.isToday(date) ? Clock.time.format(date) : Clock.both.format(date) });
      case "due":
        // Colour, shape and words say the same.
        shown.className = `due ${since > 0 ? "late" : since > -60000 ? "soon" : "fine"}`;
        return fill(since > 0 ? words.late : words.due, { time: Clock.span(since) });
      default: return Clock.day.format(date);
    }
  }
}
