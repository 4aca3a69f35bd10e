// The palette: what an official's process is drawn of, each with its word under its sign.
const ENTRIES = [
  ["hand", "bpmn-icon-hand-tool", "拖动", "拖动画布（H）"],
  ["lasso", "bpmn-icon-lasso-tool", "框选", "框选多个元素（L）"],
  ["space", "bpmn-icon-space-tool", "腾位", "腾出或收回空间（S）"],
  ["connect", "bpmn-icon-connection-multi", "连线", "从一个元素连到另一个（C）"],
  null,
  ["bpmn:StartEvent", "bpmn-icon-start-event-none", "开始", "开始事件：一个流程一个"],
  ["bpmn:UserTask", "bpmn-icon-user-task", "办理环节", "办理环节：由泳道的机构办理"],
  ["bpmn:ServiceTask", "bpmn-icon-service-task", "自动环节", "自动环节：由平台执行一项操作"],
  ["bpmn:ExclusiveGateway", "bpmn-icon-gateway-xor", "分支", "排他网关：按条件走其中一条"],
  ["bpmn:ParallelGateway", "bpmn-icon-gateway-parallel", "并行", "并行网关：几条同时走，再汇合"],
  ["bpmn:EndEvent", "bpmn-icon-end-event-none", "结束", "结束事件"],
  ["bpmn:Participant", "bpmn-icon-participant", "泳池", "泳池：一个流程一个，里面分泳道"],
  ["more", "entry-more", "更多", "其他元素（N）"],
];

export class OwnPalette {
  constructor(palette, create, elementFactory, newElements, handTool, lassoTool, spaceTool, globalConnect, popupMenu) {
    Object.assign(this, {
      create, elementFactory, newElements, popupMenu,
      tools: { hand: handTool, lasso: lassoTool, space: spaceTool, connect: globalConnect },
    });
    this.dock(palette);
    palette.registerProvider(500, this);
  }

  // beside the diagram and never over it, always in one column: the view stays where it is when the room changes
  dock(palette) {
    this.place = document.createElement("div");
    this.place.className = "palette-dock";
    this.place.setAttribute("role", "toolbar");
    this.place.setAttribute("aria-label", "画图元素");
    palette._getParentContainer = () => this.place;
    palette._needsCollapse = () => false;
  }

  // takes the place of what the library offers
  getPaletteEntries() {
    return () => Object.fromEntries(ENTRIES.map((entry, place) => (
      entry ? [entry[0], this.entry(...entry)] : [`line-${place}`, { group: "tools", separator: true }]
    )));
  }

  entry(key, icon, word, title) {
    const html = `<button type="button" class="entry" draggable="true"><span class="entry-word">${word}</span></button>`;
    return { group: "tools", className: icon, title, html, action: this.action(key) };
  }

  action(key) {
    if (this.tools[key]) { return { click: (event) => this.start(this.tools[key], event) }; }
    if (key === "more") { return { click: (event) => this.more(event) }; }
    const begin = (event) => this.create.start(event, this.shape(key));
    return { click: begin, dragstart: begin };
  }

  start(tool, event) {
    if (tool.activateHand) { tool.activateHand(event); }
    else if (tool.activateSelection) { tool.activateSelection(event); }
    else { tool.start(event); }
  }

  shape(type) {
    return type === "bpmn:Participant" ? this.elementFactory.createParticipantShape() : this.newElements.create(type);
  }

  more(event) {
    const box = event.target.closest(".entry").getBoundingClientRect();
    const position = { x: box.right + 8, y: box.top - 200, cursor: { x: event.x, y: event.y } };
    this.popupMenu.open({}, "own-create", position, { title: "添加元素", width: 300, search: true });
  }
}
OwnPalette.$inject = [
  "palette", "create", "elementFactory", "newElements", "handTool", "lassoTool", "spaceTool", "globalConnect", "popupMenu",
];

export default { __init__: ["ownPalette"], ownPalette: ["type", OwnPalette] };
