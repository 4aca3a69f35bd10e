// Beside a selected element: append what an official's process needs, with the settings that such an element begins
// with; the library's own entries stand where they do the same.
const APPENDED = [
  ["append.append-task", "bpmn:UserTask", "bpmn-icon-user-task", "接办理环节"],
  ["append.verb", "bpmn:ServiceTask", "bpmn-icon-service-task", "接自动环节"],
  ["append.gateway", "bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor", "接分支（排他网关）"],
  ["append.end-event", "bpmn:EndEvent", "bpmn-icon-end-event-none", "接结束事件"],
];
const NOT_OFFERED = ["append.intermediate-event", "append.timer-intermediate-event", "append.condition-intermediate-event",
  "append.compensation-activity"];

export class OwnContextPad {
  constructor(contextPad, newElements, autoPlace, create, popupMenu) {
    Object.assign(this, { contextPad, newElements, autoPlace, create, popupMenu });
    contextPad.registerProvider(500, this);
  }

  getContextPadEntries(element) {
    return (entries) => {
      NOT_OFFERED.forEach((name) => delete entries[name]);
      if (!entries["append.append-task"]) { return entries; }
      const own = Object.fromEntries(APPENDED.map(([name, ...how]) => [name, this.append(...how)]));
      own["append.more"] = this.more(element);
      return { ...own, ...Object.fromEntries(Object.entries(entries).filter(([name]) => !own[name])) };
    };
  }

  append(type, className, title) {
    return {
      group: "model",
      className,
      title,
      action: {
        click: (_event, element) => this.autoPlace.append(element, this.newElements.create(type)),
        dragstart: (event, element) => this.create.start(event, this.newElements.create(type), { source: element }),
      },
    };
  }

  more(element) {
    const open = (event) => {
      const box = event.target.closest(".djs-context-pad").getBoundingClientRect();
      const position = { x: box.left, y: box.bottom + 5, cursor: { x: event.x, y: event.y } };
      this.popupMenu.open(element, "own-append", position, { title: "接其他元素", width: 300, search: true });
    };
    return { group: "model", className: "entry-more", title: "接其他元素（A）", action: { click: open } };
  }
}
OwnContextPad.$inject = ["contextPad", "newElements", "autoPlace", "create", "popupMenu"];

export default { __init__: ["ownContextPad"], ownContextPad: ["type", OwnContextPad] };
