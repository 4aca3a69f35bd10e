// Lays the diagram out anew: pools and lanes stay, what lies in them goes from left to right. One command, undone at
// once; nothing but places changes, since no element is created, moved to another lane or connected otherwise.
import { getDi, is } from "bpmn-js/lib/util/ModelUtil";

import { placeLabels } from "./labels";
import { between, plain } from "./routes";
import { Scope } from "./scope";
import { besides } from "./besides";

const COMMAND = "diagram.layOut";
const GAP = 50; // between two pools

const isLabel = (each) => each.type === "label";

class LayOutHandler {
  constructor(bpmnUpdater) { this.bpmnUpdater = bpmnUpdater; }

  execute(context) {
    context.before = { boxes: new Map(), points: new Map() };
    context.after.boxes.forEach((_box, shape) => context.before.boxes.set(shape, boxOf(shape)));
    context.after.points.forEach((_points, connection) => context.before.points.set(connection, connection.waypoints));
    context.said = [...context.after.boxes.keys(), ...context.after.points.keys()].map(saidOf);
    return this.apply(context.after);
  }

  // as the file said it too: the library writes a label's place differently from how it reads it
  revert(context) {
    const changed = this.apply(context.before);
    context.said.forEach((again) => again());
    return changed;
  }

  apply({ boxes, points }) {
    boxes.forEach((box, shape) => { Object.assign(shape, box); this.bpmnUpdater.updateBounds(shape); });
    points.forEach((some, connection) => { connection.waypoints = some; this.bpmnUpdater.updateConnectionWaypoints(connection); });
    return [...boxes.keys(), ...points.keys()];
  }
}
LayOutHandler.$inject = ["bpmnUpdater"];

export class Layout {
  constructor(canvas, commandStack) {
    Object.assign(this, { canvas, commandStack });
    commandStack.registerHandler(COMMAND, LayOutHandler);
  }

  // gives a sentence where it cannot be done
  layOut() {
    const root = this.canvas.getRootElement();
    const upright = (each) => !isLabel(each) && (is(each, "bpmn:Participant") || is(each, "bpmn:Lane")) && getDi(each).isHorizontal === false;
    if (everythingIn(root).some(upright)) { return "图中有竖排的泳池或泳道，自动排版只能排横排的。"; }
    this.commandStack.execute(COMMAND, { after: this.places(root) });
    return "";
  }

  places(root) {
    const found = { boxes: new Map(), points: new Map() };
    const everything = everythingIn(root);
    const pools = root.children.filter((each) => !isLabel(each) && is(each, "bpmn:Participant")).sort((a, b) => a.y - b.y);
    const drawn = everything.filter((each) => !each.waypoints && !isLabel(each));
    const [x, y] = [Math.min(...drawn.map((each) => each.x)), Math.min(...drawn.map((each) => each.y))];
    if (pools.length) { this.pools(pools, x, y, found); } else if (drawn.length) { new Scope(root).place(x, y, found); }
    besides(everything, found);
    everything.filter((each) => each.waypoints && !found.points.has(each)).forEach((each) => {
      const [from, to] = [each.source, each.target].map((end) => placeOf(end, found));
      if (from && to) { found.points.set(each, plain(between(from, to))); }
    });
    this.labels(everything, found);
    return found;
  }

  pools(pools, x, y, found) {
    const scopes = pools.map((each) => new Scope(each));
    const width = Math.max(...scopes.map((each) => (each.nodes.length || each.lanes.length ? each.size().width : 0)), 400);
    let top = y;
    scopes.forEach((scope) => {
      const isEmpty = !scope.nodes.length && !scope.lanes.length;
      const bottom = isEmpty ? top + scope.shape.height : scope.place(x, top, found, width);
      found.boxes.set(scope.shape, { x, y: top, width, height: bottom - top });
      top = bottom + GAP;
    });
  }

  labels(everything, found) {
    const labels = everything.filter(isLabel).map((label) => {
      const of = label.labelTarget;
      return { label, width: label.width, height: label.height, of: found.boxes.get(of), points: found.points.get(of) };
    }).filter((each) => each.of || each.points);
    const holding = (each) => is(each, "bpmn:Participant") || is(each, "bpmn:Lane") || is(each, "bpmn:Group") || (each.children || []).some((inner) => !isLabel(inner));
    const boxes = [...found.boxes].filter(([shape]) => !holding(shape)).map(([, box]) => box);
    placeLabels([...labels.filter((each) => each.of), ...labels.filter((each) => !each.of)], boxes, [...found.points.values()]);
    labels.forEach(({ label, x, y, width, height }) => found.boxes.set(label, { x, y, width, height }));
  }
}
Layout.$inject = ["canvas", "commandStack"];

const boxOf = ({ x, y, width, height }) => ({ x, y, width, height });

// what the file says of an element's place; gives what says it again
function saidOf(element) {
  const di = getDi(element.labelTarget || element);
  const { bounds, label, waypoint } = di;
  const [own, words] = [bounds && boxOf(bounds), label && label.bounds && boxOf(label.bounds)];
  return () => {
    if (own) { Object.assign(di.bounds, own); }
    if (waypoint) { di.waypoint = waypoint; }
    if (!label) { delete di.label; return; }
    di.label = label;
    if (words) { Object.assign(label.bounds, words); } else { delete label.bounds; }
  };
}

function everythingIn(element) {
  const own = element.children || [];
  return [...own, ...own.flatMap(everythingIn)];
}

// of a shape its new place; of a flow, which an annotation may speak of, the middle
function placeOf(end, found) {
  if (found.boxes.has(end)) { return found.boxes.get(end); }
  const points = found.points.get(end);
  const middle = points && points[Math.floor(points.length / 2)];
  return middle ? { ...middle, width: 0, height: 0 } : null;
}

export default { __init__: ["layout"], layout: ["type", Layout] };
