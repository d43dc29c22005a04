// Elements, icons, and what is kept in the browser. Everything said is a text node; nothing is ever parsed as HTML.
const script = document.currentScript;
const base = new URL(script?.src || location.href).origin;

const ICONS = {
  chat: "M4 5.5h16v11H10l-4.5 3.5v-3.5H4zM8.5 10h7M8.5 13h4", close: "M6 6l12 12M18 6 6 18", send: "M4 12 20 4.5 15.5 20l-4-6.5zM11.5 13.5 20 4.5",
  clip: "M19 11.5 11.5 19a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.2-2.2l7-7",
  star: "m12 4 2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z",
  left: "m14.5 5-7 7 7 7", right: "m9.5 5 7 7-7 7", down: "m5 9 7 7 7-7", check: "m5 12.5 4.5 4.5L19 7.5", file: "M7 3.5h7l4 4v13H7zM13.5 3.5v4.5H18",
};
const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(svg.namespaceURI, "path"));
  svg.firstChild.setAttribute("d", ICONS[name]);
  return svg;
};

// An element with properties (or attributes, where the name has a dash or is no property's) and children; strings become text nodes.
const el = (tag, props = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value); else made[name] = value;
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};
const button = (className, label, onclick, ...children) =>
  el("button", { className, type: "button", onclick, ...(children.length ? { "aria-label": label, title: label } : {}) }, ...(children.length ? children : [label]));
const hidden = (text) => el("span", { className: "hide" }, text);

const ADDRESS = /https?:\/\/[^\s<>"'，。；！？（）、]+[^\s<>"'，。；！？（）、.,;:!?)\]]/g;
// A text in its own direction, whatever surrounds it. Addresses become links only where `links`: not in what a customer says.
const words = (text, links) => {
  const shown = el("bdi", { dir: "auto" });
  let end = 0;
  for (const { 0: address, index } of links ? text.matchAll(ADDRESS) : []) {
    shown.append(text.slice(end, index), el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    end = index + address.length;
  }
  shown.append(text.slice(end));
  return shown;
};

const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const safeUrl = (path) => typeof path === "string" && /^\/(?![/\\])/.test(path) ? base + path : null;
const subjectOf = (jwt) => {
  try {
    const part = jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (c) => c.charCodeAt(0)))).sub;
  } catch { return ""; }
};

// localStorage may be forbidden or full: then the conversation lives as long as the page.
const kept = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, JSON.stringify(value)); } catch { /* as above */ } },
  under(prefix) { try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => kept.get(key)).filter(Boolean); } catch { return []; } },
};
// Of this tab alone, until it is closed.
const ofTab = {
  get(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch { /* as above */ } },
};
