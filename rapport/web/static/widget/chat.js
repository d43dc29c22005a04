// The element a page gets: a button, a word beside it when there is news, and the conversation.
const TYPING_EVERY = 3000; // at most so often the server hears that the customer types
const TEASER = 160;
const AUTHORS = ["customer", "assistant", "agent", "system"];
const PHONE = "(max-width: 520px), (max-height: 420px)";

class RapportChat extends HTMLElement {
  #w; #locale; #place; #line; #composer; #rating; #parts = {}; #shown = new Map(); #pending = new Map(); #forms = new Map(); #heard = []; #state = {}; #cameFrom = null;
  #day = ""; #typedAt = 0; #noticeEnds = 0; #title = null; #whoWas = ""; #stays = true;

  connectedCallback() {
    if (this.shadowRoot) return;
    const given = this.dataset.locale || document.documentElement.lang || navigator.language || "zh";
    this.#locale = /^zh/i.test(given) ? "zh" : "en";
    this.#w = { ...WORDS[this.#locale], ...(this.dataset.title ? { title: this.dataset.title } : {}) };
    this.#place = `rapport.chat.${this.dataset.customerToken ? "customer." + subjectOf(this.dataset.customerToken) : "visitor"}`;
    this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    this.shadowRoot.adoptedStyleSheets = [sheet];
    this.lang = this.#locale === "zh" ? "zh-CN" : "en";
    this.dir = "ltr"; // the widget's own words are; what is said has its own direction
    this.#buildButton();
    // The button is painted before the rest is made.
    requestAnimationFrame(() => setTimeout(() => this.#begin()));
    setTimeout(() => this.#begin(), 500); // no frame is drawn in a tab that is not looked at
  }

  #begin() {
    if (this.#line) return;
    this.#line = new Line({
      place: this.#place, locale: this.#locale, customerToken: this.dataset.customerToken,
      on: {
        message: (message) => this.#showMessage(message), state: (state) => this.#showState(state), typing: (authors) => this.#showTyping(authors),
        read: () => this.#showUnread(), failed: (message, status, problem) => this.#failed(message, status, problem),
        forgotten: () => this.#forgotten(), opened: () => { this.#parts.star.hidden = false; this.#parts.go.hidden = !this.dataset.telegram; },
      },
    });
    this.#build();
    for (const message of this.#line.unsent) this.#showPending(message);
    addEventListener("online", () => { this.#showOffline(); this.#line.wake(); });
    addEventListener("offline", () => this.#showOffline());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.#line.wake(); this.#look(); } });
    this.#showOffline();
    this.#line.start();
    if (ofTab.get(`${this.#place}.open`) && !this.#isPhone) this.#show();
  }

  get #isPhone() { return matchMedia(PHONE).matches; }
  get #isOpen() { return !this.#parts.panel.hidden; }

  open() {
    this.#begin();
    if (!this.#isOpen) this.#cameFrom = document.activeElement === document.body ? null : document.activeElement;
    this.#show();
    this.#composer.input.focus({ preventScroll: true });
  }

  close() {
    const { panel, bubble } = this.#parts;
    if (!panel || panel.hidden) return;
    panel.hidden = true;
    bubble.hidden = false;
    this.toggleAttribute("data-open", false);
    ofTab.set(`${this.#place}.open`, "");
    const back = this.#cameFrom;
    (back && back !== this && back.isConnected ? back : bubble).focus();
    this.#cameFrom = null;
  }

  ask(text) { this.open(); this.#send({ text }); }

  #show() {
    const { panel, bubble, teaser } = this.#parts;
    panel.hidden = false;
    bubble.hidden = teaser.hidden = true;
    this.toggleAttribute("data-open", true);
    ofTab.set(`${this.#place}.open`, "1");
    this.#fit();
    this.#scrollDown();
    this.#look();
  }

  #buildButton() {
    const w = this.#w, p = this.#parts;
    p.badge = el("span", { className: "badge", hidden: true, "aria-hidden": "true" });
    p.bubble = el("button", { className: "bubble", type: "button", "aria-label": w.open, "aria-haspopup": "dialog", onclick: () => this.open() }, icon("chat"), p.badge);
    this.shadowRoot.append(p.bubble);
  }

  #build() {
    const w = this.#w, p = this.#parts;
    p.tease = el("button", { className: "tease", type: "button", onclick: () => this.open() });
    p.teaser = el("div", { className: "teaser", hidden: true }, el("div", { role: "status" }, p.tease), button("icon", w.close, () => { p.teaser.hidden = true; p.bubble.focus(); }, icon("close")));
    p.face = el("span", { className: "face", "aria-hidden": "true" }, icon("chat"));
    p.status = el("p", {}, w.assistant);
    p.star = button("icon", w.rate, () => { this.#rating.toggle(Boolean(this.#state.closed)); }, icon("star"));
    p.star.hidden = !this.#line.session;
    p.go = button("icon", w.telegram, () => this.#goOn(), icon("send"));
    p.go.hidden = p.star.hidden || !this.dataset.telegram;
    p.queueText = el("span", { role: "status" });
    p.queue = el("div", { className: "bar", hidden: true }, p.queueText, button("", w.back, () => this.#leaveQueue()));
    p.offline = el("div", { className: "bar", role: "status", hidden: true }, w.offline);
    p.notice = el("div", { className: "bar", role: "alert", hidden: true });
    p.log = el("div", { className: "log", role: "log", "aria-live": this.#line.session ? "off" : "polite", "aria-relevant": "additions", "aria-label": w.log });
    p.mark = el("span", { className: "note", "aria-live": "off" });
    p.dots = el("div", { className: "dots", hidden: true }, el("i"), el("i"), el("i"));
    p.typist = el("span", { className: "hide", role: "status" });
    p.scroll = el("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": w.log }, p.log, p.dots);
    p.scroll.addEventListener("scroll", () => { this.#stays = this.#atEnd; if (this.#stays) p.jump.hidden = true; }, { passive: true });
    // Whoever was at the end stays there, whatever takes room below or comes in above.
    const follow = new ResizeObserver(() => { if (this.#stays) p.scroll.scrollTop = p.scroll.scrollHeight; });
    follow.observe(p.scroll);
    follow.observe(p.log);
    p.jump = el("button", { className: "jump", type: "button", hidden: true, onclick: () => this.#scrollDown() }, w.fresh, icon("down"));
    this.#rating = new Rating(w, (stars, comment) => this.#rate(stars, comment), () => this.#line.call("POST", "/chat/end").catch(() => {}));
    this.#composer = new Composer(w, {
      text: (text) => this.#send({ text }), file: (file, src) => this.#sendFile(file, src), typing: () => this.#type(), notice: (text) => this.#notice(text),
    });
    p.panel = el("section", { className: "panel", role: "dialog", "aria-label": w.title, hidden: true },
      el("header", {}, p.face, el("div", {}, el("h2", {}, w.title), p.status), p.go, p.star, button("icon", w.close, () => this.close(), icon("close"))),
      p.queue, p.offline, p.scroll, p.typist, el("div", { className: "over" }, p.jump), p.notice, this.#rating.shown, this.#composer.form, el("div", { className: "drop", "aria-hidden": "true" }, w.drop));
    p.panel.addEventListener("keydown", (event) => this.#key(event));
    this.#composer.takeDrops(p.panel);
    this.shadowRoot.prepend(p.teaser);
    this.shadowRoot.append(p.panel);
    for (const name of ["resize", "scroll"]) visualViewport?.addEventListener(name, () => this.#fit());
    matchMedia(PHONE).addEventListener("change", () => this.#fit());
    this.#greet();
  }

  async #goOn() {
    const tab = open(); // within the press, or the browser holds it back
    const answer = await this.#line.call("POST", "/chat/telegram").catch(() => null);
    if (answer?.ok && tab) tab.location = (await answer.json()).url;
    else { tab?.close(); this.#notice(this.#w.failed); }
  }

  #greet() {
    const starters = el("div", { className: "quick" }, ...this.#w.starters.map((text) => button("", text, () => this.#send({ text }))));
    this.#parts.log.append(el("div", { className: "message assistant" }, el("div", { className: "text" }, words(this.#w.hello)), starters));
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.close();
    if (event.key !== "Tab" || !this.#isPhone) return;
    // Only where nothing of the page can be seen is the focus kept from it.
    const all = [...this.#parts.panel.querySelectorAll("button, [href], input, select, textarea, [tabindex='0']")].filter((one) => one.offsetParent && !one.matches(":disabled"));
    const at = this.shadowRoot.activeElement, [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (at === from) { event.preventDefault(); to.focus(); }
  }

  // On a phone the panel is what the keyboard leaves of the window.
  #fit() {
    const { panel } = this.#parts, view = visualViewport;
    const full = this.#isOpen && this.#isPhone;
    full ? panel.setAttribute("aria-modal", "true") : panel.removeAttribute("aria-modal");
    if (full && view) {
      panel.style.setProperty("--height", `${view.height}px`);
      panel.style.setProperty("--top", `${view.offsetTop}px`);
    }
  }

  // ── what is said ──
  #send(said) {
    this.#showPending(this.#line.send(said));
  }

  #type() {
    const now = Date.now();
    if (!this.#line.session || now - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = now;
    this.#line.call("POST", "/chat/typing").catch(() => {});
  }

  #showPending(message) {
    const text = message.text || message.shown;
    const shown = el("div", { className: "message customer pending" }, text ? el("div", { className: "text" }, hidden(`${this.#w.you}: `), words(text)) : null);
    this.#pending.set(message.client_id, shown);
    this.#forms.get(message.form)?.done();
    this.#dropQuick();
    this.#parts.log.append(shown);
    this.#showMark();
    this.#scrollDown();
    return shown;
  }

  async #sendFile(file, src) {
    const w = this.#w, id = newId(), bar = el("progress", { max: 1, value: 0, "aria-label": w.sending });
    const shown = this.#showPending({ client_id: id });
    shown.append(el("div", { className: "file" }, ...(src ? [el("img", { src, alt: `${w.picture}: ${file.name}` })] : fileLabel(file)), bar));
    const status = await this.#line.upload(file, id, (part) => { bar.value = part; }).catch(() => 0);
    bar.remove();
    if (status === 401 || status === 404) this.#line.forget();
    if (status === 202 || !this.#pending.has(id)) return;
    const refused = status === 413 ? w.tooLarge(file.name) : status === 422 ? w.badFile(file.name) : null;
    this.#giveUp(id, refused ? `${refused} ${w.limits}` : w.failed, refused ? null : () => { shown.remove(); this.#sendFile(file, src); });
  }

  #failed(message, status, problem) {
    const form = this.#forms.get(message.form);
    if (form) {
      this.#pending.get(message.client_id)?.remove();
      this.#pending.delete(message.client_id);
      return form.refuse(problem.fields || []);
    }
    this.#giveUp(message.client_id, status === 413 ? this.#w.tooLong : this.#w.failed);
  }

  #giveUp(id, why, again) {
    const shown = this.#pending.get(id);
    this.#pending.delete(id);
    if (!shown) return;
    shown.classList.add("failed");
    shown.append(el("span", { className: "note", role: "alert" }, why, ...(again ? [" ", button("link", this.#w.retry, again)] : [])));
    this.#showMark();
    this.#scrollDown();
  }

  // ── what is heard ──
  #showMessage(message) {
    const mine = message.author === "customer", p = this.#parts, stay = !this.#atEnd && !mine && this.#line.caughtUp;
    if (mine || message.buttons?.length) this.#dropQuick();
    if (mine) this.#forms.get(Number(/^form:(\d+)$/.exec(message.client_id)?.[1]))?.done();
    else p.dots.hidden = true;
    const shown = this.#pendingOf(message) || this.#messageElement(message);
    this.#pending.delete(message.client_id);
    this.#shown.set(message.seq, shown);
    const waiting = [...this.#pending.values()][0], day = this.#dayElement(message.at);
    // Moved only where it must be: a screen reader would read it again.
    if (!shown.isConnected || waiting?.compareDocumentPosition(shown) & Node.DOCUMENT_POSITION_FOLLOWING) waiting ? waiting.before(shown) : p.log.append(shown);
    if (day) shown.before(day);
    if (!mine && message.author !== "system") this.#heard.push(message.seq);
    this.#showMark();
    stay ? p.jump.hidden = !this.#isOpen : this.#scrollDown();
    this.#look();
    if (!mine && !this.#isOpen && this.#line.caughtUp && message.text) this.#tease(message);
  }

  // The element that waited for this message: it stays, so that nothing is read out twice.
  #pendingOf(message) {
    const shown = this.#pending.get(message.client_id);
    if (!shown) return null;
    shown.classList.remove("pending");
    return shown;
  }

  #dayElement(at) {
    const moment = new Date(at), locale = this.lang, day = moment.toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
    if (isNaN(moment) || day === this.#day) return null;
    this.#day = day;
    const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 864e5);
    return el("div", { className: "day" }, ago === 0 ? this.#w.today : ago === 1 ? this.#w.yesterday : day);
  }

  #nameOf(message) {
    const w = this.#w, agent = message.agent?.name || message.agent || this.#state.agent?.name || this.#state.agent;
    return { customer: w.you, assistant: w.bot, agent: typeof agent === "string" ? agent : w.agent }[message.author] || "";
  }

  #messageElement(message) {
    const w = this.#w, who = this.#nameOf(message), shown = el("div", { className: "message" });
    if (AUTHORS.includes(message.author)) shown.classList.add(message.author);
    if (message.author === "agent" && this.#whoWas !== who) shown.append(el("span", { className: "who", "aria-hidden": "true" }, words(who)));
    this.#whoWas = message.author === "agent" ? who : "";
    const time = new Date(message.at).toLocaleTimeString(this.lang, { hour: "2-digit", minute: "2-digit" });
    if (message.text) shown.append(el("div", { className: "text", title: time }, who ? hidden(`${who}: `) : null, words(message.text, message.author !== "customer")));
    if (message.cards?.length) shown.append(cardsElement(message.cards, w));
    if (message.table?.columns?.length) shown.append(tableElement(message.table, w));
    if (message.timeline?.steps?.length) shown.append(timelineElement(message.timeline, w));
    if (message.form?.fields?.length) shown.append(this.#formElement(message));
    const fetched = async (url) => (await this.#line.call("GET", url)).blob();
    for (const file of message.files || []) shown.append(fileElement(file, w, fetched));
    if (message.buttons?.length) shown.append(el("div", { className: "quick" }, ...message.buttons.map((offered) =>
      button("", offered.title, () => this.#send({ payload: offered.payload, shown: offered.title })))));
    return shown;
  }

  #formElement({ seq, form }) {
    // The id says which form it answers, and that it was answered: after a reload, and in another tab.
    const made = formElement(form, this.#w, (values, shown) => { this.#composer.input.focus(); this.#send({ client_id: `form:${seq}`, form: seq, values, shown }); });
    this.#forms.set(seq, made);
    return made;
  }

  #dropQuick() { for (const old of this.#parts.log.querySelectorAll(".quick")) old.remove(); }

  // Under the newest message of hers that has left, or waits to: how far it has come.
  #showMark() {
    const { mark, log } = this.#parts, waits = [...this.#pending.values()].at(-1), mine = [...log.querySelectorAll(".customer:not(.pending, .failed)")].at(-1);
    const under = waits || mine, seq = [...this.#shown].find(([, shown]) => shown === mine)?.[0];
    if (!under) return mark.remove();
    mark.textContent = waits ? this.#w.sending : this.#state.read_seq >= seq ? this.#w.read : this.#w.sent;
    mark.classList.toggle("read", mark.textContent === this.#w.read);
    if (mark.parentNode !== under) under.append(mark);
  }

  #showState(state) {
    const w = this.#w, p = this.#parts, name = state.agent?.name || state.agent;
    this.#state = state;
    p.log.setAttribute("aria-live", "polite"); // until here it was history, which is not read out
    p.queue.hidden = state.responder !== "queue" || Boolean(state.closed);
    p.queueText.textContent = p.queue.hidden ? "" : w.queue(state.position || 1) + (state.wait_seconds ? w.wait(state.wait_seconds) : "");
    p.status.textContent = state.closed ? w.closed : state.responder === "queue" ? w.waitingForPerson : state.responder !== "agent" ? w.assistant : typeof name === "string" ? w.named(name) : w.person;
    p.face.replaceChildren(state.responder === "agent" && typeof name === "string" ? [...name][0] : icon("chat"));
    p.face.classList.toggle("person", state.responder === "agent");
    this.#composer.input.placeholder = state.closed ? w.again : w.placeholder;
    if (!state.closed) this.#rating.later = false;
    else if (state.rate && !this.#rating.later) this.#rating.show(w.ended, true);
    this.#showMark();
    this.#look();
  }

  #showTyping(authors) {
    const { dots, typist, log } = this.#parts, some = authors.length > 0;
    if (some === !dots.hidden) return;
    const end = this.#atEnd;
    dots.hidden = !some;
    // The assistant answers at once: only a person's typing is worth a word.
    typist.textContent = authors.includes("agent") ? this.#w.typing(this.#nameOf({ author: "agent" })) : "";
    if (end && log.isConnected) this.#scrollDown();
  }

  #forgotten() {
    this.#shown.clear();
    this.#heard = [];
    this.#showState({ responder: "assistant" });
  }

  // ── what is noticed ──
  // Whatever stands on an open panel of a page that is looked at has been read.
  #look() {
    const last = this.#line.lastSeq;
    if (last && this.#isOpen && !document.hidden) this.#line.read(last);
    this.#showUnread();
  }

  #showUnread() {
    const { badge, bubble, teaser } = this.#parts, w = this.#w, read = this.#line.readSeq, count = this.#heard.filter((seq) => seq > read).length;
    badge.hidden = !count;
    badge.textContent = count > 9 ? "9+" : String(count);
    bubble.setAttribute("aria-label", count ? `${w.open} (${w.unread(count)})` : w.open);
    if (!count) teaser.hidden = true;
    if (!("unreadInTitle" in this.dataset)) return;
    if (count && this.#title === null) this.#title = document.title;
    if (this.#title !== null) document.title = count ? `(${count}) ${this.#title}` : this.#title;
    if (!count) this.#title = null;
  }

  #tease(message) {
    const { tease, teaser } = this.#parts, text = [...message.text], name = this.#nameOf(message);
    tease.replaceChildren(el("b", {}, words(message.author === "agent" ? name : this.#w.title)), words(text.length > TEASER ? text.slice(0, TEASER).join("") + "…" : message.text));
    teaser.hidden = false;
  }

  #showOffline() { this.#parts.offline.hidden = navigator.onLine; }

  #notice(text) {
    const { notice } = this.#parts;
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(this.#noticeEnds);
    this.#noticeEnds = setTimeout(() => { notice.hidden = true; }, 7000);
  }

  async #leaveQueue() {
    this.#composer.input.focus();
    await this.#line.call("POST", "/chat/assistant").catch(() => {});
  }

  async #rate(stars, comment) {
    const answer = await this.#line.call("POST", "/chat/rating", { stars, ...(comment ? { comment } : {}) }).catch(() => null);
    if (!answer?.ok) return this.#notice(this.#w.failed);
    this.#rating.hide();
    this.#notice(this.#w.thanks);
    this.#composer.input.focus();
  }

  get #atEnd() {
    const { scroll } = this.#parts;
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  }

  #scrollDown() {
    this.#parts.jump.hidden = this.#stays = true;
    requestAnimationFrame(() => { const { scroll } = this.#parts; scroll.scrollTop = scroll.scrollHeight; });
  }
}

// Stars, and room for a word: asked for when a conversation has ended, or opened by the customer.
class Rating {
  constructor(w, send, end) {
    this.w = w;
    this.end = button("link", w.end, () => { this.end.hidden = true; this.stars[0].focus(); end(); });
    this.question = el("p", {}, w.rate);
    this.stars = [1, 2, 3, 4, 5].map((n) => {
      const star = el("button", { type: "button", className: "star", "aria-label": w.stars(n), "aria-pressed": "false", onclick: () => this.#choose(n) }, "★");
      return star;
    });
    this.comment = el("input", { maxLength: 1000, placeholder: w.comment, "aria-label": w.comment, dir: "auto" });
    this.rest = el("div", { hidden: true }, this.comment, el("div", { className: "row" }, button("link", w.later, () => this.hide()), button("main", w.submit, () => send(this.chosen, this.comment.value.trim()))));
    this.shown = el("section", { className: "rating", hidden: true, role: "group", "aria-label": w.rate }, this.question, el("div", { className: "stars" }, ...this.stars), this.rest, this.end);
  }

  #choose(n) {
    this.chosen = n;
    this.stars.forEach((star, index) => { star.classList.toggle("on", index < n); star.setAttribute("aria-pressed", String(index === n - 1)); });
    this.rest.hidden = false;
  }

  // At the end she is asked; before it she asks, and may end it.
  show(question, ended) {
    this.question.textContent = question;
    this.end.hidden = ended;
    this.shown.hidden = false;
  }

  // Put off or done: it does not come back by itself before the next end.
  hide() { this.shown.hidden = this.later = true; }

  toggle(ended) {
    if (!this.shown.hidden) return this.hide();
    this.show(this.w.rate, ended);
    this.stars[0].focus();
  }
}

if (!customElements.get("rapport-chat")) customElements.define("rapport-chat", RapportChat);
const mount = () => {
  if (document.querySelector("rapport-chat")) return;
  const chat = document.createElement("rapport-chat");
  for (const [name, value] of Object.entries(script?.dataset || {})) chat.dataset[name] = value;
  document.body.append(chat);
};
if (document.body) mount(); else addEventListener("DOMContentLoaded", mount);
