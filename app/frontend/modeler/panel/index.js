// The panel: what the selected element says, in the words of whoever draws, each setting a field. It is drawn anew
// after every change; the field in which somebody is stays the one.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

import { button, h } from "../page/dom";
import { GROUPS } from "./groups";
import { kindOf, nameOf } from "./names";

export class Panel {
  constructor(place, { editor, vocabulary, readOnly, server, name, files }) {
    Object.assign(this, { place, editor, vocabulary, readOnly, server, name, files });
    this.get = (service) => editor.get(service, false);
    const bus = editor.get("eventBus");
    bus.on(["selection.changed", "commandStack.changed", "import.done", "root.set"], () => this.refresh());
    ["focusin", "change"].forEach((each) => place.addEventListener(each, ({ target }) => { this.said = target.value; }, true));
    place.addEventListener("focusout", () => { if (this.due) { this.refresh(); } });
    this.pressed = false;
    window.addEventListener("pointerdown", () => { this.pressed = true; }, true);
    ["pointerup", "pointercancel"].forEach((each) => window.addEventListener(each, () => {
      this.pressed = false;
      if (this.due) { this.refresh(); }
    }, true));
  }

  // what is selected: one element; the process where none is, or several are
  get element() {
    const chosen = this.editor.get("selection").get();
    return chosen.length === 1 ? (chosen[0].labelTarget || chosen[0]) : this.editor.get("canvas").getRootElement();
  }

  // soon: between pressing and letting go of a button what lies under the pointer must stay
  refresh() {
    this.due = true;
    if (this.pressed || this.timer) { return; }
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.pressed) { this.draw(); }
    }, 0);
  }

  draw() {
    const { element } = this;
    const here = document.activeElement;
    if (this.place.contains(here) && here.matches("input[type=text], textarea") && here.value !== this.said) {
      // half a word: it stays until it is said, and is said of the element that was shown
      if (this.shown === element.id) { return; }
      here.dispatchEvent(new Event("change"));
    }
    this.due = false;
    const several = this.editor.get("selection").get().length;
    const kept = this.place.contains(here) ? { key: here.dataset.key, at: [here.selectionStart, here.selectionEnd], top: this.place.scrollTop } : null;
    const same = this.shown === element.id;
    this.shown = element.id;
    this.place.dataset.of = element.id;
    this.place.replaceChildren(this.heading(element, several), ...this.groups(element));
    if (this.readOnly) { this.place.querySelectorAll("input, select, textarea").forEach((each) => { each.disabled = true; }); }
    if (kept) { this.restore(kept, same); }
  }

  restore({ key, at, top }, same) {
    if (same) { this.place.scrollTop = top; }
    const field = key && [...this.place.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key);
    if (!field) { this.place.focus(); return; }
    field.focus({ preventScroll: true });
    if (typeof at[0] === "number" && field.setSelectionRange) { field.setSelectionRange(...at); }
  }

  heading(element, several) {
    const step = (direction) => button(direction < 0 ? "‹" : "›", () => this.move(direction), {
      class: "plain step", "aria-label": direction < 0 ? "上一个元素" : "下一个元素", "data-key": `step ${direction}`,
    });
    return h("div", { class: "heading" },
      h("div", {}, h("p", { class: "kind" }, several > 1 ? `已选 ${several} 个元素` : kindOf(element)),
        h("h2", { id: "panel-title" }, several > 1 ? "流程" : nameOf(element))),
      h("div", { class: "steps" }, step(-1), step(1)));
  }

  groups(element) {
    const said = getBusinessObject(element);
    const context = new Context(this, element, said);
    return GROUPS.filter(({ of }) => of(said, context)).flatMap(({ draw }) => draw(context)).filter(Boolean);
  }

  // the next element in the order in which the diagram is read, for whoever has no pointer
  move(direction) {
    const selection = this.editor.get("selection");
    const shown = this.editor.get("elementRegistry").filter((each) => (
      each.type !== "label" && each.parent && !is(each, "bpmn:Association") && each.businessObject && !each.hidden));
    const place = (each) => (each.waypoints ? each.waypoints[0] : each);
    shown.sort((a, b) => place(a).y - place(b).y || place(a).x - place(b).x);
    const at = shown.indexOf(this.element);
    const next = shown[(at + direction + shown.length) % shown.length] || shown[0];
    selection.select(next);
    this.editor.get("canvas").scrollToElement(next, { top: 80, bottom: 120, left: 120, right: 80 });
  }
}

// what a group of fields is drawn of, and how it changes the diagram
export class Context {
  constructor(panel, element, said) {
    Object.assign(this, { panel, element, said });
    this.vocabulary = panel.vocabulary;
    this.readOnly = panel.readOnly;
  }

  get(service) { return this.panel.editor.get(service); }

  get definitions() { return this.panel.editor.getDefinitions(); }

  // the process that a participant shows, or that stands alone
  get process() {
    if (is(this.said, "bpmn:Participant")) { return this.said.processRef; }
    if (is(this.said, "bpmn:Collaboration")) {
      return this.said.participants.map((each) => each.processRef).find((each) => each && each.isExecutable);
    }
    return is(this.said, "bpmn:Process") ? this.said : null;
  }

  update(properties) { this.get("modeling").updateProperties(this.element, properties); }

  updateModdle(moddleElement, properties) {
    this.get("modeling").updateModdleProperties(this.element, moddleElement, properties);
  }

  say(changes, moddleElement = this.said) { this.get("extensions").say(this.element, changes, moddleElement); }

  select(id) {
    const element = this.get("elementRegistry").get(id);
    if (!element) { return; }
    this.get("selection").select(element);
    this.get("canvas").scrollToElement(element, { top: 80, bottom: 120, left: 120, right: 80 });
  }
}
