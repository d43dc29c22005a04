// Whether she takes customers, her heartbeat, and who else is there.
import { words, $, el, kept } from "./dom.js";
import { Api } from "./api.js";

export class Presence {
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
