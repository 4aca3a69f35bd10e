// A sequence flow: when it is taken; and of a gateway the ways that leave it.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { conditionField } from "../conditions/field";
import { factsOf } from "../conditions/facts";
import { judged } from "../conditions/reading";
import { button, h } from "../page/dom";
import { group, note, select } from "./fields";
import { shortName } from "./names";

export const conditionOf = (flow) => (flow.conditionExpression && flow.conditionExpression.body) || "";
export const nameOfFlow = (flow) => `${flow.name ? `${flow.name}：` : ""}到“${shortName(flow.targetRef)}”`;
const asked = (source) => is(source, "bpmn:ExclusiveGateway") || is(source, "bpmn:InclusiveGateway") || is(source, "bpmn:Activity");

export function drawFlow(context) {
  const { said } = context;
  const source = said.sourceRef;
  const isDefault = source && source.default === said;
  if (!asked(source) && !conditionOf(said)) { return null; }
  return group("什么时候走这一条",
    isDefault ? note("这是默认流向：其他各条的条件都不成立时走它，不再写条件。") : null,
    isDefault && !conditionOf(said) ? null : conditionField({
      value: conditionOf(said),
      facts: factsOf(context.definitions, context.vocabulary),
      act: (value) => setCondition(context, value.trim()),
      readOnly: context.readOnly,
    }),
    (source.get("outgoing") || []).length > 1 && !context.readOnly ? h("p", { class: "acts" }, isDefault
      ? button("不再作为默认流向", () => setDefault(context, source, null), { "data-key": "default" })
      : button("设为默认流向", () => setDefault(context, source, said), { "data-key": "default" })) : null);
}

function setCondition(context, body) {
  const { said } = context;
  if (!body) { context.update({ conditionExpression: undefined }); return; }
  if (said.conditionExpression) { context.updateModdle(said.conditionExpression, { body }); return; }
  const created = context.get("moddle").create("bpmn:FormalExpression", { body });
  created.$parent = said;
  context.update({ conditionExpression: created });
}

// the condition of a flow that becomes the default stays beside it no longer: it would never be asked
function setDefault(context, source, flow) {
  const registry = context.get("elementRegistry");
  const modeling = context.get("modeling");
  modeling.updateProperties(registry.get(source.id), { default: flow || undefined });
  if (flow && conditionOf(flow)) { modeling.updateProperties(registry.get(flow.id), { conditionExpression: undefined }); }
}

export function drawWays(context) {
  const { said, vocabulary } = context;
  const flows = said.get("outgoing") || [];
  if (flows.length < 2) { return null; }
  const facts = factsOf(context.definitions, vocabulary);
  return group("各条去向", h("ul", { class: "ways" }, flows.map((flow) => h("li", {},
    button(nameOfFlow(flow), () => context.select(flow.id), { class: "link", "data-key": `way ${flow.id}` }),
    h("p", { class: "help" }, saidOf(flow, said, facts))))));
}

function saidOf(flow, gateway, facts) {
  if (gateway.default === flow) { return "其他条件都不成立时（默认）"; }
  const text = conditionOf(flow);
  if (!text) { return "没有写条件"; }
  const { words, fault } = judged(text, facts);
  return fault ? `条件有误：${fault}` : words;
}

export function drawDefault(context) {
  const { said } = context;
  const flows = said.get("outgoing") || [];
  if (flows.length < 2) { return null; }
  const choices = flows.map((flow) => [flow.id, nameOfFlow(flow)]);
  return group("默认流向", select("都不成立时走", said.default ? said.default.id : "", choices, (id) => {
    setDefault(context, said, flows.find((each) => each.id === id) || null);
  }, { empty: "没有默认流向", help: "同意不能作为默认流向：同意须由条件写明", key: "default way" }));
}
