// The decision-table editor: the tables of a DMN file as tables of a page, checked by the server while one edits.
import "../drafts/editor.css";
import "./tables.css";
import { Bar, keys } from "../drafts/bar.js";
import { h, later, show } from "../drafts/dom.js";
import { Files } from "../drafts/files.js";
import { History } from "../drafts/history.js";
import { grid, told, tried } from "./grid.js";
import { codeOf, parse, tablesOf, write } from "./model.js";

const WAIT = 400; // milliseconds without a key before the server is asked
const HELP = [
  ["不限", "-"],
  ["一个值，几个值", "\"甲\"　\"甲\", \"乙\"（引号可以不写）"],
  ["数的范围", "< 5　>= 3　[1..10]（含两端）　(1..10)（不含两端）"],
  ["除……以外", "not(\"甲\")"],
  ["没有值", "null"],
];

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
      textPage: (name) => location.pathname.replace(/tables\/[^/]+\/edit$/, `files/${name}`),
    }, this.draws, settings.duty);
    this.findings = {};
    this.fault = null;
    this.tried = {};
    this.typed = {};
    this.column = null;
    this.ask = later(() => this.check_now(), WAIT);
  }

  async open() {
    this.load(await this.files.load(this.name));
  }

  load(text) {
    this.saved = text;
    this.doc = parse(text);
    if (!this.doc) {
      show(this.place, h("p", { class: "warn" }, "文件不是正确的 XML，请到“编辑文本”更正。"));
      return;
    }
    this.first = write(this.doc, text);
    this.history = new History(this.first);
    this.tried = {};
    this.draw();
    this.check_now();
    this.bar.say("");
  }

  // the text as it is now: as it was where it says the same
  text() { return this.history.now === this.first ? this.saved : this.history.now; }

  changed() { return this.doc && this.text() !== this.saved; }

  // ── changes ──────────────────────────────────────────────────────────────────────────────────────────────────────

  // act(tables); typing: the page stays, for whoever types into it
  change(act, { typing = false, group = null, focus = null } = {}) {
    act(tablesOf(this.doc));
    this.history.push(write(this.doc, this.saved), group);
    this.tried = {};
    this.draw({ all: !typing });
    if (focus) { this.focus(focus); }
    this.ask();
  }

  travel(way) {
    if (!this.draws || !this.history[way]()) { return; }
    this.doc = parse(this.history.now);
    this.tried = {};
    this.draw();
    this.ask();
  }

  isChosen(table, place) { return Boolean(this.column) && this.column.table === table && this.column.place === place; }

  chooseColumn(table, place) {
    this.column = this.isChosen(table, place) ? null : { table, place };
    this.draw();
    if (this.column) { this.focus(`t${table}-column`); }
  }

  addColumn(table, isInput) {
    this.change((tables) => { this.column = { table, place: tables[table].addColumn(isInput) }; }, { focus: `t${table}-column-label` });
  }

  removeColumn(table, place) {
    this.column = null;
    this.change((tables) => tables[table].removeColumn(place), { focus: `t${table}-add` });
  }

  // ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────

  async save() {
    if (!this.draws || !this.changed()) { return; }
    const text = this.text();
    const now = this.history.now;
    try {
      await this.files.save(this.name, text);
    } catch (error) {
      this.bar.refused(error, this.name);
      return;
    }
    this.saved = text;
    this.first = now;
    this.draw({ all: false });
    this.bar.say("已保存");
  }

  async keepMine(name) {
    this.files.etags[name] = (await this.files.read(name)).etag;
    await this.save();
  }

  async check_now() {
    const asked = this.text();
    let said;
    try {
      said = await this.files.post(this.check, asked);
    } catch (error) {
      said = { fault: error.message, tables: [] };
    }
    if (asked !== this.text()) { return; } // typed on meanwhile: another answer is on its way
    this.fault = said.fault;
    this.findings = Object.fromEntries(said.tables.map((each) => [each.id, each.findings]));
    this.draw({ all: false });
    this.place.dispatchEvent(new CustomEvent("checked", { bubbles: true }));
  }

  async try(at) {
    const table = tablesOf(this.doc)[at];
    const typed = this.typed[table.id] || {};
    const known = (name) => this.facts.find((each) => each.name === name)?.values || [];
    const inputs = table.inputs.map(({ name }) => ({ name, value: codeOf((typed[name] || "").trim(), known(name)) }));
    try {
      this.tried[table.id] = await this.files.post(this.try_address, JSON.stringify({ text: this.text(), table: table.id, inputs }), "application/json");
    } catch (error) {
      this.tried[table.id] = { hits: [], answers: [], error: error.objections.map((each) => each.detail).join("") || error.message };
    }
    this.draw({ all: false });
  }

  // ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────

  frame() {
    this.faultPlace = h("div", { role: "status" });
    this.tablesPlace = h("div", {});
    const help = h("details", { class: "card" }, h("summary", {}, "单元格怎样填写"), h("dl", { class: "facts" }, HELP.map(([words, text]) => h("div", {}, h("dt", {}, words), h("dd", {}, h("code", {}, text))))));
    const facts = h("datalist", { id: "facts" }, this.facts.map(({ name, title }) => h("option", { value: name, label: title })));
    this.bar.element.append(this.faultPlace); // in sight wherever one types
    show(this.place, this.bar.element, this.tablesPlace, help, facts);
  }

  draw({ all = true } = {}) {
    if (!this.tablesPlace) { this.frame(); }
    this.bar.state({ changed: this.changed(), undo: this.history.past.length > 0, redo: this.history.future.length > 0 });
    const words = this.fault || "";
    if (this.faultPlace.textContent !== words) { show(this.faultPlace, words ? h("p", { class: "warn" }, words) : null); }
    const tables = tablesOf(this.doc);
    if (all) { show(this.tablesPlace, tables.length ? tables.map((each, at) => grid(each, at, this)) : h("p", { class: "empty" }, "这个文件里没有决策表。")); }
    tables.forEach((each, at) => {
      told(each, at, this);
      tried(each, at, this);
    });
  }

  focus(id) {
    const element = document.getElementById(id);
    if (element) { element.focus(); }
  }
}

const place = document.getElementById("editor");
const editor = new Editor(place);
keys({ save: () => editor.save(), undo: () => editor.travel("undo"), redo: () => editor.travel("redo") });
window.addEventListener("beforeunload", (event) => {
  if (editor.saved !== undefined && editor.changed()) { event.preventDefault(); event.returnValue = ""; }
});
editor.open().then(
  () => place.dispatchEvent(new CustomEvent("opened", { bubbles: true, detail: editor })), // for whoever wants to look at it
  (error) => show(place, h("p", { class: "warn" }, error.message)),
);
