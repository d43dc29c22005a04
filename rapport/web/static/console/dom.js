// The page, its words, what this browser keeps for the agent, and short ways to all three.
export const body = document.body.dataset;
export const words = JSON.parse(body.words);
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
export const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const el = (tag, props = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) name.includes("-") || name === "role" ? made.setAttribute(name, value) : made[name] = value;
  made.append(...children);
  return made;
};
// localStorage may be forbidden or full: then drafts live as long as the page.
export const kept = {
  get(key, otherwise) { try { return JSON.parse(localStorage.getItem(`rapport.${body.agent}.${key}`)) ?? otherwise; } catch { return otherwise; } },
  set(key, value) { try { value ? localStorage.setItem(`rapport.${body.agent}.${key}`, JSON.stringify(value)) : localStorage.removeItem(`rapport.${body.agent}.${key}`); } catch { /* as above */ } },
};
