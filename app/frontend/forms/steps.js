// 各环节: in which forms of the process a field is asked, and whether it must be filled in there. A step asks what
// stands in its form and nothing else, so this is who may write what.
import { h } from "../drafts/dom.js";
import * as model from "./model.js";

const STATES = [["none", "不填写"], ["may", "选填"], ["must", "必填"]];

// the forms of the steps, each once, with the names of the steps that use it
export function formsOf(steps, names) {
  const forms = new Map();
  steps.filter((each) => names.includes(each.form)).forEach((each) => forms.set(each.form, [...(forms.get(each.form) || []), each.name]));
  return [...forms].map(([form, used]) => ({ form, used }));
}

export function stateOf(doc, name) {
  if (!model.isForm(doc) || !model.exists(doc, [name])) { return "none"; }
  return model.isRequired(doc, [name]) ? "must" : "may";
}

// makes a form ask a field or not; `part` is what it asks where it did not before
export function setState(doc, name, state, part) {
  if (state === "none") {
    if (model.exists(doc, [name])) { model.remove(doc, [name]); }
    return;
  }
  if (!model.exists(doc, [name])) { model.add(doc, [], null, name, JSON.parse(JSON.stringify(part))); }
  model.setRequired(doc, [name], state === "must");
}

export function table(editor, forms) {
  const fields = Object.entries(editor.doc.properties);
  const head = h("tr", {}, h("th", { scope: "col" }, "字段"), forms.map(({ form, used }) => h("th", { scope: "col" }, used.join("、"), h("span", { class: "kind" }, form === editor.name ? "本表单" : form))));
  const cell = (name, part, { form, used }) => {
    const doc = editor.docs[form];
    if (!doc || !model.isForm(doc)) { return h("td", {}, "不能编辑"); }
    const state = stateOf(doc, name);
    if (!editor.draws) { return h("td", {}, STATES.find(([each]) => each === state)[1]); }
    return h("td", {}, h("select", {
      id: `step-${form}-${name}`,
      "aria-label": `${part.title || name}：${used.join("、")}`,
      onchange: (event) => editor.changeOther(form, (next) => setState(next, name, event.target.value, part), `step-${form}-${name}`),
    }, STATES.map(([each, words]) => h("option", { value: each, selected: each === state }, words))));
  };
  return [
    h("p", { class: "help" }, "每个环节只填写自己表单中的字段；申请表的内容和标明“办理后在办件中显示”的内容，各环节都能看到。在这里可以让一个字段也在其他环节填写，或者不再填写；保存时各表单一并保存。"),
    fields.length ? h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": "各环节填写的字段" },
      h("table", { class: "list" }, h("caption", { class: "hidden" }, "各环节填写的字段"), h("thead", {}, head), h("tbody", {}, fields.map(([name, part]) => h("tr", {}, h("th", { scope: "row" }, part.title || name), forms.map((each) => cell(name, part, each)))))),
    ) : h("p", { class: "empty" }, "这张表单还没有字段。"),
  ];
}
