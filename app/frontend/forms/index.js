// The form designer: a list of fields, the settings of one of them, and the page as the official will see it.
import "../drafts/editor.css";
import "./forms.css";
import { Bar, keys } from "../drafts/bar.js";
import { h, later, show } from "../drafts/dom.js";
import { Files } from "../drafts/files.js";
import { Documents } from "./documents.js";
import { addEntry, LISTS, moveEntry } from "./entries.js";
import * as model from "./model.js";
import { focus, Page } from "./page.js";
import { formsOf } from "./steps.js";

const WAIT = 400; // milliseconds without a key before the server is asked

class Editor extends Documents {
  constructor(place) {
    super();
    const settings = JSON.parse(place.dataset.settings);
    Object.assign(this, settings);
    this.place = place;
    this.files = new Files(settings.files, place.dataset);
    this.bar = new Bar({
      save: () => this.save(),
      undo: () => this.travel("undo"),
      redo: () => this.travel("redo"),
      takeTheirs: () => this.open(),
      keepMine: (name) => this.keepMine(name),
      textPage: (name) => location.pathname.replace(/forms\/[^/]+\/edit$/, `files/${name}`),
    }, this.draws, settings.duty);
    this.tab = "design";
    this.at = { path: [] };
    this.findings = [];
    this.ask = later(() => this.preview(), WAIT);
    this.forms = formsOf(this.steps, this.names);
  }

  async open() {
    const names = [...new Set([this.name, ...this.forms.map((each) => each.form), ...(this.name === "proofs.json" ? ["application.json"] : [])])].filter((each) => this.names.includes(each));
    const texts = await Promise.all(names.map((each) => this.files.load(each)));
    this.load(Object.fromEntries(names.map((each, number) => [each, texts[number]])));
  }

  // texts by name; what they say is shown
  load(texts) {
    this.read(texts);
    if (!this.designed) { this.tab = "source"; }
    if (this.list()) { this.at = { entry: 0 }; }
    this.at = this.known(this.at);
    this.draw();
    this.preview();
    this.bar.say("");
  }

  draw({ panel: all = true } = {}) {
    this.page = this.page || new Page(this.place, this);
    this.page.draw(all);
  }

  // ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────────

  // act(copy of the document) may say what is chosen then; typing: the panel stays, for whoever types into it
  change(act, { typing = false, group = null, focus: id = null, choose = null } = {}) {
    const chosen = this.alter(this.name, act, group || null) || choose;
    if (chosen && typeof chosen === "object") { this.at = chosen; }
    this.draw({ panel: !typing });
    if (id) { focus(id); }
    this.ask();
  }

  changeOther(name, act, id) {
    this.alter(name, act);
    this.at = this.known(this.at);
    this.draw();
    focus(id);
    this.ask();
  }

  travel(way) {
    if (!this.draws || !this.turn(way)) { return; }
    this.at = this.known(this.at);
    this.draw();
    this.ask();
  }

  typed(text) {
    this.type(text);
    this.at = this.known(this.at);
    this.draw();
    this.ask();
  }

  choose(at, { focus: id = null } = {}) {
    this.at = at;
    this.draw();
    if (id) { focus(id); }
  }

  turnTo(tab) {
    this.tab = tab;
    this.page.pane.setAttribute("aria-labelledby", `tab-${tab}`);
    this.draw();
    focus(`tab-${tab}`);
  }

  // to what was found
  go({ field }) {
    this.tab = "design";
    this.choose(this.list() ? { entry: Number(field) } : { path: field.split(".") });
    this.page.panel.focus();
  }

  step(at, by) {
    this.change((next) => {
      if (at.entry !== undefined) { return { entry: moveEntry(next, at.entry, at.entry + by) }; }
      model.move(next, at.path, by);
      return at;
    });
    if (this.page.chosen) { this.page.chosen.focus(); }
  }

  remove(at = this.at) {
    const before = this.page.chosen;
    const place = before ? Number(before.id.replace("item-", "")) : 0;
    this.change((next) => {
      if (at.entry !== undefined) {
        next.splice(at.entry, 1);
        return { entry: Math.max(0, Math.min(at.entry, next.length - 1)) };
      }
      model.remove(next, at.path);
      return { path: at.path.slice(0, -1) };
    });
    const buttons = this.place.querySelectorAll(".fields button");
    const next = buttons[Math.min(place, buttons.length - 1)];
    if (next) {
      next.click();
      focus(next.id);
    }
    this.note("已删除，可以撤销。");
  }

  note(text) { this.bar.said.textContent = text; }

  add(kind) {
    if (this.list()) {
      const after = this.doc.length ? this.at.entry : null;
      this.change((next) => ({ entry: addEntry(next, LISTS[this.name], after) }), { focus: "p-title" });
      return;
    }
    this.change((next) => {
      const path = this.at.path || [this.at.first];
      const parent = path.slice(0, -1);
      const after = path.length ? path[path.length - 1] : null;
      const part = model.newPart(kind);
      const beside = path.length ? model.fieldAt(next, path) : null;
      if (beside && beside["x-section"]) { part["x-section"] = beside["x-section"]; }
      return { path: model.add(next, parent, after, "field", part) };
    }, { focus: "p-title" });
  }

  offersChild() { return this.name === "application.json" && model.isForm(this.doc) && !model.exists(this.doc, ["student"]); }

  addChild() { this.change((next) => ({ path: model.addChild(next) }), { focus: "p-title" }); }

  mayDrop(from, to) {
    if (from.entry !== undefined || to.entry !== undefined) { return from.entry !== undefined && to.entry !== undefined; }
    return Boolean(from.path && to.path && from.path.length === to.path.length && from.path.slice(0, -1).join(".") === to.path.slice(0, -1).join("."));
  }

  drop(from, to) {
    if (!from || !this.mayDrop(from, to)) { return; }
    this.change((next) => {
      if (from.entry !== undefined) { return { entry: moveEntry(next, from.entry, to.entry) }; }
      model.moveTo(next, from.path, model.placeOf(next, to.path));
      return from;
    });
  }

  // ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────

  async save() {
    if (!this.draws) { return; }
    for (const name of this.changed()) {
      const text = this.text(name);
      try {
        await this.files.save(name, text);
      } catch (error) {
        this.bar.refused(error, name);
        return;
      }
      this.saved = { ...this.saved, [name]: text };
    }
    this.draw({ panel: false });
    this.bar.say("已保存");
  }

  async keepMine(name) {
    this.files.etags[name] = (await this.files.read(name)).etag;
    await this.save();
  }

  async preview() {
    const asked = this.text();
    let said;
    try {
      said = await this.files.post(this.previewed, asked);
    } catch (error) {
      said = { findings: [{ field: null, message: error.message }], html: null };
    }
    if (asked !== this.text()) { return; } // typed on meanwhile: another answer is on its way
    this.findings = said.findings;
    this.html = said.html || this.html;
    this.draw({ panel: false });
    this.page.drawPreview(this.html, said.html === null);
    this.place.dispatchEvent(new CustomEvent("previewed", { bubbles: true }));
  }
}

const place = document.getElementById("editor");
const editor = new Editor(place);
keys({ save: () => editor.save(), undo: () => editor.travel("undo"), redo: () => editor.travel("redo") });
window.addEventListener("beforeunload", (event) => {
  if (editor.saved && editor.changed().length) { event.preventDefault(); event.returnValue = ""; }
});
editor.open().then(
  () => place.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: editor })), // for whoever wants to look at it
  (error) => show(place, h("p", { class: "warn" }, error.message)),
);
