// The menus: what an element may become, what is appended, created or connected, and in which lane it stands. Each is
// searched by typing, moved through by arrows, and closed by Escape.
import { openDialog } from "../page/dialog";
import { h } from "../page/dom";
import Drawing, { poolOf } from "./drawing";
import { CREATED, FURTHER, NOT_RUN } from "./options";
import { NamedSearch } from "./search";

export class OwnMenus {
  constructor(popupMenu, newElements, autoPlace, create, canvas, drawing, selection) {
    Object.assign(this, { popupMenu, newElements, autoPlace, create, canvas, drawing, selection });
    popupMenu.registerProvider("bpmn-replace", 500, {
      getPopupMenuEntries: () => (entries) => runnable(entries),
    });
    const offer = (menu, entries) => popupMenu.registerProvider(menu, { getPopupMenuEntries: entries });
    canvas.getContainer().addEventListener("input", searched);
    offer("own-append", (element) => this.entries(FURTHER, element));
    offer("own-create", () => this.entries(CREATED));
    offer("own-connect", (source) => this.elements(drawing.targets(source), (target) => drawing.connect(source, target)));
    offer("own-reconnect", (flow) => this.elements(drawing.targets(flow.source, flow).filter((each) => each !== flow.target),
      (target) => drawing.reconnect(flow, target)));
    offer("own-lane", (shape) => this.elements(this.otherLanes(shape), (lane) => drawing.toLane(shape, lane)));
    offer("own-add-lane", (shape) => this.roles((role) => drawing.addLane(shape, role)));
  }

  otherLanes(shape) { return this.drawing.lanes(poolOf(shape)).filter((each) => each !== this.drawing.laneOf(shape)); }

  // a menu beside the selected element, or in the middle of what is seen: by keyboard there is no pointer
  open(menu, title, element = {}) {
    const box = this.canvas.getContainer().getBoundingClientRect();
    const position = { x: box.left + box.width / 2 - 150, y: box.top + 60, cursor: { x: box.left, y: box.top } };
    this.popupMenu.open(element, menu, position, { title, width: 300, search: true });
  }

  entries(options, source = null) {
    return Object.fromEntries(options.map(([type, label, className, more], place) => [`${type}-${place}`, {
      label,
      className,
      action: (event) => this.act(event, this.newElements.create(type, more), source),
    }]));
  }

  elements(some, act) {
    return Object.fromEntries(some.map((each) => [each.id, { ...this.drawing.entryOf(each), action: () => this.done(() => act(each)) }]));
  }

  roles(act) {
    const entries = this.drawing.roles.map((role) => [role.key, { label: role.name, action: () => this.done(() => act(role)) }]);
    return Object.fromEntries([...entries, ["none", { label: "先不写明办理机构", action: () => this.done(() => act(null)) }]]);
  }

  done(act) {
    this.popupMenu.close();
    act();
  }

  act(event, shape, source) {
    this.popupMenu.close();
    if (source) { this.autoPlace.append(source, shape); this.canvas.focus(); return; }
    if (!(event instanceof KeyboardEvent)) { this.create.start(event, shape); return; }
    const chosen = this.selection.get();
    if (!this.drawing.create(shape, chosen.length === 1 ? chosen[0] : null)) {
      openDialog("没有添加", h("p", {}, "边界事件加在环节的边框上：请先选取一个环节。"));
    }
  }
}
OwnMenus.$inject = ["popupMenu", "newElements", "autoPlace", "create", "canvas", "drawing", "selection"];

// the library searches at a key that is let go: what comes from a list of an input method, or is pasted, has none
function searched({ target }) {
  if (target.closest(".djs-popup-search, .djs-search-input")) { target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true })); }
}

function runnable(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !NOT_RUN.test(name)));
}

export default { __init__: ["ownMenus"], ownMenus: ["type", OwnMenus], bpmnSearch: ["type", NamedSearch], drawing: ["type", Drawing] };
