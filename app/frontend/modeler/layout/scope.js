// What lies within a pool, an expanded sub-process or a process without a pool, with what lies within its sub-processes.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";
import { isExpanded } from "bpmn-js/lib/util/DiUtil";

import { Grid } from "./grid";
import { plain, routed } from "./routes";

const HEADING = 30; // of a pool or a lane
const AROUND = 30; // within a pool or a sub-process
const WIDEST_WORDS = 110;

const isLabel = (each) => each.type === "label";
const isNode = (each) => !isLabel(each) && is(each, "bpmn:FlowNode") && !is(each, "bpmn:BoundaryEvent");
const isOpen = (each) => is(each, "bpmn:SubProcess") && isExpanded(each) && each.children.some(isNode);

export class Scope {
  constructor(shape) {
    this.shape = shape;
    this.lanes = lanesIn(shape);
    this.leaves = this.lanes.filter((each) => !each.inner.length);
    this.nodes = shape.children.filter(isNode).map((each) => this.node(each));
    this.grid = new Grid({ nodes: this.nodes, flows: this.flows(), bands: Math.max(1, this.leaves.length) });
    this.routes = this.grid.flows.map((flow) => [flow, routed(this.grid, flow)]);
    this.grid.flows.forEach(({ connection, from }) => {
      const words = connection.labels.length ? Math.min(connection.labels[0].width, WIDEST_WORDS) : 0;
      this.grid.wide[from.column] = Math.max(this.grid.wide[from.column], words);
    });
  }

  node(shape) {
    const inner = isOpen(shape) ? new Scope(shape) : null;
    const { width, height } = inner ? inner.size() : shape;
    return { shape, inner, width, height, band: this.bandOf(shape), leaving: shape.outgoing.filter((each) => is(each, "bpmn:SequenceFlow")).length };
  }

  // the lane that names the node; the one in which it is drawn where none does
  bandOf(shape) {
    const named = this.leaves.findIndex(({ lane }) => (getBusinessObject(lane).get("flowNodeRef") || []).includes(getBusinessObject(shape)));
    if (named >= 0) { return named; }
    const middle = shape.y + shape.height / 2;
    return Math.max(0, this.leaves.findIndex(({ lane }) => lane.y <= middle && middle < lane.y + lane.height));
  }

  flows() {
    const found = [];
    const nodeOf = new Map(this.nodes.map((each) => [each.shape, each]));
    this.nodes.forEach((node) => {
      node.borders = (node.shape.attachers || []).filter((each) => !isLabel(each)).map((shape) => ({ shape, width: shape.width, height: shape.height }));
      const add = (connection, border) => {
        const to = nodeOf.get(connection.target);
        if (to && is(connection, "bpmn:SequenceFlow")) { found.push({ from: node, to, connection, border }); }
      };
      node.shape.outgoing.forEach((each) => add(each, null));
      node.borders.forEach((border) => border.shape.outgoing.forEach((each) => add(each, border)));
    });
    return found;
  }

  get depth() { return Math.max(0, ...this.lanes.map((each) => each.depth)); }

  get head() { return is(this.shape, "bpmn:Participant") ? HEADING * (1 + this.depth) : 0; }

  size() {
    const { bottom } = this.grid.measure(this.head + AROUND, 0);
    return { width: this.grid.right, height: bottom };
  }

  // gives everything its place, from a corner; `width` where the scope is wider than what is in it
  place(x, y, found, width = this.size().width) {
    const { bands, bottom } = this.grid.measure(x + this.head + AROUND, y);
    this.placeLanes(x + HEADING, width - HEADING, bands, found);
    this.nodes.forEach((node) => {
      found.boxes.set(node.shape, { x: node.x, y: node.y, width: node.width, height: node.height });
      if (node.inner) { node.inner.place(node.x, node.y, found); }
      node.borders.forEach((border, at) => this.placeBorder(node, border, at, found));
    });
    this.routes.forEach(([flow, way]) => found.points.set(flow.connection, plain(way())));
    return bottom;
  }

  placeBorder(node, border, at, found) {
    const along = [12, node.width - border.width - 12, (node.width - border.width) / 2];
    Object.assign(border, { x: node.x + along[at % 3], y: node.y + node.height - border.height / 2 });
    found.boxes.set(border.shape, { x: border.x, y: border.y, width: border.width, height: border.height });
  }

  // a lane is as high as the bands of the lanes within it
  placeLanes(x, width, bands, found) {
    const heightOf = (entry) => {
      const own = entry.inner.length ? entry.inner.map(heightOf) : [bands[this.leaves.indexOf(entry)]];
      const top = own[0].top;
      const box = { x: x + (entry.depth - 1) * HEADING, y: top, width: width - (entry.depth - 1) * HEADING, height: own.reduce((sum, each) => sum + each.height, 0) };
      found.boxes.set(entry.lane, box);
      return { top, height: box.height };
    };
    this.lanes.filter((each) => each.depth === 1).forEach(heightOf);
  }
}

// { lane, depth, inner } from top to bottom, those within another after it
function lanesIn(shape, depth = 1) {
  const some = (shape.children || []).filter((each) => !isLabel(each) && is(each, "bpmn:Lane")).sort((a, b) => a.y - b.y);
  return some.flatMap((lane) => {
    const within = lanesIn(lane, depth + 1);
    return [{ lane, depth, inner: within.filter((each) => each.depth === depth + 1) }, ...within];
  });
}
