// The agents' console. The server draws every list, panel and line; this script keeps them fresh, sends what is written,
// and listens to the keyboard. What a customer wrote is only ever text in what the server has escaped.
const body = document.body.dataset;
const words = JSON.parse(body.words);
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const el = (tag, props = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) name.includes("-") || name === "role" ? made.setAttribute(name, value) : made[name] = value;
  made.append(...children);
  return made;
};
// localStorage may be forbidden or full: then drafts live as long as the page.
const kept = {
  get(key, otherwise) { try { return JSON.parse(localStorage.getItem(`rapport.${body.agent}.${key}`)) ?? otherwise; } catch { return otherwise; } },
  set(key, value) { try { value ? localStorage.setItem(`rapport.${body.agent}.${key}`, JSON.stringify(value)) : localStorage.removeItem(`rapport.${body.agent}.${key}`); } catch { /* as above */ } },
};

class Api {
  // The answer, and null where the line is cut or the server is down: then it may be tried again.
  static async call(method, path, content) {
    const isForm = content instanceof FormData, headers = { "X-CSRF-Token": $("meta[name=csrf]").content };
    if (content && !isForm) headers["Content-Type"] = "application/json";
    const answer = await fetch(path, { method, headers, body: isForm ? content : content && JSON.stringify(content) }).catch(() => null);
    if (!answer || answer.status >= 500) return null;
    if (answer.status === 401) Notice.logIn();
    const data = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, data };
  }

  static async page(path) {
    const answer = await fetch(path, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.status === 401) Notice.logIn();
    return answer?.ok ? answer : null;
  }
}

class Notice {
  static show(text, kind = "") {
    const shown = el("p", { className: `toast ${kind}` }, text);
    $("#notice").replaceChildren(shown);
    clearTimeout(Notice.ends);
    Notice.ends = setTimeout(() => shown.remove(), 6000);
  }

  static refused(answer) { Notice.show(fill(words.failed, { detail: answer?.data.detail || words.not_sent }), "bad"); }

  static logIn() { Notice.show(words.log_in, "bad"); location.assign(`/log-in?next=${encodeURIComponent(location.pathname + location.search)}`); }
}

// Every time on the page, in the agent's own zone and language; those that run are told anew.
class Clock {
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

// What happens at the desk: one stream per browser, read by the tab that holds the lock, told to the others. A tab that
// finds a gap, hears nothing for long, or wakes up asks for everything anew: what it missed cannot leave it stale.
class Line {
  #me = newId(); #told = 0; #leader = ""; #number = 0; #heard = 0; #failures = 0; #source = null; #channel = null; #watch = 0;
  leads = false;

  constructor(take) {
    this.take = take;
    this.#channel = new BroadcastChannel(`rapport.console.${body.agent}`);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    const lead = () => new Promise(() => { this.leads = true; this.#connect(); });
    navigator.locks ? navigator.locks.request(`rapport.console.${body.agent}`, lead) : lead();
    addEventListener("online", () => this.#connectAnew());
    addEventListener("pageshow", (event) => event.persisted && this.#missed());
    document.addEventListener("visibilitychange", () => document.hidden || this.#missed());
    this.#listenOn();
  }

  tell(name, data) { this.#channel.postMessage({ name, data, aside: true }); }

  #missed() { this.take("conversations", { all: true, changed: [] }); }

  #listenOn() {
    clearTimeout(this.#watch);
    // The server speaks every 15 s. A follower that hears nothing falls back to a stream of its own.
    this.#watch = setTimeout(() => this.#connectAnew(), this.leads ? 40000 : 55000);
  }

  #connectAnew() { if (this.leads || this.#source || Date.now() - this.#heard > 50000) this.#connect(); }

  #connect() {
    this.#source?.close();
    this.#listenOn();
    const source = this.#source = new EventSource("/api/stream");
    for (const name of ["conversations", "typing", "presence", "ping"]) {
      source.addEventListener(name, ({ data }) => {
        this.#failures = 0;
        $("#lost").hidden = true;
        const told = { name, data: JSON.parse(data), leader: this.#me, number: ++this.#told };
        this.#channel.postMessage(told);
        this.#hear(told);
      });
    }
    source.onerror = () => {
      source.close();
      if (this.#source !== source) return;
      $("#lost").hidden = this.#failures < 1;
      const wait = Math.min(15, 2 ** this.#failures++) * 500 + Math.random() * 500;
      setTimeout(() => this.#source === source && this.#connect(), wait);
      // Closed for good where the log-in has ended.
      if (this.#failures > 1) Api.page("/console/list");
    };
  }

  #hear({ name, data, leader, number, aside }) {
    if (aside) return this.take(name, data);
    this.#heard = Date.now();
    this.#listenOn();
    const gap = leader !== this.#leader || number !== this.#number + 1;
    this.#leader = leader;
    this.#number = number;
    if (gap && !data.all) this.#missed();
    this.take(name, data);
  }

}

class List {
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
    for (const row of this.rows) row.dataset.id === thread?.id ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
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

class Thread {
  #fetching = null; #again = false; #stateShown = ""; #readTo = 0; #fresh = 0;

  constructor(root) {
    this.root = root;
    this.id = root.dataset.id;
    this.path = `/console/conversations/${this.id}`;
    this.#stateShown = this.#stateHtml();
    $("#scroll").addEventListener("scroll", () => this.atEnd && this.#seen());
    $("#older")?.addEventListener("click", () => this.older());
    $("#newer").addEventListener("click", () => this.toEnd());
    htmx.ajax("GET", `${this.path}/customer`, { target: "#customer", swap: "innerHTML" }).catch(() => {});
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

  // What is new, and how the conversation stands now; asked again if something happens meanwhile.
  news() {
    this.#again = true;
    return this.#fetching ??= this.#read().finally(() => { this.#fetching = null; });
  }

  async #read() {
    while (this.#again) {
      this.#again = false;
      const answer = await Api.page(`${this.path}/lines?after=${this.lastSeq}&first=${this.firstSeq}&shelf=${list.shelf}`);
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
      if (made.dataset.clientId) outbox.arrived(made.dataset.clientId);
      if (made.classList.contains("customer")) { added += 1; this.typing([]); }
    }
    if (found.length) this.arrange();
    if (old) return;
    if (atEnd) this.toEnd(); else if (added) this.#tellNew(added);
    if (added) composer?.suggest();
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
    composer?.held(held, this.holder);
  }

  toEnd() {
    const box = $("#scroll");
    box.scrollTop = box.scrollHeight;
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
    const changed = [{ id: this.id }], told = () => { list.refresh(); line?.tell("conversations", { changed }); };
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
    list.refresh();
    return answer?.ok;
  }

  refusedByOther() {
    Notice.show(this.holder === "other" ? fill(words.taken, { agent: this.state.holderName }) : this.holder === "me" ? words.moved : words.not_held, "bad");
  }
}

// Lines on their way: kept until the server has them, sent again under the same id.
class Outbox {
  #timer = 0; #failures = 0;

  get waiting() { return kept.get("unsent", []); }
  set waiting(lines) { kept.set("unsent", lines.length ? lines : null); }

  send(line) {
    this.waiting = [...this.waiting, { ...line, client_id: newId() }];
    this.show();
    this.flush();
  }

  show() {
    for (const line of this.waiting.filter(({ id }) => id === thread?.id)) {
      if ($(`[data-client-id="${line.client_id}"]`)) continue;
      $("#pending").append(el("div", { className: "line agent mine pending", "data-client-id": line.client_id },
        el("div", { className: "text", dir: "auto" }, line.text || line.shown), el("p", { className: "marks-sent" }, words.sending)));
      thread.toEnd();
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
    if (id === thread?.id) await thread.news();
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
    if (line.id === thread?.id) composer?.restore();
    if (answer.status === 409 && line.id === thread?.id) thread.refusedByOther(); else Notice.refused(answer);
  }
}

class Canned {
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
    const { name, order } = thread.root.dataset, zh = thread.state.language === "zh";
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

class Composer {
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
    this.turn(thread.holder === "me" ? "reply" : "note");
    this.suggest();
  }

  static keep(id, mode, text) { kept.set(`draft.${id}.${mode}`, text || null); }

  turn(mode, focus = false) {
    if (mode === "reply" && thread.holder !== "me") mode = "note";
    this.mode = this.form.dataset.mode = mode;
    for (const button of $$("[data-mode]", this.form)) {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
      button.disabled = button.dataset.mode === "reply" && thread.holder !== "me";
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
    this.text.value = kept.get(`draft.${thread.id}.${this.mode}`, "");
    this.#grow();
  }

  #changed() {
    Composer.keep(thread.id, this.mode, this.text.value);
    this.#grow();
    if (this.mode !== "reply") return;
    this.#canned.offer(this.text);
    if (!this.text.value.trim() || Date.now() - this.#typedAt < 4000) return;
    this.#typedAt = Date.now();
    Api.call("POST", `/api/conversations/${thread.id}/typing`);
  }

  #grow() { this.text.rows = Math.min(8, Math.max(2, this.text.value.split("\n").length)); }

  // Enter that confirms a candidate of an input method sends nothing: such a key is 229 in every browser.
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#canned.key(event, this.text)) return event.stopPropagation();
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.send(); }
  }

  async send() {
    const text = this.text.value.trim(), { id, version } = thread;
    if (!text) return;
    this.#canned.close(this.text);
    this.text.value = "";
    Composer.keep(id, this.mode, "");
    this.#grow();
    if (this.mode === "reply") { this.#typedAt = 0; this.#hideSuggestions(); return outbox.send({ id, path: "messages", version, text }); }
    const answer = await Api.call("POST", `/api/conversations/${id}/notes`, { text });
    if (answer?.ok) return thread.id === id && thread.news();
    Composer.keep(id, "note", text);
    this.restore();
    Notice.refused(answer);
  }

  async #sendFile(input) {
    const file = input.files[0], content = new FormData();
    input.value = "";
    if (!file) return;
    if (file.size > 5 * 1024 * 1024) return Notice.show(words.too_large, "bad");
    for (const [name, value] of Object.entries({ client_id: newId(), version: thread.version, file })) content.append(name, value);
    const answer = await Api.call("POST", `/api/conversations/${thread.id}/files`, content);
    answer?.ok ? thread.news() : answer?.status === 409 ? thread.news().then(() => thread.refusedByOther()) : Notice.refused(answer);
  }

  #hideSuggestions() { $("#suggestions").hidden = true; }

  async suggest() {
    this.#hideSuggestions();
    const { id } = thread, last = $$("#lines > [data-seq]").pop();
    if (body.suggests !== "yes" || thread.holder !== "me" || !last?.classList.contains("customer")) return;
    const answer = await Api.call("GET", `/api/conversations/${id}/suggestions`);
    const found = answer?.ok && thread.id === id ? answer.data.suggestions || [] : [];
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

class Presence {
  #timer = 0;

  constructor(button) {
    this.button = button;
    this.mine = kept.get("presence", button.dataset.presence);
    button.addEventListener("click", () => { this.mine = this.mine === "online" ? "away" : "online"; kept.set("presence", this.mine); this.beat(); });
    addEventListener("storage", (event) => { if (event.key?.endsWith(".presence")) { this.mine = kept.get("presence", this.mine); this.#show(); } });
    this.beat();
  }

  // The heartbeat: without it, customers go to somebody else.
  async beat() {
    this.#show();
    clearTimeout(this.#timer);
    const answer = await Api.call("POST", "/api/presence", { presence: this.mine });
    this.#timer = setTimeout(() => this.beat(), 1000 * (answer?.data.again_within_seconds || 15));
  }

  #show() {
    this.button.dataset.presence = $(".there", this.button).dataset.presence = this.mine;
    $(".presence-word", this.button).textContent = this.button.dataset[this.mine];
    this.button.setAttribute("aria-pressed", String(this.mine === "online"));
  }

  colleagues(agents) {
    $("#online-count").textContent = agents.filter(({ presence }) => presence === "online").length;
    $("#colleagues .there").dataset.presence = agents.some(({ presence }) => presence === "online") ? "online" : "offline";
    $("#agents").replaceChildren(...agents.map((one) => el("li", {}, el("span", { className: "there", "data-presence": one.presence }),
      el("b", { dir: "auto" }, one.shown_name), el("small", {}, `${words[one.presence]} · ${one.held}/${one.capacity}`))));
  }
}

class Keys {
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
    const does = { j: () => list.move(1), k: () => list.move(-1), "/": () => $("#search")?.focus(), "?": () => $("#help").showModal(),
      r: () => composer?.turn("reply", true), n: () => composer?.turn("note", true) }[event.key];
    const button = /^[tbse]$/.test(event.key) && $(`#state [data-key="${event.key}"]`);
    if (!does && !button) return;
    event.preventDefault();
    does ? does() : button.click();
  }

  #escape(inText) {
    for (const menu of $$("details.menu[open]")) menu.open = false;
    if (inText?.id === "search" && inText.value) { inText.value = ""; inText.dispatchEvent(new Event("search")); }
    if (inText) inText.blur(); else this.#column("list");
    (list.rows.find((row) => row.hasAttribute("aria-current")) || list.rows[0])?.focus();
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
      composer.eager = act === "take-over";
      thread.act(act).then(() => { target.disabled = false; });
    }
    if (target.matches("[data-close]")) target.closest("dialog").close();
    if (column) { event.preventDefault(); this.#column(column === "customer" && $(".columns").dataset.column === "customer" ? "thread" : column); }
    if (sku) outbox.send({ id: thread.id, path: "products", version: thread.version, sku, shown: `${target.closest("li").querySelector("b").textContent}` });
  }

  async #submit(event) {
    const form = event.target, { act, api } = form.dataset;
    if (!act && !api) return;
    event.preventDefault();
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    if (act) { form.closest("dialog").close(); return thread.act(act, this.#values(act, values, event.submitter)); }
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

let thread = null, composer = null, line = null;
const list = new List(), outbox = new Outbox();
const presence = $("#presence") && new Presence($("#presence"));

function opened() {
  const root = $("#conversation");
  if (root === thread?.root) return;
  thread = root ? new Thread(root) : null;
  composer = root && $("#composer") ? new Composer($("#composer")) : null;
  outbox.show();
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "thread") { opened(); $(".columns").dataset.column = "thread"; $("#scroll")?.focus({ preventScroll: true }); }
  if (["list", "thread"].includes(detail.target.id)) list.drawn();
  Clock.show(detail.target);
});
document.addEventListener("htmx:configRequest", ({ detail }) => { detail.headers["X-CSRF-Token"] = $("meta[name=csrf]").content; });
opened();
list.drawn();
Clock.show();
setInterval(() => Clock.show(), 10000);
new Keys();
if (body.reads === "yes") {
  line = new Line((name, data) => {
    if (name === "conversations") {
      if (list.concerns(data)) list.refresh();
      if (thread && (data.all || data.changed.some(({ id }) => id === thread.id))) thread.news();
      if (data.all) outbox.flush();
    } else if (name === "typing" && data.id === thread?.id) thread.typing(data.authors);
    else if (name === "presence") presence?.colleagues(data.agents);
  });
}
