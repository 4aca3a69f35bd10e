// What is shown of the designer: tabs, what the server found, the fields beside the settings of one of them, the steps,
// the source, and the page as the official will see it.
import { h, show } from "../drafts/dom.js";
import { LISTS } from "./entries.js";
import { drawFindings } from "./findings.js";
import { list } from "./list.js";
import * as model from "./model.js";
import { panel } from "./panel.js";
import { table } from "./steps.js";
import { drawTabs } from "./tabs.js";

export class Page {
  constructor(place, editor) {
    Object.assign(this, { place, editor });
    this.kind = "text"; // of the field that is added next
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "编辑方式" });
    this.findings = h("div", { class: "findings", role: "status" });
    this.list = h("div", { class: "list-place" });
    this.panel = h("section", { class: "card panel", "aria-labelledby": "panel-title", tabindex: "-1" });
    this.design = h("div", { class: "design" }, this.list, this.panel);
    this.steps = h("div", {});
    this.sections = h("datalist", { id: "sections" });
    this.pane = h("div", { id: "pane", role: "tabpanel", "aria-labelledby": "tab-design", tabindex: "-1" });
    this.source = this.sourcePlace();
    this.preview = this.previewPlace();
    this.body = h("div", { class: "with-preview" }, this.pane, this.preview);
    show(place, editor.bar.element, this.tabs, this.findings, this.body, this.sections);
  }

  sourcePlace() {
    this.sourceField = h("textarea", { id: "source", class: "source", rows: 26, spellcheck: "false", readonly: !this.editor.draws, oninput: () => this.editor.typed(this.sourceField.value) });
    return h("div", { class: "field whole" }, h("label", { for: "source" }, "表单的源文本"), h("p", { class: "help" }, "按 JSON 书写；改正确以后，设计页随之改变。"), this.sourceField);
  }

  previewPlace() {
    this.frame = h("iframe", { title: "表单预览", sandbox: "allow-same-origin allow-scripts", class: "page" });
    this.old = h("p", { class: "warn", hidden: true }, "表单有问题，下面是更正前的样子。");
    return h("section", { class: "preview-place", "aria-labelledby": "preview-title" }, h("h2", { id: "preview-title" }, "预览"), this.old, this.frame);
  }

  // all: the settings too, into which somebody may be typing
  draw(all) {
    const { editor } = this;
    drawTabs(this.tabs, editor);
    drawFindings(this.findings, editor);
    editor.bar.state({ changed: editor.changed().length > 0, undo: editor.history.past.length > 0, redo: editor.history.future.length > 0 });
    const shown = { design: this.design, steps: this.steps, source: this.source }[editor.tab];
    if (editor.tab === "design") { this.drawDesign(all); }
    else if (editor.tab === "steps") { show(this.steps, table(editor, editor.forms)); }
    else if (document.activeElement !== this.sourceField) { this.sourceField.value = editor.text(); }
    if (!this.pane.contains(shown)) { this.pane.replaceChildren(shown); }
    this.preview.hidden = editor.tab === "steps";
    this.body.classList.toggle("alone", editor.tab === "steps");
  }

  drawDesign(all) {
    const { editor } = this;
    show(this.list, this.adding(), list(editor));
    if (all) { show(this.panel, panel(editor.at, editor)); }
    const used = Array.isArray(editor.doc) ? [] : [...new Set(Object.values(editor.doc.properties).map((each) => each && each["x-section"]).filter(Boolean))];
    show(this.sections, used.map((each) => h("option", { value: each })));
  }

  adding() {
    const { editor } = this;
    if (!editor.draws) { return null; }
    if (editor.list()) { return h("p", { class: "actions" }, h("button", { type: "button", id: "add", onclick: () => editor.add() }, `添加${LISTS[editor.name].one}`)); }
    const kind = h("select", { id: "add-kind", "aria-label": "字段种类", onchange: (event) => { this.kind = event.target.value; } }, Object.entries(model.KINDS).map(([each, words]) => h("option", { value: each, selected: each === this.kind }, words)));
    return h("p", { class: "actions" }, kind, h("button", { type: "button", id: "add", onclick: () => editor.add(kind.value) }, "添加字段"), editor.offersChild()
      ? h("button", { type: "button", id: "add-child", title: "办件提出时从本校学生中选取", onclick: () => editor.addChild() }, "添加办理对象（学生）")
      : null);
  }

  // html: as the official will see it; isOld: as it was before something was wrong
  drawPreview(html, isOld) {
    this.old.hidden = !isOld || !html;
    if (!html || this.shown === html) { return; }
    const view = this.frame.contentWindow;
    const top = view ? view.scrollY : 0;
    this.shown = html;
    this.frame.onload = () => { this.frame.contentWindow.scrollTo(0, top); };
    this.frame.srcdoc = html;
  }

  get chosen() { return this.place.querySelector(".fields [aria-current]"); }
}

export function focus(id) {
  const element = document.getElementById(id);
  if (element) { element.focus(); }
}
