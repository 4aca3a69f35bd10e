// What is drawn from the selected element on without a pointer: what follows it, where it leads, in whose lane it stands.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { button, h } from "../page/dom";
import { group, note } from "./fields";
import { shortName } from "./names";

export function drawDrawing(context) {
  const { said, readOnly, element } = context;
  if (readOnly || element.type === "label") { return null; }
  if (is(said, "bpmn:SequenceFlow")) { return drawEnds(context); }
  const offered = offers(context).filter(([, , can]) => can);
  return offered.length ? group("接着画", h("p", { class: "acts wrapped" }, offered.map(([words, menu]) => opener(context, words, menu)))) : null;
}

function offers({ said, element, panel }) {
  const drawing = panel.get("drawing");
  const leads = is(said, "bpmn:FlowNode") && !is(said, "bpmn:EndEvent");
  const lane = is(said, "bpmn:FlowNode") && !is(said, "bpmn:BoundaryEvent") && panel.get("ownMenus").otherLanes(element).length;
  return [
    ["接一个…", "own-append", leads],
    ["连到…", "own-connect", leads && drawing.targets(element).length],
    ["移到泳道…", "own-lane", lane],
    ["在下方加泳道…", "own-add-lane", is(said, "bpmn:Lane") || (is(said, "bpmn:Participant") && said.processRef)],
  ];
}

function opener(context, words, menu, element = context.element) {
  return button(words, () => context.get("ownMenus").open(menu, words.replace("…", ""), element), { "data-key": menu, "aria-haspopup": "listbox" });
}

function drawEnds(context) {
  const { said } = context;
  const end = (words, of) => h("p", { class: "fact" }, h("b", {}, words), " ",
    button(shortName(of), () => context.select(of.id), { class: "link", "data-key": words }));
  if (!said.sourceRef || !said.targetRef) { return note("这条流向没有写明从哪里到哪里。"); }
  return group("从哪里到哪里", end("起点", said.sourceRef), end("终点", said.targetRef),
    h("p", { class: "acts" }, opener(context, "改为连到…", "own-reconnect")));
}
