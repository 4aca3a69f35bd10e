// The form designer: a list of fields, the settings of one of them, and the page as the official will see it.
import "../drafts/editor.css";
import "./forms.css";
import { Bar, keys } from "../drafts/bar.js";
import { h, later, show } from "../drafts/dom.js";
import { Files } from "../drafts/files.js";
import { History } from "../drafts/history.js";
import { addEntry, isList, LISTS, moveEntry } from "./entries.js";
import { list } from "./list.js";
import * as model from "./model.js";
import { panel } from "./panel.js";
import { formsOf, table } from "./steps.js";

const TABS = [["design", "设计"], ["steps", "各环节"], ["source", "源文本（JSON）"]];
const WAIT = 400; // milliseconds without a key before the server is asked

class Editor {
  constructor(place) {
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
    this.saved = texts;
    this.docs = {};
    Object.entries(texts).forEach(([name, text]) => {
      const doc = JSON.parse(text);
      if (name === this.name || (model.isForm(doc) && model.survives(text, doc))) { this.docs[name] = doc; }
    });
    this.source = null; // what is typed as text and says nothing yet
    this.designed = this.canDesign(texts[this.name]);
    if (!this.designed) { this.tab = "source"; }
    this.history = new History(JSON.stringify(this.docs));
    if (this.list()) { this.at = { entry: 0 }; }
    this.at = this.known(this.at);
    this.draw();
    this.preview();
    this.bar.say("");
  }

  canDesign(text) {
    return model.survives(text, this.doc) && (model.isForm(this.doc) ? !this.list() : isList(this.name, this.doc));
  }

  get doc() { return this.docs[this.name]; }

  get application() { return this.docs["application.json"]; }

  list() { return this.name in LISTS && Array.isArray(this.doc); }

  // the text of a file as it is now: as it was where it says the same
  text(name = this.name) {
    if (name === this.name && this.source !== null) { return this.source; }
    const before = this.saved[name];
    const doc = this.docs[name];
    if (doc === undefined || JSON.stringify(JSON.parse(before)) === JSON.stringify(doc)) { return before; }
    return model.written(doc, before);
  }

  changed() {
    return Object.keys(this.saved).filter((name) => this.text(name) !== this.saved[name]);
  }

  // ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────────

  // act(copy of the document) may say what is chosen then; typing: the panel stays, for whoever types into it
  change(act, { typing = false, group = null, focus = null, choose = null } = {}) {
    const next = JSON.parse(JSON.stringify(this.doc));
    const chosen = act(next) || choose;
    this.source = null;
    this.docs = { ...this.docs, [this.name]: next };
    if (chosen && typeof chosen === "object") { this.at = chosen; }
    this.history.push(JSON.stringify(this.docs), group || null);
    this.draw({ panel: !typing });
    if (focus) { this.focus(focus); }
    this.ask();
  }

  changeOther(name, act, focus) {
    const next = JSON.parse(JSON.stringify(this.docs[name]));
    act(next);
    this.docs = { ...this.docs, [name]: next };
    this.history.push(JSON.stringify(this.docs));
    this.at = this.known(this.at);
    this.draw();
    this.focus(focus);
    this.ask();
  }

  travel(way) {
    if (!this.draws || !this.history[way]()) { return; }
    this.docs = JSON.parse(this.history.now);
    this.source = null;
    this.at = this.known(this.at);
    this.draw();
    this.ask();
  }

  // what is chosen, if it is still there
  known(at) {
    if (Array.isArray(this.doc)) { return { entry: Math.max(0, Math.min(at.entry ?? 0, this.doc.length - 1)) }; }
    if (!model.isForm(this.doc)) { return { path: [] }; }
    if (at.section !== undefined) { return model.exists(this.doc, [at.first]) && this.doc.properties[at.first]["x-section"] === at.section ? at : { path: [] }; }
    return at.path && model.exists(this.doc, at.path) ? at : { path: [] };
  }

  choose(at, { focus = null } = {}) {
    this.at = at;
    this.draw();
    if (focus) { this.focus(focus); }
  }

  step(at, by) {
    this.change((next) => {
      if (at.entry !== undefined) { return { entry: moveEntry(next, at.entry, at.entry + by) }; }
      model.move(next, at.path, by);
      return at;
    });
    this.focusChosen();
  }

  remove(at = this.at) {
    const before = this.place.querySelector(".fields [aria-current]");
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
      this.focus(next.id);
    }
    this.note("已删除，可以撤销。");
  }

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

  // ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────

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

  note(text) { this.bar.said.textContent = text; }

  // ── what the server says ─────────────────────────────────────────────────────────────────────────────────────────

  async preview() {
    const asked = this.text();
    let said;
    try {
      const { findings, html } = await this.files.post(this.previewed, asked);
      said = { findings, html };
    } catch (error) {
      said = { findings: [{ field: null, message: error.message }], html: null };
    }
    if (asked !== this.text()) { return; } // typed on meanwhile: another answer is on its way
    this.findings = said.findings;
    this.page = said.html || this.page;
    this.isOld = said.html === null;
    this.draw({ panel: false });
    this.drawPage();
    this.place.dispatchEvent(new CustomEvent("previewed", { bubbles: true }));
  }

  // ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────

  frame() {
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "编辑方式" });
    this.findingsPlace = h("div", { class: "findings", role: "status" });
    this.listPlace = h("div", { class: "list-place" });
    this.panelPlace = h("section", { class: "card panel", "aria-labelledby": "panel-title", tabindex: "-1" });
    this.framePlace = h("iframe", { title: "表单预览", sandbox: "allow-same-origin allow-scripts", class: "page" });
    this.oldPlace = h("p", { class: "warn", hidden: true }, "表单有问题，下面是更正前的样子。");
    this.previewPlace = h("section", { class: "preview-place", "aria-labelledby": "preview-title" }, h("h2", { id: "preview-title" }, "预览"), this.oldPlace, this.framePlace);
    this.design = h("div", { class: "design" }, this.listPlace, this.panelPlace);
    this.stepsPlace = h("div", {});
    this.sourceField = h("textarea", { id: "source", class: "source", rows: 26, spellcheck: "false", readonly: !this.draws, oninput: () => this.typed() });
    this.sourcePlace = h("div", { class: "field whole" }, h("label", { for: "source" }, "表单的源文本"), h("p", { class: "help" }, "按 JSON 书写；改正确以后，设计页随之改变。"), this.sourceField);
    this.sections = h("datalist", { id: "sections" });
    this.pane = h("div", { id: "pane", role: "tabpanel", "aria-labelledby": "tab-design", tabindex: "-1" });
    this.body = h("div", { class: "with-preview" }, this.pane, this.previewPlace);
    show(this.place, this.bar.element, this.tabs, this.findingsPlace, this.body, this.sections);
  }

  draw({ panel: all = true } = {}) {
    if (!this.tabs) { this.frame(); }
    this.drawTabs();
    this.drawFindings();
    this.bar.state({ changed: this.changed().length > 0, undo: this.history.past.length > 0, redo: this.history.future.length > 0 });
    if (this.tab === "design") {
      show(this.listPlace, this.adding(), list(this));
      if (all) { show(this.panelPlace, panel(this.at, this)); }
      if (!this.pane.contains(this.design)) { this.pane.replaceChildren(this.design); }
      const used = Array.isArray(this.doc) ? [] : [...new Set(Object.values(this.doc.properties).map((each) => each && each["x-section"]).filter(Boolean))];
      show(this.sections, used.map((each) => h("option", { value: each })));
    } else if (this.tab === "steps") {
      show(this.stepsPlace, table(this, this.forms));
      if (!this.pane.contains(this.stepsPlace)) { this.pane.replaceChildren(this.stepsPlace); }
    } else {
      if (document.activeElement !== this.sourceField) { this.sourceField.value = this.text(); }
      if (!this.pane.contains(this.sourcePlace)) { this.pane.replaceChildren(this.sourcePlace); }
    }
    this.previewPlace.hidden = this.tab === "steps";
    this.body.classList.toggle("alone", this.tab === "steps");
  }

  drawTabs() {
    const off = { design: !this.designed, steps: !this.designed || this.list() || this.forms.length < 2 || !this.forms.some((each) => each.form === this.name) };
    const shown = TABS.filter(([key]) => !off[key]);
    const turn = (key) => {
      this.tab = key;
      this.pane.setAttribute("aria-labelledby", `tab-${key}`);
      this.draw();
      this.focus(`tab-${key}`);
    };
    show(this.tabs, shown.map(([key, words], place) => h("button", {
      type: "button",
      role: "tab",
      id: `tab-${key}`,
      "aria-selected": String(key === this.tab),
      "aria-controls": "pane",
      tabindex: key === this.tab ? "0" : "-1",
      onclick: () => turn(key),
      onkeydown: (event) => {
        const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        if (by) { turn(shown[(place + by + shown.length) % shown.length][0]); }
      },
    }, words)));
  }

  drawFindings() {
    const words = this.findings.length ? `有 ${this.findings.length} 个问题，不能发布` : "没有问题";
    const key = JSON.stringify(this.findings);
    if (this.findingsPlace.dataset.shown === key) { return; }
    this.findingsPlace.dataset.shown = key;
    show(
      this.findingsPlace,
      h("p", { class: this.findings.length ? "tag red" : "tag green" }, words),
      this.findings.length ? h("ul", {}, this.findings.map((each) => h("li", {}, this.leads(each) ? h("button", { type: "button", class: "plain link", onclick: () => this.go(each) }, each.message) : each.message))) : null,
    );
  }

  leads({ field }) {
    if (field === null || this.source !== null || !this.designed) { return false; }
    return this.list() ? this.doc[Number(field)] !== undefined : model.isForm(this.doc) && model.exists(this.doc, field.split("."));
  }

  go({ field }) {
    this.tab = "design";
    this.choose(this.list() ? { entry: Number(field) } : { path: field.split(".") });
    this.panelPlace.focus();
  }

  offersChild() { return this.name === "application.json" && model.isForm(this.doc) && !model.exists(this.doc, ["student"]); }

  adding() {
    if (!this.draws) { return null; }
    if (this.list()) { return h("p", { class: "actions" }, h("button", { type: "button", id: "add", onclick: () => this.add() }, `添加${LISTS[this.name].one}`)); }
    const kind = h("select", { id: "add-kind", "aria-label": "字段种类", onchange: (event) => { this.kind = event.target.value; } }, Object.entries(model.KINDS).map(([each, words]) => h("option", { value: each, selected: each === (this.kind || "text") }, words)));
    return h("p", { class: "actions" }, kind, h("button", { type: "button", id: "add", onclick: () => this.add(kind.value) }, "添加字段"), this.offersChild()
      ? h("button", { type: "button", id: "add-child", title: "办件提出时从本校学生中选取", onclick: () => this.change((next) => ({ path: model.addChild(next) }), { focus: "p-title" }) }, "添加办理对象（学生）")
      : null);
  }

  drawPage() {
    this.oldPlace.hidden = !this.isOld || !this.page;
    if (!this.page || this.shownPage === this.page) { return; }
    const view = this.framePlace.contentWindow;
    const top = view ? view.scrollY : 0;
    this.shownPage = this.page;
    this.framePlace.onload = () => { this.framePlace.contentWindow.scrollTo(0, top); };
    this.framePlace.srcdoc = this.page;
  }

  // the source is typed: where it says something, so does the design
  typed() {
    const text = this.sourceField.value;
    let doc;
    try { doc = JSON.parse(text); } catch { doc = undefined; }
    this.source = text;
    if (doc !== undefined) {
      this.docs = { ...this.docs, [this.name]: doc };
      this.designed = this.canDesign(text);
      if (this.designed) { this.history.push(JSON.stringify(this.docs), "source"); }
      if (this.designed && model.written(doc, this.saved[this.name]) === text) { this.source = null; }
      this.at = this.known(this.at);
    } else {
      this.designed = false;
    }
    this.draw();
    this.ask();
  }

  focus(id) {
    const element = document.getElementById(id);
    if (element) { element.focus(); }
  }

  focusChosen() {
    const chosen = this.place.querySelector(".fields [aria-current]");
    if (chosen) { chosen.focus(); }
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
