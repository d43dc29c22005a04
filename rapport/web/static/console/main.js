// The agents' console. The server draws every list, panel and line; these scripts keep them fresh, send what is written,
// and listen to the keyboard. What a customer wrote is only ever text in what the server has escaped.
import { body, $ } from "./dom.js";
import { Clock } from "./clock.js";
import { Composer } from "./composer.js";
import { desk } from "./desk.js";
import { Keys } from "./keys.js";
import { Line } from "./line.js";
import { List } from "./list.js";
import { Outbox } from "./outbox.js";
import { Presence } from "./presence.js";
import { Thread } from "./thread.js";

desk.list = new List();
desk.outbox = new Outbox();
desk.presence = $("#presence") && new Presence($("#presence"));

function opened() {
  const root = $("#conversation");
  if (root === desk.thread?.root) return;
  desk.thread = root ? new Thread(root) : null;
  desk.composer = root && $("#composer") ? new Composer($("#composer")) : null;
  desk.outbox.show();
}

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "thread") { opened(); $(".columns").dataset.column = "thread"; $("#scroll")?.focus({ preventScroll: true }); }
  if (["list", "thread"].includes(detail.target.id)) desk.list.drawn();
  Clock.show(detail.target);
});
document.addEventListener("htmx:configRequest", ({ detail }) => { detail.headers["X-CSRF-Token"] = $("meta[name=csrf]").content; });
opened();
desk.list.drawn();
Clock.show();
setInterval(() => Clock.show(), 10000);
$(".bar nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
new Keys();
if (body.reads === "yes") {
  desk.line = new Line((name, data) => {
    if (name === "conversations") {
      if (desk.list.concerns(data)) desk.list.refresh();
      if (desk.thread && (data.all || data.changed.some(({ id }) => id === desk.thread.id))) desk.thread.news();
      if (data.all) desk.outbox.flush();
    } else if (name === "typing" && data.id === desk.thread?.id) desk.thread.typing(data.authors);
    else if (name === "presence") desk.presence?.colleagues(data.agents);
  });
}
