// A file that says what a process is and nothing of how it is drawn: it is laid out in columns, from the start to the
// right, a band for each lane. Whoever draws moves things from there; what cannot be placed stays in the file undrawn.
import { columnsOf } from "../layout/columns";

const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const DI = "http://www.omg.org/spec/BPMN/20100524/DI";
const DC = "http://www.omg.org/spec/DD/20100524/DC";
const DD = "http://www.omg.org/spec/DD/20100524/DI";
const COLUMN = 170;
const ROW = 120;
const LEFT = 200;
const GAP = 60; // between two pools
const SIZES = [[/Event$/, 36, 36], [/Gateway$/, 50, 50], [/./, 100, 80]];
const NODE = /(Event|Gateway|[tT]ask|[sS]ubProcess|callActivity|transaction)$/;

const all = (element, name) => [...element.getElementsByTagNameNS(BPMN, name)];
const own = (element) => [...element.children].filter((each) => each.namespaceURI === BPMN);

export function drawn(xml) {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  const root = file.documentElement;
  if (root.getElementsByTagNameNS(DI, "BPMNPlane").length || root.localName !== "definitions" || !all(root, "process").length) { return xml; }
  new Drawing(file, root).draw();
  return new XMLSerializer().serializeToString(file);
}

class Drawing {
  constructor(file, root) { Object.assign(this, { file, root, boxes: new Map() }); }

  element(space, name, attributes, parent) {
    const created = this.file.createElementNS(space, name);
    Object.entries(attributes).forEach(([key, value]) => created.setAttribute(key, value));
    parent.append(created);
    return created;
  }

  draw() {
    const collaboration = all(this.root, "collaboration")[0];
    const processes = all(this.root, "process");
    const diagram = this.element(DI, "bpmndi:BPMNDiagram", {}, this.root);
    this.plane = this.element(DI, "bpmndi:BPMNPlane", { bpmnElement: (collaboration || processes[0]).getAttribute("id") }, diagram);
    let top = 80;
    (collaboration ? processes : processes.slice(0, 1)).forEach((process) => { top = this.process(process, collaboration, top) + GAP; });
    if (collaboration) { all(collaboration, "messageFlow").forEach((flow) => this.edge(flow)); }
  }

  // draws a process below `top`, and gives where it ends
  process(process, collaboration, top) {
    const nodes = own(process).filter((each) => NODE.test(each.localName) && each.localName !== "boundaryEvent");
    const columns = columnsIn(nodes, all(process, "sequenceFlow"), all(process, "boundaryEvent"));
    const lanes = all(process, "lane").filter((lane) => !all(lane, "lane").length);
    const laneOf = (node) => lanes.find((lane) => all(lane, "flowNodeRef").some((each) => each.textContent.trim() === node.getAttribute("id")));
    const width = LEFT + (Math.max(0, ...columns.values()) + 1) * COLUMN - 100;
    const pool = collaboration && all(collaboration, "participant").find((each) => each.getAttribute("processRef") === process.getAttribute("id"));
    const bands = [...lanes, undefined].map((lane) => nodes.filter((node) => laneOf(node) === lane));
    const inside = [];
    let y = top;
    bands.forEach((some, place) => {
      const counts = new Map();
      some.forEach((node) => {
        const column = columns.get(node);
        const row = counts.get(column) || 0;
        counts.set(column, row + 1);
        inside.push([node, LEFT + column * COLUMN, y + row * ROW + ROW / 2]);
      });
      const height = ROW * Math.max(place < lanes.length ? 1 : 0, ...counts.values());
      if (place < lanes.length && pool) { this.shape(lanes[place], 130, y, width - 30, height, { isHorizontal: "true" }); }
      y += height;
    });
    if (pool) { this.shape(pool, 100, top, width, Math.max(y - top, ROW), { isHorizontal: "true" }); }
    inside.forEach(([node, x, middle]) => this.node(node, x, middle));
    all(process, "boundaryEvent").forEach((event) => this.border(event));
    own(process).filter((each) => each.localName === "sequenceFlow").forEach((flow) => this.edge(flow));
    return Math.max(y, top + ROW);
  }

  shape(element, x, y, width, height, more = {}) {
    const id = element.getAttribute("id");
    this.boxes.set(id, { x, y, width, height });
    const shape = this.element(DI, "bpmndi:BPMNShape", { bpmnElement: id, ...more }, this.plane);
    this.element(DC, "dc:Bounds", { x, y, width, height }, shape);
  }

  node(node, x, middle) {
    const [, width, height] = SIZES.find(([name]) => name.test(node.localName));
    this.shape(node, x + (100 - width) / 2, middle - height / 2, width, height);
  }

  border(event) {
    const host = this.boxes.get(event.getAttribute("attachedToRef"));
    if (host) { this.shape(event, host.x + 12, host.y + host.height - 18, 36, 36); }
  }

  edge(flow) {
    const from = this.boxes.get(flow.getAttribute("sourceRef"));
    const to = this.boxes.get(flow.getAttribute("targetRef"));
    if (!from || !to) { return; }
    const edge = this.element(DI, "bpmndi:BPMNEdge", { bpmnElement: flow.getAttribute("id") }, this.plane);
    waypoints(from, to).forEach(([x, y]) => this.element(DD, "di:waypoint", { x, y }, edge));
  }
}

// to the right where it leads on, below everything between where it leads back
function waypoints(from, to) {
  const [a, b] = [from.y + from.height / 2, to.y + to.height / 2];
  const [start, end] = [from.x + from.width, to.x];
  if (end >= start) {
    const half = (start + end) / 2;
    return a === b ? [[start, a], [end, b]] : [[start, a], [half, a], [half, b], [end, b]];
  }
  const below = Math.max(from.y + from.height, to.y + to.height) + 16;
  const [under, over] = [from.x + from.width / 2, to.x + to.width / 2];
  return [[under, from.y + from.height], [under, below], [over, below], [over, to.y + to.height]];
}

// what leaves a border leaves its activity
function columnsIn(nodes, flows, borders) {
  const byId = new Map(nodes.map((node) => [node.getAttribute("id"), node]));
  borders.forEach((event) => byId.set(event.getAttribute("id"), byId.get(event.getAttribute("attachedToRef"))));
  const pairs = flows.map((flow) => ["sourceRef", "targetRef"].map((name) => byId.get(flow.getAttribute(name))));
  return columnsOf(nodes, pairs, nodes.filter((node) => node.localName === "startEvent"));
}
