// The parts of a message beside its text, each drawn as far as it can be trusted: paths of this host, text, numbers.
const picture = (path, alt = "") => {
  const src = safeUrl(path);
  return src && el("img", { src, alt, loading: "lazy", decoding: "async" });
};

// Product cards in a row that is swiped, scrolled, or moved by its arrows and by the arrow keys.
const cardsElement = (cards, w) => {
  const row = el("ul", { className: "cards", tabIndex: -1 }, ...cards.map(cardElement));
  const step = (by) => row.scrollBy({ left: by * (row.firstChild.offsetWidth + 10), behavior: calm() ? "auto" : "smooth" });
  const previous = button("turn left", w.previous, () => step(-1), icon("left"));
  const next = button("turn right", w.next, () => step(1), icon("right"));
  const update = () => {
    previous.disabled = row.scrollLeft < 4;
    next.disabled = row.scrollLeft > row.scrollWidth - row.clientWidth - 4;
    previous.hidden = next.hidden = row.scrollWidth <= row.clientWidth + 4;
  };
  const places = () => [...row.querySelectorAll("a, .card > div[tabindex]")];
  row.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key], all = places(), at = all.indexOf(event.target);
    const to = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : by && at >= 0 ? at + by : -1;
    if (!all[to]) return;
    event.preventDefault();
    all[to].focus();
  });
  row.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(row);
  return el("div", { className: "carousel", role: "group", "aria-label": w.products, "aria-roledescription": "carousel" }, row, previous, next);
};

const cardElement = (card) => {
  const url = safeUrl(card.url);
  const inside = [
    picture(card.picture),
    el("div", {}, el("strong", { dir: "auto" }, card.name), card.price ? el("b", {}, card.price) : null, card.stock ? el("small", {}, String(card.stock)) : null),
  ];
  return el("li", { className: "card" }, url ? el("a", { href: url, title: card.description || card.name }, ...inside) : el("div", { tabIndex: 0 }, ...inside));
};

const tableElement = (table, w) => {
  const head = el("tr", {}, el("td", {}));
  for (const column of table.columns) {
    const url = safeUrl(column.url);
    head.append(el("th", { scope: "col", dir: "auto" }, picture(column.picture), url ? el("a", { href: url }, column.name) : column.name));
  }
  const rows = table.rows.map((row) => el("tr", {}, el("th", { scope: "row" }, row.label), ...row.cells.map((cell) => el("td", { dir: "auto" }, cell))));
  // A region that scrolls must be reachable by keyboard, and say what it is.
  return el("div", { className: "compare", role: "region", tabIndex: 0, "aria-label": w.compared },
    el("table", {}, el("caption", { className: "hide" }, w.compared), el("thead", {}, head), el("tbody", {}, ...rows)));
};

const timelineElement = (timeline, w) => {
  const url = safeUrl(timeline.url), now = timeline.steps.findLastIndex((step) => step.done), name = w.order(timeline.order);
  const steps = timeline.steps.map((step, index) => {
    const shown = el("li", { className: step.done ? "done" : "" },
      el("i", { "aria-hidden": "true" }, ...(step.done ? [icon("check")] : [])),
      el("span", { dir: "auto" }, step.label), hidden(step.done ? w.done : w.coming), step.at ? el("small", {}, step.at) : null);
    if (index === now) { shown.classList.add("now"); shown.setAttribute("aria-current", "step"); }
    return shown;
  });
  return el("div", { className: "way" }, el("p", {}, url ? el("a", { href: url }, name) : name), el("ol", { "aria-label": w.way(timeline.order) }, ...steps));
};

// `submit` is given {name: text}; the form is shut until it is told of a refusal (`form.refuse`).
const formElement = (form, w, submit) => {
  const fields = form.fields.map((field) => fieldElement(field, w));
  const inside = el("fieldset", {}, form.title ? el("legend", { dir: "auto" }, form.title) : null, ...fields.map((field) => field.shown),
    el("button", { type: "submit", className: "main" }, form.send || w.submit));
  const made = el("form", { className: "ask", noValidate: true }, inside);
  made.done = () => { inside.disabled = true; inside.lastChild.replaceChildren(icon("check"), w.submitted); };
  made.refuse = (names) => {
    inside.disabled = false;
    inside.lastChild.replaceChildren(form.send || w.submit);
    for (const field of fields) if (names.includes(field.name)) field.complain(w.wrong[field.type] || w.check);
  };
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = fields.filter((field) => !field.check());
    if (wrong.length) return wrong[0].input.focus();
    const filled = fields.filter((field) => field.input.value.trim());
    if (!filled.length) return fields[0].input.focus();
    made.done();
    submit(Object.fromEntries(filled.map((field) => [field.name, field.input.value.trim()])), filled.map((field) => `${field.label}: ${field.input.value.trim()}`).join("\n"));
  });
  return made;
};

const fieldElement = ({ name, label, type, required = false, options = [], hint = "" }, w) => {
  const id = newId(), error = el("small", { className: "wrong", id: `${id}e` });
  const about = { id, name, required, "aria-describedby": `${id}e` };
  const input = type === "select" ? el("select", about, el("option", { value: "" }, w.choose), ...options.map((option) => el("option", { value: option }, option)))
    : type === "textarea" ? el("textarea", { ...about, rows: 3, maxLength: 500 })
    : el("input", { ...about, type: type === "number" ? "text" : type, maxLength: 500, inputMode: type === "number" ? "decimal" : "", placeholder: hint, dir: type === "text" ? "auto" : "",
      autocomplete: { email: "email", tel: "tel" }[type] || "off" });
  const complain = (text) => { error.textContent = text; input.setAttribute("aria-invalid", String(Boolean(text))); };
  const check = () => {
    const text = input.value.trim(), bad = type === "number" ? !/^-?\d{1,15}(\.\d{1,6})?$/.test(text) : type === "tel" ? !/^\+?[\d\s()./-]{5,31}$/.test(text)
      : type === "email" ? !/^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$/.test(text) : !input.validity.valid;
    const found = !text ? (required || !input.validity.valid ? w.needed : "") : bad ? w.wrong[type] || w.check : "";
    complain(found);
    return !found;
  };
  input.addEventListener("input", () => { if (error.textContent) check(); });
  return { name, label, type, input, check, complain, shown: el("label", {}, el("span", { dir: "auto" }, label), input, error) };
};

const KINDS = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
const LARGEST = 5 * 1024 * 1024;
const isPicture = (type) => /^image\//.test(type) && KINDS.includes(type);
const sizeOf = (bytes) => bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
const fileLabel = (file) => [icon("file"), el("bdi", { className: "name" }, file.name), el("small", {}, sizeOf(file.size))];

// A file of the conversation. The token goes in a header, so it is fetched first and shown from memory.
const fileElement = (file, w, fetched) => {
  const shown = button("file", `${w.download}: ${file.name}`, async () => {
    const src = await source().catch(() => null);
    if (src) el("a", { href: src, download: file.name }).click();
  }, ...fileLabel(file));
  let found;
  const source = () => found ||= fetched(file.url).then(URL.createObjectURL);
  if (isPicture(file.type)) source().then((src) => shown.replaceChildren(el("img", { src, alt: `${w.picture}: ${file.name}` }))).catch(() => { found = null; });
  return shown;
};

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
