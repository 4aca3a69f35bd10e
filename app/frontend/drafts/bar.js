// The bar over an editor: save, undo, redo, what has been said last; and what to do about another's edit.
import { h, show } from "./dom.js";
import { signInLink } from "./session.js";

export class Bar {
  // acts: save(), undo(), redo(), takeTheirs(), keepMine(); draws: whether this person may change anything
  constructor(acts, draws, duty) {
    this.acts = acts;
    this.draws = draws;
    this.saveButton = h("button", { type: "button", class: "primary", onclick: acts.save }, "保存");
    this.undoButton = h("button", { type: "button", onclick: acts.undo }, "撤销");
    this.redoButton = h("button", { type: "button", onclick: acts.redo }, "重做");
    this.said = h("p", { class: "said", role: "status" });
    this.place = h("div", { class: "notes" });
    this.element = h(
      "div",
      { class: "bar-of-editor" },
      draws
        ? h("div", { class: "actions" }, this.saveButton, this.undoButton, this.redoButton, this.said)
        : h("p", { class: "warn" }, `您以${duty}的岗位查看，不能修改。`),
      this.place,
    );
  }

  state({ changed, undo, redo }) {
    this.saveButton.disabled = !changed;
    this.undoButton.disabled = !undo;
    this.redoButton.disabled = !redo;
    if (changed && !this.wasChanged) { this.said.textContent = "有未保存的修改"; }
    if (!changed && this.wasChanged) { this.said.textContent = ""; }
    this.wasChanged = changed;
  }

  say(text) {
    this.said.textContent = text;
    show(this.place);
  }

  refused(error, name) {
    this.said.textContent = "没有保存";
    const lines = error.objections.length ? error.objections.map((each) => each.detail) : [error.message];
    const acts = error.status === 412
      ? h(
        "p",
        { class: "actions" },
        h("a", { class: "button", href: this.acts.textPage(name), target: "_blank" }, "查看对方的内容（新窗口）"),
        h("button", { type: "button", onclick: () => this.acts.takeTheirs(name) }, "放弃我的修改，载入对方的"),
        h("button", { type: "button", onclick: () => this.acts.keepMine(name) }, "以我的为准保存"),
      )
      : error.status === 401 ? h("p", { class: "actions" }, signInLink()) : null;
    const box = h("div", { class: "errors", role: "alert", tabindex: "-1" }, h("h2", {}, "没有保存"), h("ul", {}, lines.map((each) => h("li", {}, each))), acts);
    show(this.place, box);
    box.focus();
  }
}

// Ctrl+S saves, Ctrl+Z undoes but for what a field of text undoes itself while it is typed into.
export function keys(acts) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) { return; }
    const key = event.key.toLowerCase();
    if (key === "s") {
      event.preventDefault();
      acts.save();
    } else if ((key === "z" || key === "y") && !event.target.matches("input, textarea")) {
      event.preventDefault();
      (key === "y" || event.shiftKey ? acts.redo : acts.undo)();
    }
  });
}
