// The line to the server: a session, what is said sent in order, and one stream per browser that all tabs share.
const PAGE = 500; // as many messages as the server gives at once
const SILENCE = 40000; // the server pings every 15 s: a silent line is a dead one

class Line {
  // `on` hears: message, state, typing, read, failed, forgotten, opened.
  constructor({ place, locale, customerToken, on }) {
    Object.assign(this, { place, locale, customerToken, on, lastSeq: 0, caughtUp: false });
    this.session = kept.get(place);
    // One key each: two tabs that write at once do not overwrite each other.
    this.unsent = kept.under(`${place}.unsent.`).sort((one, other) => one.written - other.written);
  }

  #flushing = false; #opening = null; #stop = null; #channel = null; #catching = null; #read = 0; #readTimer = 0; #bell = new EventTarget();

  start() {
    if (this.session) this.#listen();
    if (this.unsent.length) this.#flush();
  }

  // The network is back, or the page is looked at again: nothing waits for its next try.
  wake() {
    this.#bell.dispatchEvent(new Event("ring"));
    if (this.session) this.catchUp().catch(() => {});
  }

  #rest(ms) {
    return new Promise((resolve) => {
      setTimeout(resolve, ms + Math.random() * 300);
      this.#bell.addEventListener("ring", resolve, { once: true });
    });
  }

  // `said` is {text}, {payload} or {form, values}; `shown` is what stands on the screen until the server has it.
  send(said) {
    const message = { client_id: newId(), written: Date.now(), ...said };
    this.unsent.push(message);
    kept.set(`${this.place}.unsent.${message.client_id}`, message);
    this.#flush();
    return message;
  }

  #drop(clientId) {
    this.unsent = this.unsent.filter((message) => message.client_id !== clientId);
    kept.set(`${this.place}.unsent.${clientId}`, null);
  }

  // One after another, each with the client id it was born with: a repetition is the same message.
  async #flush() {
    if (this.#flushing) return;
    this.#flushing = true;
    await this.#sendAll().finally(() => { this.#flushing = false; });
  }

  async #sendAll() {
    for (let failures = 0; this.unsent.length;) {
      const message = this.unsent[0], { shown, written, ...body } = message;
      const answer = await this.ensureSession().then(() => this.call("POST", "/chat/messages", body)).catch(() => null);
      if (answer?.ok) {
        this.#drop(message.client_id);
        this.#sent((await answer.json().catch(() => ({}))).seq);
      } else if (answer?.status === 401 || answer?.status === 404) this.forget(); // and again, in a new conversation
      else if (answer && answer.status < 500 && answer.status !== 429) {
        this.#drop(message.client_id);
        this.on.failed(message, answer.status, await answer.json().catch(() => ({})));
      } else {
        const asked = Number(answer?.headers.get("retry-after"));
        await this.#rest(Math.min(30, asked || 2 ** failures++) * 1000);
        continue;
      }
      failures = 0;
    }
  }

  #sent(seq) {
    // The stream usually says so first; where another tab holds it and sleeps, we look for ourselves.
    setTimeout(() => { if (this.lastSeq < seq) this.catchUp().catch(() => {}); }, 4000);
    this.#listen();
  }

  // `progress` hears 0 to 1. Fetch cannot tell how far an upload is.
  async upload(file, clientId, progress) {
    await this.ensureSession();
    const form = new FormData(), request = new XMLHttpRequest();
    form.append("client_id", clientId);
    form.append("file", file);
    return new Promise((resolve) => {
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      request.onload = () => { if (request.status === 202) this.#sent(JSON.parse(request.response).seq); resolve(request.status); };
      request.onerror = request.ontimeout = () => resolve(0);
      request.open("POST", `${base}/chat/files`);
      request.setRequestHeader("Authorization", `Bearer ${this.session.token}`);
      request.send(form);
    });
  }

  async ensureSession() {
    this.session ||= kept.get(this.place); // another tab may have begun
    if (!this.session) await (this.#opening ||= this.#openSession().finally(() => { this.#opening = null; }));
    return this.session;
  }

  async #openSession() {
    const ask = (body) => fetch(`${base}/chat/sessions`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const token = this.customerToken;
    let answer = await ask({ locale: this.locale, ...(token ? { customer_token: token } : {}) });
    // A page from the browser's cache carries a token that was used already: she is a visitor then.
    if (token && answer.status === 403) answer = await ask({ locale: this.locale });
    if (!answer.ok) throw new Error(answer.statusText);
    this.session = await answer.json();
    kept.set(this.place, this.session);
    this.on.opened();
    this.#listen();
  }

  forget() {
    if (kept.get(this.place)?.token === this.session?.token) kept.set(this.place, null);
    this.session = null;
    this.lastSeq = this.#read = 0;
    this.#stop?.abort();
    this.#stop = null;
    this.on.forgotten();
  }

  call(method, path, body, more = {}) {
    const headers = { Authorization: `Bearer ${this.session.token}`, ...(body ? { "Content-Type": "application/json" } : {}), ...more.headers };
    return fetch(base + path, { method, signal: more.signal, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  }

  // What the customer has seen, in any of her tabs; the server is told a moment later, once for several.
  get readSeq() {
    const read = kept.get(`${this.place}.read`);
    return Math.max(this.#read, read && read.conversation === this.session?.conversation_id ? read.seq : 0);
  }

  read(seq) {
    if (!this.session || seq <= this.readSeq) return;
    this.#read = seq;
    kept.set(`${this.place}.read`, { conversation: this.session.conversation_id, seq });
    this.#channel?.postMessage({ type: "read", data: seq });
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => { if (this.session) this.call("POST", "/chat/read", { seq }).catch(() => {}); }, 600);
  }

  // The tab that holds the lock reads the stream and tells the others.
  async #listen() {
    if (this.#stop || !this.session) return;
    const { signal } = this.#stop = new AbortController(), name = `rapport.${this.session.conversation_id}`;
    const channel = this.#channel = new BroadcastChannel(name);
    channel.onmessage = (event) => this.#take(event.data);
    signal.addEventListener("abort", () => channel.close());
    await this.catchUp().catch(() => {});
    const lead = () => this.#streamForever(signal, channel);
    if (navigator.locks) navigator.locks.request(name, { signal }, lead).catch(() => {}); else lead();
  }

  // Reads what is missing, in as many pages as it takes.
  catchUp() {
    return this.#catching ||= this.#readOn().finally(() => { this.#catching = null; });
  }

  async #readOn() {
    for (let more = true; more;) {
      const asked = this.session, answer = await this.call("GET", `/chat/messages?after=${this.lastSeq}`);
      if (asked !== this.session) return;
      if (answer.status === 401 || answer.status === 404) return this.forget();
      if (!answer.ok) throw new Error(answer.statusText);
      const { messages, state } = await answer.json();
      for (const message of messages) this.#hear(message);
      more = messages.length >= PAGE;
      if (!more) this.#take({ type: "state", data: state });
    }
  }

  async #streamForever(signal, channel) {
    for (let failures = 0; !signal.aborted;) {
      // A broken line: again, from the last number seen.
      await this.#streamOnce(signal, channel, () => { failures = 0; }).catch(() => {});
      if (!signal.aborted) await this.#rest(Math.min(30, 2 ** failures++) * 500);
    }
  }

  async #streamOnce(signal, channel, alive) {
    const line = new AbortController(), stop = () => line.abort();
    signal.addEventListener("abort", stop);
    addEventListener("offline", stop);
    let watch;
    const listenOn = () => { clearTimeout(watch); watch = setTimeout(stop, SILENCE); };
    try {
      listenOn();
      const answer = await this.call("GET", "/chat/stream", null, { signal: line.signal, headers: { "Last-Event-ID": String(this.lastSeq) } });
      if (answer.status === 401 || answer.status === 404) return this.forget();
      if (!answer.ok) throw new Error(answer.statusText);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let buffer = ""; ;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) return;
        alive();
        listenOn();
        buffer = (buffer + value).replaceAll("\r\n", "\n");
        for (let end; (end = buffer.indexOf("\n\n")) >= 0; buffer = buffer.slice(end + 2)) {
          const fields = Object.fromEntries(buffer.slice(0, end).split("\n").map((field) => field.split(/: ?(.*)/s).slice(0, 2)));
          if (!fields.event || !fields.data) continue;
          const event = { type: fields.event, data: JSON.parse(fields.data) };
          channel.postMessage(event);
          this.#take(event);
        }
      }
    } finally {
      clearTimeout(watch);
      signal.removeEventListener("abort", stop);
      removeEventListener("offline", stop);
    }
  }

  #take({ type, data }) {
    if (type === "message") {
      // The numbers have no holes: who has missed one reads it before this one.
      if (data.seq > this.lastSeq + 1) this.catchUp().catch(() => {}); else this.#hear(data);
    } else if (type === "state") {
      this.caughtUp = true; // what comes from now on is news
      this.on.state(data);
    } else if (type === "typing") this.on.typing(data.authors);
    else if (type === "read") {
      this.#read = Math.max(this.#read, data); // the tab's word is here before what it keeps
      this.on.read();
    }
  }

  #hear(message) {
    if (message.seq <= this.lastSeq) return;
    this.lastSeq = message.seq;
    if (message.client_id) this.#drop(message.client_id);
    this.on.message(message);
  }
}
