// Where the customer writes: text, and files that are chosen, dropped or pasted, looked at before they leave.
class Composer {
  // `on` hears: text(text), file(file), typing(), notice(text).
  constructor(w, on) {
    Object.assign(this, { w, on, chosen: [] });
    this.input = el("textarea", { rows: 1, placeholder: w.placeholder, "aria-label": w.placeholder, enterKeyHint: "send", autocomplete: "off", dir: "auto" });
    this.picker = el("input", { type: "file", hidden: true, multiple: true, accept: KINDS.join(), onchange: () => { this.choose([...this.picker.files]); this.picker.value = ""; } });
    this.go = el("button", { className: "icon send", type: "submit", "aria-label": w.send, title: w.send, disabled: true }, icon("send"));
    this.tray = el("ul", { className: "tray", hidden: true });
    this.form = el("form", { className: "compose" }, this.tray, button("icon", w.attach, () => this.picker.click(), icon("clip")), this.picker, this.input, this.go);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    this.input.addEventListener("input", () => { this.#grow(); if (this.input.value) this.on.typing(); });
    this.input.addEventListener("keydown", (event) => {
      // The Enter that picks a Chinese candidate belongs to the input method, not to us (229: Safari's way to say so).
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); this.#submit(); }
    });
    this.input.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) { event.preventDefault(); this.choose(files); }
    });
  }

  // Takes files dropped anywhere on `panel`.
  takeDrops(panel) {
    let depth = 0;
    const over = (by) => { depth = Math.max(0, depth + by); panel.classList.toggle("dropping", depth > 0); };
    const brings = (event) => event.dataTransfer?.types.includes("Files");
    panel.addEventListener("dragenter", (event) => { if (brings(event)) { event.preventDefault(); over(1); } });
    panel.addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
    panel.addEventListener("dragleave", (event) => { if (brings(event)) over(-1); });
    panel.addEventListener("drop", (event) => { if (brings(event)) { event.preventDefault(); depth = 0; over(0); this.choose([...event.dataTransfer.files]); } });
  }

  choose(files) {
    for (const file of files) {
      if (!KINDS.includes(file.type)) this.on.notice(`${this.w.badFile(file.name)} ${this.w.limits}`);
      else if (file.size > LARGEST) this.on.notice(`${this.w.tooLarge(file.name)} ${this.w.limits}`);
      else if (this.chosen.length >= 5) this.on.notice(this.w.tooMany);
      else this.#preview(file);
    }
    this.input.focus();
  }

  #preview(file) {
    const src = isPicture(file.type) ? URL.createObjectURL(file) : null;
    const shown = el("li", { title: file.name }, src ? el("img", { src, alt: file.name }) : el("span", { className: "file" }, ...fileLabel(file)),
      button("icon", `${this.w.remove}: ${file.name}`, () => { this.#remove(file); this.input.focus(); }, icon("close")));
    this.chosen.push({ file, shown, src });
    this.tray.append(shown);
    this.#grow();
  }

  #remove(file) {
    for (const one of this.chosen.filter((one) => one.file === file)) one.shown.remove();
    this.chosen = this.chosen.filter((one) => one.file !== file);
    this.#grow();
  }

  #grow() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight + 2}px`;
    this.tray.hidden = !this.chosen.length;
    this.go.disabled = !input.value.trim() && !this.chosen.length;
  }

  #submit() {
    const text = this.input.value.trim();
    if (new TextEncoder().encode(text).length > 4096) return this.on.notice(this.w.tooLong);
    const files = this.chosen;
    this.input.value = "";
    this.tray.replaceChildren();
    this.chosen = [];
    this.#grow();
    if (text) this.on.text(text);
    for (const { file, src } of files) this.on.file(file, src);
  }
}
