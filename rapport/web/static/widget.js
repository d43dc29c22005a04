// Rapport's chat: one script tag, one custom element, no other host. Everything said is a text node.
(() => {
  "use strict";
  const script = document.currentScript;
  const base = new URL(script?.src || location.href).origin;

  const WORDS = {
    zh: {
      title: "小铺助手", open: "和我们聊聊", close: "收起", send: "发送", attach: "发送图片或文件", log: "聊天记录",
      placeholder: "想找点什么？", typing: "正在输入", agent: "同事", offline: "网络断开了，恢复后会自动发送。",
      hello: "您好！找东西、查订单、要推荐，都可以问我。",
      starters: ["给我推荐点东西", "我的订单到哪里了？", "最近有什么优惠？"],
      queue: (n) => n > 1 ? `正在为您转接同事，前面还有 ${n - 1} 位。` : "正在为您转接同事，下一位就是您。",
      wait: (s) => `大约需要 ${Math.max(1, Math.round(s / 60))} 分钟。`,
      person: "同事正在为您服务", back: "不等了，回到助手", assistant: "随时在，中文英文都可以",
      waiting: "发送中…", failed: "没有发送成功", tooLong: "消息太长了，请分几次发。", tooLarge: "文件太大了，最多 5 MB。",
      badFile: "只能发送图片（PNG、JPEG、GIF、WebP）或 PDF。", rate: "评价这次对话", stars: (n) => `${n} 星`, thanks: "谢谢您的评价！",
      products: "商品", compared: "商品对比", you: "您", bot: "助手", fresh: "有新消息",
    },
    en: {
      title: "Shop assistant", open: "Chat with us", close: "Close", send: "Send", attach: "Send a picture or file", log: "Conversation",
      placeholder: "What are you looking for?", typing: "is typing", agent: "Colleague", offline: "You are offline. We'll send it once you're back.",
      hello: "Hello! I can find things, look up your order, or suggest something nice.",
      starters: ["Recommend me something", "Where is my order?", "Any offers at the moment?"],
      queue: (n) => n > 1 ? `A colleague will be with you; ${n - 1} ahead of you.` : "A colleague will be with you; you are next.",
      wait: (s) => `About ${Math.max(1, Math.round(s / 60))} min.`,
      person: "A colleague is with you", back: "Back to the assistant", assistant: "Always here, in English and 中文",
      waiting: "Sending…", failed: "Could not be sent", tooLong: "That is too long; please send it in parts.", tooLarge: "That file is too large; 5 MB at most.",
      badFile: "Pictures (PNG, JPEG, GIF, WebP) and PDF only, please.", rate: "Rate this conversation", stars: (n) => n === 1 ? "1 star" : `${n} stars`, thanks: "Thank you!",
      products: "Products", compared: "Products side by side", you: "You", bot: "Assistant", fresh: "New message",
    },
  };

  const CSS = `
  :host { --accent: var(--rapport-accent, #a8442a); --on-accent: var(--rapport-on-accent, #fff); --paper: var(--rapport-paper, #fffdf9);
    --ink: var(--rapport-ink, #2b2420); --soft: var(--rapport-soft, #f3ece2); --line: var(--rapport-line, #e4d9cb); --mute: var(--rapport-mute, #74675c);
    --font: var(--rapport-font, system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
    position: fixed; z-index: 2147483000; right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom));
    font: 15px/1.55 var(--font); color: var(--ink); color-scheme: light dark; }
  @media (prefers-color-scheme: dark) { :host { --accent: var(--rapport-accent, #e08a68); --on-accent: var(--rapport-on-accent, #22150f); --paper: var(--rapport-paper, #211d1a);
    --ink: var(--rapport-ink, #f1e9df); --soft: var(--rapport-soft, #322b26); --line: var(--rapport-line, #453b34); --mute: var(--rapport-mute, #b3a598); } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  button, textarea { font: inherit; color: inherit; }
  button { cursor: pointer; border: 0; background: none; padding: 0; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  svg { display: block; width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  .bubble { position: relative; display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
    box-shadow: 0 8px 24px rgb(60 30 15 / .28); transition: transform .15s; }
  .bubble:hover { transform: scale(1.06); }
  .bubble svg { width: 28px; height: 28px; }
  .badge { position: absolute; top: 1px; right: 1px; width: 15px; height: 15px; border-radius: 50%; background: #2f8f5b; border: 2px solid var(--paper); }
  .panel { position: absolute; right: 0; bottom: 0; width: 384px; height: min(640px, calc(100vh - 40px)); display: flex; flex-direction: column; overflow: hidden;
    background: var(--paper); border: 1px solid var(--line); border-radius: 18px; box-shadow: 0 20px 60px rgb(60 30 15 / .28); }
  header { display: flex; align-items: center; gap: 4px; padding: 12px 10px 12px 18px; background: var(--accent); color: var(--on-accent); }
  header div { flex: 1; min-width: 0; }
  h2 { margin: 0; font-size: 16px; font-weight: 600; line-height: 1.35; }
  header p { margin: 0; font-size: 12.5px; opacity: .9; }
  .icon { display: grid; place-items: center; flex: none; width: 40px; height: 40px; border-radius: 50%; }
  .icon:hover { background: rgb(127 127 127 / .18); }
  header :focus-visible { outline-color: currentColor; outline-offset: -3px; }
  .bar { display: flex; gap: 10px; align-items: center; justify-content: space-between; padding: 9px 16px; background: var(--soft); border-bottom: 1px solid var(--line); font-size: 13.5px; }
  .bar button, .quick button { flex: none; padding: 6px 13px; border: 1px solid var(--accent); border-radius: 99px; color: var(--accent); font-size: 14px; text-align: start; }
  .bar button:hover, .quick button:hover { background: var(--accent); color: var(--on-accent); }
  .stars { justify-content: center; gap: 2px; }
  .stars button { border: 0; padding: 0 5px; font-size: 25px; line-height: 1.2; color: var(--mute); }
  .stars button:hover, .stars button.on { background: none; color: var(--accent); }
  .scroll { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px 14px 10px; }
  .log { display: flex; flex-direction: column; gap: 8px; }
  .message { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; max-width: 100%; }
  .message.customer { align-items: flex-end; }
  .text { max-width: 86%; padding: 9px 14px; border-radius: 16px 16px 16px 5px; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
  .customer .text { border-radius: 16px 16px 5px 16px; background: var(--accent); color: var(--on-accent); }
  .agent .text { border: 1px solid var(--accent); background: none; }
  .system { align-self: center; }
  .system .text { background: none; color: var(--mute); font-size: 13px; text-align: center; max-width: 100%; }
  .note { font-size: 12px; color: var(--mute); margin: -3px 4px 0; }
  .pending .text { opacity: .65; }
  .quick { display: flex; flex-wrap: wrap; gap: 8px; }
  .cards { display: flex; gap: 10px; width: 100%; overflow-x: auto; scroll-snap-type: x proximity; padding: 2px 2px 8px; margin: 0; list-style: none; scrollbar-width: thin; }
  .card { flex: none; width: 164px; scroll-snap-align: start; border: 1px solid var(--line); border-radius: 14px; overflow: hidden; background: var(--paper); }
  .card a { display: block; height: 100%; color: inherit; text-decoration: none; }
  .card a:focus-visible { outline-offset: -3px; }
  .card:hover { border-color: var(--accent); }
  .card img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; background: var(--soft); }
  .card div { padding: 9px 11px 11px; line-height: 1.4; }
  .card strong { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; font-size: 14px; font-weight: 600; }
  .card b { display: block; margin-top: 3px; color: var(--accent); font-weight: 600; }
  .card small { display: block; color: var(--mute); font-size: 12px; }
  .compare { width: 100%; overflow-x: auto; overscroll-behavior-x: contain; border: 1px solid var(--line); border-radius: 14px; scrollbar-width: thin; }
  table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 13.5px; line-height: 1.4; }
  th, td { min-width: 108px; padding: 8px 11px; border-top: 1px solid var(--line); text-align: start; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
  thead th, thead td { border-top: 0; font-weight: 600; }
  thead img { display: block; width: 100%; max-width: 96px; aspect-ratio: 1; margin-bottom: 6px; border-radius: 10px; object-fit: cover; background: var(--soft); }
  thead a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
  tbody th, thead td { position: sticky; left: 0; z-index: 1; min-width: 0; width: 1%; background: var(--soft); color: var(--mute); white-space: nowrap; }
  .file { display: block; max-width: 86%; border: 1px solid var(--line); border-radius: 14px; overflow: hidden; padding: 8px 12px; overflow-wrap: anywhere; }
  .file img { display: block; max-width: 220px; max-height: 220px; margin: -8px -12px; }
  .dots { display: inline-flex; gap: 5px; margin-top: 8px; padding: 13px 15px; border-radius: 16px 16px 16px 5px; background: var(--soft); }
  .dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--mute); animation: blink 1.2s infinite; }
  .dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; }
  @keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }
  @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
  form { display: flex; align-items: flex-end; gap: 2px; padding: 9px 8px; border-top: 1px solid var(--line); }
  textarea { flex: 1; min-width: 0; resize: none; max-height: 132px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 20px; background: var(--paper); line-height: 1.5; overflow-y: auto; }
  textarea:focus-visible { outline: none; border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
  textarea::placeholder { color: var(--mute); opacity: 1; }
  form .icon { color: var(--mute); } form .send { color: var(--accent); } form .send:disabled { color: var(--line); cursor: default; background: none; }
  .hide { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (max-width: 520px) {
    :host([data-open]) { inset: 0; }
    .panel { inset: 0; width: auto; height: 100dvh; border: 0; border-radius: 0; }
    header { padding-top: max(12px, env(safe-area-inset-top)); } form { padding-bottom: max(9px, env(safe-area-inset-bottom)); }
    textarea { font-size: 16px; }
  }`;

  const ICONS = {
    chat: "M4 5.5h16v11H10l-4.5 3.5v-3.5H4zM8.5 10h7M8.5 13h4", close: "M6 6l12 12M18 6 6 18", send: "M4 12 20 4.5 15.5 20l-4-6.5zM11.5 13.5 20 4.5",
    clip: "M19 11.5 11.5 19a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.2-2.2l7-7",
    star: "m12 4 2.5 5.200 5.700.8-4.100 4 1 5.700-5.100-2.700-5.100 2.700 1-5.700-4.100-4 5.700-.8z",
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.append(document.createElementNS(svg.namespaceURI, "path"));
    svg.firstChild.setAttribute("d", ICONS[name]);
    return svg;
  };
  // An element with properties (or attributes, where the name has a dash or is `role`) and children; strings become text nodes.
  const el = (tag, props = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.includes("-") || name === "role") made.setAttribute(name, value); else made[name] = value;
    }
    made.append(...children);
    return made;
  };
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const safeUrl = (path) => typeof path === "string" && /^\/(?![/\\])/.test(path) ? base + path : null;
  const subjectOf = (jwt) => {
    try {
      const part = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0)))).sub;
    } catch { return ""; }
  };
  // localStorage may be forbidden or full: then the conversation lives as long as the page.
  const kept = { get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify(value)); } catch { /* as above */ } } };

  class RapportChat extends HTMLElement {
    #words; #locale; #place; #session; #unsent; #parts = {}; #lastSeq = 0; #pending = new Map(); #listening = null; #flushing = false; #caughtUp = false; #opening = null;

    connectedCallback() {
      if (this.shadowRoot) return;
      const given = this.dataset.locale || document.documentElement.lang || navigator.language || "zh";
      this.#locale = /^zh/i.test(given) ? "zh" : "en";
      this.#words = { ...WORDS[this.#locale], ...(this.dataset.title ? { title: this.dataset.title } : {}) };
      this.#place = `rapport.chat.${this.dataset.customerToken ? "customer." + subjectOf(this.dataset.customerToken) : "visitor"}`;
      this.#session = kept.get(this.#place);
      this.#unsent = kept.get(this.#place + ".unsent") || [];
      this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      this.shadowRoot.adoptedStyleSheets = [sheet];
      this.lang = this.#locale === "zh" ? "zh-CN" : "en";
      this.#build();
      addEventListener("online", () => { this.#showOffline(); this.#flush(); });
      addEventListener("offline", () => this.#showOffline());
      document.addEventListener("visibilitychange", () => { if (!document.hidden && this.#session) this.#catchUp().catch(() => {}); });
      this.#showOffline();
      for (const message of this.#unsent) this.#showPending(message);
      if (this.#session) this.#listen();
      if (this.#unsent.length) this.#flush();
    }

    open() {
      this.#parts.panel.hidden = false;
      this.#parts.bubble.hidden = true;
      this.#parts.badge.hidden = true;
      this.toggleAttribute("data-open", true);
      this.#scrollDown();
      this.#parts.input.focus();
    }

    close() {
      this.#parts.panel.hidden = true;
      this.#parts.bubble.hidden = false;
      this.toggleAttribute("data-open", false);
      this.#parts.bubble.focus();
    }

    ask(text) { this.open(); this.#send({ text }); }

    #build() {
      const w = this.#words, p = this.#parts;
      p.badge = el("span", { className: "badge", hidden: true }, el("span", { className: "hide" }, w.fresh));
      p.bubble = el("button", { className: "bubble", type: "button", "aria-label": w.open, "aria-haspopup": "dialog", onclick: () => this.open() }, icon("chat"), p.badge);
      p.status = el("p", {}, w.assistant);
      p.rating = el("div", { className: "bar stars", hidden: true, role: "group", "aria-label": w.rate });
      for (let n = 1; n <= 5; n++) p.rating.append(el("button", { type: "button", "aria-label": w.stars(n), onclick: () => this.#rate(n) }, "★"));
      p.star = el("button", { className: "icon", type: "button", "aria-label": w.rate, hidden: !this.#session, onclick: () => { p.rating.hidden = !p.rating.hidden; } }, icon("star"));
      const close = el("button", { className: "icon", type: "button", "aria-label": w.close, onclick: () => this.close() }, icon("close"));
      p.queueText = el("span", { role: "status" });
      p.queue = el("div", { className: "bar", hidden: true }, p.queueText, el("button", { type: "button", onclick: () => this.#leaveQueue() }, w.back));
      p.offline = el("div", { className: "bar", role: "status", hidden: true }, w.offline);
      p.notice = el("div", { className: "bar", role: "alert", hidden: true });
      p.log = el("div", { className: "log", role: "log", "aria-live": "polite", "aria-label": w.log });
      p.dots = el("div", { className: "dots", hidden: true, role: "img", "aria-label": w.typing }, el("i"), el("i"), el("i"));
      p.scroll = el("div", { className: "scroll", tabIndex: 0 }, p.log, p.dots);
      p.input = el("textarea", { rows: 1, placeholder: w.placeholder, "aria-label": w.placeholder, enterKeyHint: "send", autocomplete: "off" });
      p.file = el("input", { type: "file", hidden: true, accept: "image/png,image/jpeg,image/gif,image/webp,application/pdf", onchange: () => this.#sendFile() });
      p.send = el("button", { className: "icon send", type: "submit", "aria-label": w.send, disabled: true }, icon("send"));
      const form = el("form", {}, el("button", { className: "icon", type: "button", "aria-label": w.attach, onclick: () => p.file.click() }, icon("clip")), p.file, p.input, p.send);
      form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
      p.input.addEventListener("input", () => this.#grow());
      p.input.addEventListener("keydown", (event) => {
        // The Enter that picks a Chinese candidate belongs to the input method, not to us (229: Safari's way to say so).
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); this.#submit(); }
      });
      p.panel = el("section", { className: "panel", role: "dialog", "aria-label": w.title, hidden: true },
        el("header", {}, el("div", {}, el("h2", {}, w.title), p.status), p.star, close), p.rating, p.queue, p.offline, p.notice, p.scroll, form);
      p.panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) this.close(); });
      this.shadowRoot.append(p.bubble, p.panel);
      this.#greet();
    }

    #greet() {
      const starters = el("div", { className: "quick" }, ...this.#words.starters.map((text) => el("button", { type: "button", onclick: () => this.#send({ text }) }, text)));
      this.#parts.log.append(el("div", { className: "message assistant" }, el("div", { className: "text" }, this.#words.hello), starters));
    }

    #grow() {
      const { input, send } = this.#parts;
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight + 2}px`;
      send.disabled = !input.value.trim();
      const now = Date.now();
      if (this.#session && input.value && now - (this.typedAt || 0) > 4000) {
        this.typedAt = now;
        this.#call("POST", "/chat/typing").catch(() => {});
      }
    }

    #submit() {
      const { input } = this.#parts, text = input.value.trim();
      if (!text) return;
      if (new TextEncoder().encode(text).length > 4096) return this.#notice(this.#words.tooLong);
      input.value = "";
      this.#grow();
      this.#send({ text });
    }

    #send(said) {
      const message = { client_id: newId(), ...said };
      this.#unsent.push(message);
      kept.set(this.#place + ".unsent", this.#unsent);
      this.#showPending(message);
      this.#flush();
    }

    // One after another, each with the client id it was born with: a repetition is the same message.
    async #flush() {
      if (this.#flushing) return;
      this.#flushing = true;
      for (let failures = 0; this.#unsent.length;) {
        const { shown, ...message } = this.#unsent[0];
        const answer = await this.#post(message).catch(() => null);
        if (answer?.ok) this.#sent(message, (await answer.json()).seq);
        else if (answer?.status === 401 || answer?.status === 404) this.#forget();
        else if (answer && answer.status < 500 && answer.status !== 429) this.#failed(message, answer.status);
        else { await sleep(Math.min(30, Number(answer?.headers.get("retry-after")) || 2 ** failures) * 1000 + Math.random() * 300); failures++; continue; }
        failures = 0;
        this.#unsent.shift();
        if (answer.status === 401 || answer.status === 404) this.#unsent.unshift({ shown, ...message });
        kept.set(this.#place + ".unsent", this.#unsent);
      }
      this.#flushing = false;
    }

    async #post(message) {
      await this.#ensureSession();
      return this.#call("POST", "/chat/messages", message);
    }

    #sent(message, seq) {
      // The stream usually says so first; where another tab holds it and sleeps, we look for ourselves.
      setTimeout(() => { if (this.#lastSeq < seq) this.#catchUp().catch(() => {}); }, 4000);
      this.#listen();
    }

    #failed(message, status) {
      const shown = this.#pending.get(message.client_id);
      if (shown) shown.querySelector(".note").textContent = status === 413 ? this.#words.tooLong : this.#words.failed;
      this.#pending.delete(message.client_id);
    }

    #ensureSession() {
      this.#session ||= kept.get(this.#place);  // another tab may have begun
      if (this.#session) return Promise.resolve();
      this.#opening ||= this.#openSession().finally(() => { this.#opening = null; });
      return this.#opening;
    }

    async #openSession() {
      const ask = (body) => fetch(base + "/chat/sessions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const token = this.dataset.customerToken;
      let answer = await ask({ locale: this.#locale, ...(token ? { customer_token: token } : {}) });
      // A page from the browser's cache carries a token that was used already: she is a visitor then.
      if (token && answer.status === 403) answer = await ask({ locale: this.#locale });
      if (!answer.ok) throw new Error(answer.statusText);
      this.#session = await answer.json();
      kept.set(this.#place, this.#session);
      this.#parts.star.hidden = false;
      this.#listen();
    }

    #forget() {
      this.#session = null;
      this.#lastSeq = 0;
      this.#listening?.abort();
      this.#listening = null;
      kept.set(this.#place, null);
    }

    #call(method, path, body, more = {}) {
      const headers = { Authorization: `Bearer ${this.#session.token}`, ...(body && !(body instanceof FormData) ? { "Content-Type": "application/json" } : {}), ...more.headers };
      return fetch(base + path, { method, signal: more.signal, headers, body: body && !(body instanceof FormData) ? JSON.stringify(body) : body });
    }

    // One stream per browser: the tab that holds the lock reads it and tells the others.
    async #listen() {
      if (this.#listening || !this.#session) return;
      const stop = this.#listening = new AbortController(), name = `rapport.${this.#session.conversation_id}`;
      const channel = new BroadcastChannel(name);
      channel.onmessage = (event) => this.#take(event.data, null);
      stop.signal.addEventListener("abort", () => channel.close());
      await this.#catchUp().catch(() => {});
      const lead = () => this.#streamForever(stop.signal, channel);
      if (navigator.locks) navigator.locks.request(name, { signal: stop.signal }, lead).catch(() => {}); else lead();
    }

    async #catchUp() {
      const answer = await this.#call("GET", `/chat/messages?after=${this.#lastSeq}`);
      if (answer.status === 401 || answer.status === 404) return this.#forget();
      if (!answer.ok) return;
      const { messages, state } = await answer.json();
      for (const data of messages) this.#take({ type: "message", data }, null);
      this.#take({ type: "state", data: state }, null);
      this.#caughtUp = true;  // what comes from now on is news
    }

    async #streamForever(signal, channel) {
      for (let failures = 0; !signal.aborted;) {
        try {
          await this.#streamOnce(signal, channel, () => { failures = 0; });
        } catch { /* a broken line: again, from the last number seen */ }
        if (!signal.aborted) await sleep(Math.min(30, 2 ** failures++) * 500 + Math.random() * 300);
      }
    }

    async #streamOnce(signal, channel, alive) {
      const line = new AbortController(), stop = () => line.abort();
      signal.addEventListener("abort", stop);
      let watch;
      // The server pings every 15 s: a silent line is a dead one.
      const listenOn = () => { clearTimeout(watch); watch = setTimeout(stop, 40000); };
      try {
        listenOn();
        const answer = await this.#call("GET", "/chat/stream", null, { signal: line.signal, headers: { "Last-Event-ID": String(this.#lastSeq) } });
        if (answer.status === 401 || answer.status === 404) return this.#forget();
        if (!answer.ok) throw new Error(answer.statusText);
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let buffer = ""; ;) {
          const { done, value } = await reader.read();
          if (done) return;
          alive();
          listenOn();
          buffer = (buffer + value).replaceAll("\r\n", "\n");
          for (let end; (end = buffer.indexOf("\n\n")) >= 0; buffer = buffer.slice(end + 2)) {
            const fields = Object.fromEntries(buffer.slice(0, end).split("\n").map((field) => field.split(/: ?(.*)/s).slice(0, 2)));
            if (fields.event && fields.data) this.#take({ type: fields.event, data: JSON.parse(fields.data) }, channel);
          }
        }
      } finally {
        clearTimeout(watch);
        signal.removeEventListener("abort", stop);
      }
    }

    #take(event, channel) {
      channel?.postMessage(event);
      if (event.type === "message") this.#showMessage(event.data);
      else if (event.type === "state") this.#showState(event.data);
      else if (event.type === "typing") { this.#parts.dots.hidden = !event.data.authors.length; this.#scrollDown(); }
    }

    #showMessage(message) {
      if (message.seq <= this.#lastSeq) return;
      this.#lastSeq = message.seq;
      for (const old of this.#parts.log.querySelectorAll(".quick")) old.remove();
      if (message.author === "customer") this.#dropPending(message.text);
      else this.#parts.dots.hidden = true;
      const shown = this.#messageElement(message);
      const waiting = [...this.#pending.values()][0];
      waiting ? waiting.before(shown) : this.#parts.log.append(shown);
      if (this.#parts.panel.hidden && message.author !== "customer" && this.#caughtUp) this.#parts.badge.hidden = false;
      this.#scrollDown();
    }

    #messageElement(message) {
      const w = this.#words, who = { customer: w.you, assistant: w.bot, agent: w.agent, system: "" }[message.author] ?? "";
      const shown = el("div", { className: "message" });
      if (["customer", "assistant", "agent", "system"].includes(message.author)) shown.classList.add(message.author);
      if (message.text) shown.append(el("div", { className: "text" }, el("span", { className: "hide" }, who ? `${who}: ` : ""), message.text));
      if (message.cards?.length) shown.append(el("ul", { className: "cards", "aria-label": w.products }, ...message.cards.map((card) => this.#cardElement(card))));
      if (message.table?.columns?.length) shown.append(this.#tableElement(message.table));
      for (const file of message.files || []) shown.append(this.#fileElement(file));
      if (message.buttons?.length) shown.append(el("div", { className: "quick" }, ...message.buttons.map((button) =>
        el("button", { type: "button", onclick: () => this.#send({ payload: button.payload, shown: button.title }) }, button.title))));
      return shown;
    }

    #cardElement(card) {
      const url = safeUrl(card.url), picture = safeUrl(card.picture);
      const inside = [
        ...(picture ? [el("img", { src: picture, alt: "", loading: "lazy" })] : []),
        el("div", {}, el("strong", {}, card.name), ...(card.price ? [el("b", {}, card.price)] : []), ...(card.stock ? [el("small", {}, String(card.stock))] : [])),
      ];
      return el("li", { className: "card" }, url ? el("a", { href: url, title: card.description || card.name }, ...inside) : el("div", {}, ...inside));
    }

    #tableElement(table) {
      const w = this.#words, head = el("tr", {}, el("td", {}));
      for (const column of table.columns) {
        const url = safeUrl(column.url), picture = safeUrl(column.picture);
        head.append(el("th", { scope: "col" }, ...(picture ? [el("img", { src: picture, alt: "", loading: "lazy" })] : []), url ? el("a", { href: url }, column.name) : column.name));
      }
      const rows = table.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.label), ...row.cells.map((cell) => el("td", {}, cell))));
      // A region that scrolls must be reachable by keyboard, and say what it is.
      return el("div", { className: "compare", role: "region", tabIndex: 0, "aria-label": w.compared },
        el("table", {}, el("caption", { className: "hide" }, w.compared), el("thead", {}, head), el("tbody", {}, ...rows)));
    }

    #fileElement(file) {
      const shown = el("button", { className: "file", type: "button" }, `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} kB`);
      // The token goes in a header, so a file is fetched first and shown from memory.
      const fetched = async () => URL.createObjectURL(await (await this.#call("GET", file.url)).blob());
      if (/^image\//.test(file.type)) fetched().then((src) => shown.replaceChildren(el("img", { src, alt: file.name, onload: () => this.#scrollDown() }))).catch(() => {});
      shown.onclick = async () => { const link = el("a", { href: await fetched(), download: file.name }); link.click(); };
      return shown;
    }

    #showPending(message) {
      for (const old of this.#parts.log.querySelectorAll(".quick")) old.remove();
      const shown = el("div", { className: "message customer pending" }, el("div", { className: "text" }, message.text || message.shown), el("span", { className: "note" }, this.#words.waiting));
      this.#pending.set(message.client_id, shown);
      shown.said = message.text || message.shown;
      this.#parts.log.append(shown);
      this.#scrollDown();
    }

    #dropPending(text) {
      for (const [id, shown] of this.#pending) {
        if (shown.said.trim() === text.trim()) { shown.remove(); this.#pending.delete(id); return; }
      }
    }

    #showState(state) {
      const w = this.#words, p = this.#parts;
      p.queue.hidden = state.responder !== "queue";
      p.status.textContent = state.responder === "agent" ? w.person : w.assistant;
      if (state.responder === "queue") p.queueText.textContent = w.queue(state.position || 1) + (state.wait_seconds ? " " + w.wait(state.wait_seconds) : "");
    }

    #showOffline() { this.#parts.offline.hidden = navigator.onLine; }

    #notice(text) {
      const { notice } = this.#parts;
      notice.textContent = text;
      notice.hidden = false;
      clearTimeout(this.noticeEnds);
      this.noticeEnds = setTimeout(() => { notice.hidden = true; }, 5000);
    }

    async #leaveQueue() { await this.#call("POST", "/chat/assistant").catch(() => {}); }

    async #rate(stars) {
      [...this.#parts.rating.children].forEach((star, index) => star.classList.toggle("on", index < stars));
      const answer = await this.#call("POST", "/chat/rating", { stars }).catch(() => null);
      if (!answer?.ok) return;
      this.#parts.rating.hidden = true;
      this.#notice(this.#words.thanks);
    }

    async #sendFile() {
      const { file: input } = this.#parts, file = input.files[0];
      input.value = "";
      if (!file) return;
      if (file.size > 5 * 1024 * 1024) return this.#notice(this.#words.tooLarge);
      const form = new FormData();
      form.append("client_id", newId());
      form.append("file", file);
      try {
        await this.#ensureSession();
        const answer = await this.#call("POST", "/chat/files", form);
        if (!answer.ok) this.#notice(answer.status === 413 ? this.#words.tooLarge : answer.status === 422 ? this.#words.badFile : this.#words.failed);
      } catch { this.#notice(this.#words.failed); }
    }

    #scrollDown() { requestAnimationFrame(() => { this.#parts.scroll.scrollTop = this.#parts.scroll.scrollHeight; }); }
  }

  if (!customElements.get("rapport-chat")) customElements.define("rapport-chat", RapportChat);
  const mount = () => {
    if (document.querySelector("rapport-chat")) return;
    const chat = document.createElement("rapport-chat");
    for (const [name, value] of Object.entries(script?.dataset || {})) chat.dataset[name] = value;
    document.body.append(chat);
  };
  if (document.body) mount(); else addEventListener("DOMContentLoaded", mount);
})();
