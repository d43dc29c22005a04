// What happens at the desk: one stream per browser, read by the tab that holds the lock, told to the others. A tab that
// finds a gap, hears nothing for long, or wakes up asks for everything anew: what it missed cannot leave it stale.
import { body, $, newId } from "./dom.js";
import { Api } from "./api.js";

export class Line {
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
