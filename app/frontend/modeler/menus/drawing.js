// What is drawn by keyboard alone: flows, lanes, steps in a lane and events on a border, each chosen from a list.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { getMid } from "diagram-js/lib/layout/LayoutUtil";

import { kindOf, nameOf } from "../panel/names";

const GAP = 40; // between two shapes
const HEADING = 30; // of a pool or a lane
const isLabel = (each) => each.type === "label";
const isNode = (each) => !isLabel(each) && is(each, "bpmn:FlowNode");
const overlap = (a, b, gap = 0) => a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap;

export default class Drawing {
  constructor(canvas, elementRegistry, modeling, rules, selection, extensions) {
    Object.assign(this, { canvas, elementRegistry, modeling, rules, selection, extensions, roles: [] });
  }

  // ── flows

  // where a flow from `source`, or the other end of `flow`, may lead: what it does not lead to yet first
  targets(source, flow = null) {
    const linked = new Set((source.outgoing || []).map((each) => each.target));
    const type = (target) => (flow
      ? this.rules.allowed("connection.reconnect", { connection: flow, source, target })
      : this.rules.allowed("connection.create", { source, target }));
    const open = this.elementRegistry.filter((each) => isNode(each) && each !== source && (type(each) || {}).type === "bpmn:SequenceFlow");
    return open.sort((a, b) => linked.has(a) - linked.has(b) || a.y - b.y || a.x - b.x);
  }

  connect(source, target) { this.shown(this.modeling.connect(source, target)); }

  reconnect(flow, target) {
    this.modeling.reconnectEnd(flow, target, getMid(target));
    this.shown(flow);
  }

  // ── lanes

  lanes(pool) {
    const found = this.elementRegistry.filter((each) => !isLabel(each) && is(each, "bpmn:Lane") && poolOf(each) === pool
      && !each.children.some((inner) => is(inner, "bpmn:Lane")));
    return found.sort((a, b) => a.y - b.y || a.x - b.x);
  }

  // the lane in which a step is drawn
  laneOf(shape) {
    const middle = getMid(shape);
    return this.lanes(poolOf(shape)).find((each) => overlap({ ...middle, width: 0, height: 0 }, each));
  }

  // of a pool, or below a lane
  addLane(shape, role) {
    const lane = this.modeling.addLane(shape, "bottom");
    if (role) {
      this.modeling.updateProperties(lane, { name: role.name });
      this.extensions.say(lane, { role: role.key });
    }
    this.shown(lane);
  }

  toLane(shape, lane) {
    const place = this.free(lane, shape, shape.x);
    this.modeling.moveElements([shape], { x: place.x - shape.x, y: place.y - shape.y });
    this.shown(shape);
  }

  // ── shapes

  // in the chosen lane or pool, or beside what is chosen: by keyboard there is no pointer to say where
  create(shape, chosen) {
    if (is(shape, "bpmn:BoundaryEvent")) { return this.attach(shape, chosen); }
    const element = chosen && !chosen.waypoints ? chosen : null;
    const pool = element ? poolOf(element) : this.elementRegistry.find((each) => is(each, "bpmn:Participant"));
    const around = element && isNode(element) ? this.laneOf(element) || pool : element || pool;
    const parent = pool || this.canvas.getRootElement();
    const area = around && around.width ? around : { x: 0, y: 0, width: Infinity, height: 400 };
    const { x, y } = this.free(area, shape, element && isNode(element) ? element.x : this.lastIn(area));
    this.shown(this.modeling.createShape(shape, { x: x + shape.width / 2, y: y + shape.height / 2 }, parent));
    return true;
  }

  attach(shape, host) {
    if (!host || !is(host, "bpmn:Activity")) { return false; }
    const taken = (host.attachers || []).length;
    const place = { x: host.x + host.width - shape.width / 2 - taken * (shape.width + 4), y: host.y + host.height };
    this.shown(this.modeling.createShape(shape, place, host, { attach: true }));
    return true;
  }

  // behind whatever stands there
  lastIn(area) {
    const inside = this.elementRegistry.filter((each) => isNode(each) && overlap(each, area));
    return Math.max(area.x + HEADING, ...inside.map((each) => each.x + each.width)) + GAP;
  }

  // a free place in the middle of an area, from `begin` to the right
  free(area, { width, height, id }, begin) {
    const y = area.y + area.height / 2 - height / 2;
    const others = this.elementRegistry.filter((each) => isNode(each) && each.id !== id);
    let x = Math.max(begin, area.x + GAP);
    for (let found = true; found;) {
      found = others.find((each) => overlap({ x, y, width, height }, each, GAP / 2));
      if (found) { x = found.x + found.width + GAP; }
    }
    return { x, y };
  }

  shown(element) {
    this.selection.select(element);
    this.canvas.scrollToElement(element, { top: 80, bottom: 120, left: 120, right: 80 });
    this.canvas.focus();
  }

  // how a list tells an element: its name, its kind and whose lane it stands in
  entryOf(element) {
    const lane = this.laneOf(element);
    return { label: nameOf(element), description: [kindOf(element), lane && nameOf(lane)].filter(Boolean).join("，") };
  }
}
Drawing.$inject = ["canvas", "elementRegistry", "modeling", "rules", "selection", "extensions"];

export function poolOf(element) {
  let found = element;
  while (found && !is(found, "bpmn:Participant")) { found = found.parent; }
  return found || undefined;
}
