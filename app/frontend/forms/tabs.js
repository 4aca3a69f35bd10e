// The ways to edit a form, as tabs: those that this form has.
import { h, show } from "../drafts/dom.js";

const TABS = [["design", "设计"], ["steps", "各环节"], ["source", "源文本（JSON）"]];

export function drawTabs(place, editor) {
  const { designed, forms, name } = editor;
  const off = { design: !designed, steps: !designed || editor.list() || forms.length < 2 || !forms.some((each) => each.form === name) };
  const shown = TABS.filter(([key]) => !off[key]);
  show(place, shown.map(([key, words], at) => h("button", {
    type: "button",
    role: "tab",
    id: `tab-${key}`,
    "aria-selected": String(key === editor.tab),
    "aria-controls": "pane",
    tabindex: key === editor.tab ? "0" : "-1",
    onclick: () => editor.turnTo(key),
    onkeydown: (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) { editor.turnTo(shown[(at + by + shown.length) % shown.length][0]); }
    },
  }, words)));
}
