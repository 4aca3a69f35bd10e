// The menus: what an element may become, and what is appended or created. Each is searched by typing, moved through
// by arrows, and closed by Escape.
import { CREATED, FURTHER, NOT_RUN } from "./options";

export class OwnMenus {
  constructor(popupMenu, newElements, autoPlace, create, mouse, canvas) {
    Object.assign(this, { popupMenu, newElements, autoPlace, create, mouse, canvas });
    popupMenu.registerProvider("bpmn-replace", 500, {
      getPopupMenuEntries: () => (entries) => runnable(entries),
    });
    popupMenu.registerProvider("own-append", { getPopupMenuEntries: (element) => this.entries(FURTHER, element) });
    popupMenu.registerProvider("own-create", { getPopupMenuEntries: () => this.entries(CREATED) });
  }

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

  act(event, shape, source) {
    this.popupMenu.close();
    if (source) { this.autoPlace.append(source, shape); return; }
    const started = event instanceof KeyboardEvent ? this.mouse.getLastMoveEvent() : event;
    this.create.start(started, shape);
  }
}
OwnMenus.$inject = ["popupMenu", "newElements", "autoPlace", "create", "mouse", "canvas"];

function runnable(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !NOT_RUN.test(name)));
}

export default { __init__: ["ownMenus"], ownMenus: ["type", OwnMenus] };
