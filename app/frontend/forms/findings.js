// What the server found in the form: how much, and each where it leads to.
import { h, show } from "../drafts/dom.js";
import * as model from "./model.js";

export function drawFindings(place, editor) {
  const { findings } = editor;
  const key = JSON.stringify(findings);
  if (place.dataset.shown === key) { return; }
  place.dataset.shown = key;
  show(
    place,
    h("p", { class: findings.length ? "tag red" : "tag green" }, findings.length ? `有 ${findings.length} 个问题，不能发布` : "没有问题"),
    findings.length ? h("ul", {}, findings.map((each) => h("li", {}, leads(each, editor) ? h("button", { type: "button", class: "plain link", onclick: () => editor.go(each) }, each.message) : each.message))) : null,
  );
}

function leads({ field }, editor) {
  if (field === null || editor.source !== null || !editor.designed) { return false; }
  return editor.list() ? editor.doc[Number(field)] !== undefined : model.isForm(editor.doc) && model.exists(editor.doc, field.split("."));
}
