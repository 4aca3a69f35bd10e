// The field of a condition: read as it is typed, said again in words, with what may be typed at this place in a list.
import { h, newId } from "../page/dom";
import { completions, judged } from "./reading";

const SHOWN = 12;

export function conditionField({ value, facts, act, readOnly }) {
  const id = newId();
  const control = h("input", {
    id, type: "text", maxlength: 500, spellcheck: "false", autocomplete: "off", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": `${id}-list`, "aria-describedby": `${id}-said`, "data-key": "condition", disabled: readOnly,
  });
  control.value = value;
  const said = h("p", { class: "help", id: `${id}-said`, "aria-live": "polite" });
  const list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": "可填的条件", class: "completions", hidden: true });
  const field = new Completed(control, said, list, facts, act);
  field.judge();
  return h("div", { class: "row wide condition" }, h("label", { for: id }, "条件"), control, list, said);
}

class Completed {
  constructor(control, said, list, facts, act) {
    Object.assign(this, { control, said, list, facts, at: -1, offered: [] });
    control.addEventListener("input", () => { this.judge(); this.offer(); });
    control.addEventListener("click", () => this.offer());
    control.addEventListener("change", () => act(control.value));
    control.addEventListener("blur", () => this.close());
    control.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) { this.take(Number(option.dataset.at)); }
    });
  }

  judge() {
    const { words, fault, doubt } = this.control.value.trim() ? judged(this.control.value, this.facts) : { words: "" };
    const wrong = fault || doubt;
    this.control.setAttribute("aria-invalid", String(Boolean(wrong)));
    this.said.className = wrong ? "fault" : "help";
    this.said.textContent = wrong ? `错误：${wrong}` : words ? `意思是：${words}` : "没有写条件。在此输入，或按向下键从列表中选。";
  }

  offer() {
    this.offered = completions(this.control.value, this.control.selectionStart, this.facts).slice(0, SHOWN);
    const same = this.offered.length === 1 && this.offered[0].text === this.control.value;
    if (!this.offered.length || same) { this.close(); return; }
    this.at = -1;
    this.list.replaceChildren(...this.offered.map((each, at) => h("li", { role: "option", id: `${this.list.id}-${at}`, "data-at": at },
      h("span", {}, each.words), h("code", {}, each.text))));
    this.list.hidden = false;
    this.control.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.control.setAttribute("aria-expanded", "false");
    this.control.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) { this.offer(); }
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      if (open && this.at >= 0) { this.take(this.at); } else { this.say(); }
    } else if (event.key === "Escape" && open) {
      this.close();
      event.stopPropagation();
    } else { return; }
    event.preventDefault();
  }

  move(step) {
    if (this.list.hidden) { return; }
    this.at = (this.at + step + this.offered.length) % this.offered.length;
    [...this.list.children].forEach((each, at) => each.setAttribute("aria-selected", String(at === this.at)));
    this.control.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    this.list.children[this.at].scrollIntoView({ block: "nearest" });
  }

  take(at) {
    const { text, from } = this.offered[at];
    const { value, selectionStart } = this.control;
    this.control.value = value.slice(0, from) + text + value.slice(selectionStart);
    const caret = from + text.length;
    this.control.focus();
    this.control.setSelectionRange(caret, caret);
    this.close();
    this.judge();
    this.say();
  }

  // as if the field were left
  say() { this.control.dispatchEvent(new Event("change")); }
}
