// What stands beside the flow of the work: data, annotations and groups. Each keeps its place to the node that it belongs
// to where nothing is there now; else it goes below the diagram. A group goes around what stood in it.
import { is } from "bpmn-js/lib/util/ModelUtil";

const BESIDES = ["bpmn:DataObjectReference", "bpmn:DataStoreReference", "bpmn:TextAnnotation", "bpmn:DataInput", "bpmn:DataOutput"];
const ROOM = 20;

const isLabel = (each) => each.type === "label";
const middle = (each) => [each.x + each.width / 2, each.y + each.height / 2];
const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holdsOthers = (each) => is(each, "bpmn:Participant") || is(each, "bpmn:Lane");

export function besides(everything, found) {
  const nodes = [...found.boxes.keys()].filter((each) => !holdsOthers(each));
  const groups = everything.filter((each) => !isLabel(each) && is(each, "bpmn:Group"));
  const inside = new Map(groups.map((each) => [each, nodes.filter((node) => stoodIn(node, each))]));
  const taken = nodes.filter((each) => !(each.children || []).some((inner) => found.boxes.has(inner))).map((each) => found.boxes.get(each));
  let below = Math.max(0, ...[...found.boxes.values()].map((box) => box.y + box.height)) + 2 * ROOM;
  everything.filter((each) => !isLabel(each) && !each.waypoints && BESIDES.some((type) => is(each, type))).forEach((each) => {
    const anchor = anchorOf(each, nodes);
    const { width, height } = each;
    const after = anchor && found.boxes.get(anchor);
    let box = { x: each.x, y: each.y, width, height };
    if (after) { box = { ...box, x: after.x + each.x - anchor.x, y: after.y + each.y - anchor.y }; }
    if (taken.some((other) => meet(box, other))) {
      box = { ...box, y: below };
      below += height + ROOM;
    }
    taken.push(box);
    found.boxes.set(each, box);
  });
  inside.forEach((some, group) => { if (some.length) { found.boxes.set(group, boxAround(some.map((each) => found.boxes.get(each)))); } });
}

// what it is connected with, else the nearest node
function anchorOf(shape, nodes) {
  const connected = [...shape.incoming.map((each) => each.source), ...shape.outgoing.map((each) => each.target)].find((each) => nodes.includes(each));
  if (connected) { return connected; }
  const [x, y] = middle(shape);
  const far = (each) => Math.hypot(middle(each)[0] - x, middle(each)[1] - y);
  return nodes.reduce((best, each) => (!best || far(each) < far(best) ? each : best), null);
}

function stoodIn(node, group) {
  const [x, y] = middle(node);
  return group.x <= x && x <= group.x + group.width && group.y <= y && y <= group.y + group.height;
}

function boxAround(boxes) {
  const [x, y] = [Math.min(...boxes.map((each) => each.x)) - ROOM, Math.min(...boxes.map((each) => each.y)) - ROOM];
  const right = Math.max(...boxes.map((each) => each.x + each.width)) + ROOM;
  const bottom = Math.max(...boxes.map((each) => each.y + each.height)) + ROOM;
  return { x, y, width: right - x, height: bottom - y };
}
