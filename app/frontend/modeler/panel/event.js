// What an event waits for or says: a message by its name, an error by the code of a refusal.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { check, group, select, text } from "./fields";

const KINDS = [
  ["bpmn:MessageEventDefinition", "messageRef", "bpmn:Message", "消息"],
  ["bpmn:ErrorEventDefinition", "errorRef", "bpmn:Error", "错误"],
  ["bpmn:SignalEventDefinition", "signalRef", "bpmn:Signal", "信号"],
  ["bpmn:EscalationEventDefinition", "escalationRef", "bpmn:Escalation", "升级"],
];
const NEW = "+";

export function drawEvent(context) {
  const { said } = context;
  const definition = (said.get("eventDefinitions") || [])[0];
  if (!definition) { return null; }
  const [, reference, type, words] = KINDS.find(([kind]) => is(definition, kind)) || [];
  if (!reference) { return is(said, "bpmn:BoundaryEvent") ? group("边界事件", interrupting(context)) : null; }
  const known = context.definitions.get("rootElements").filter((each) => is(each, type));
  const chosen = definition[reference];
  return group(words,
    select(words, chosen ? chosen.id : "", [...known.map((each) => [each.id, titleOf(each)]), [NEW, `新的${words}…`]],
      (id) => choose(context, definition, reference, type, id, known), { empty: "没有写明", key: "event" }),
    chosen ? about(context, chosen, type) : null,
    interrupting(context));
}

const titleOf = (each) => (each.errorCode && each.errorCode !== each.name ? `${each.name || ""}（${each.errorCode}）` : each.name || each.id);

function about(context, chosen, type) {
  if (type === "bpmn:Message") {
    return text("消息名称", chosen.name, (name) => context.updateModdle(chosen, { name: name.trim() }), {
      help: "平台按名称送达，如 directive_ended（指令失效）", key: "message name",
    });
  }
  if (type !== "bpmn:Error") { return text("名称", chosen.name, (name) => context.updateModdle(chosen, { name: name.trim() }), { key: "event name" }); }
  return [
    text("错误名称", chosen.name, (name) => context.updateModdle(chosen, { name: name.trim() }), { key: "error name" }),
    text("错误代码", chosen.errorCode, (code) => context.updateModdle(chosen, { errorCode: code.trim() }), {
      key: "error code", help: "操作不能办理时的代码，如 E-QUOTA-01（学位已满）；子流程的错误结束事件写同一个代码",
    }),
  ];
}

function choose(context, definition, reference, type, id, known) {
  const chosen = id === NEW ? created(context, type) : known.find((each) => each.id === id);
  context.updateModdle(definition, { [reference]: chosen });
}

// a root element of its own: it is added in a step that can be undone with the rest
function created(context, type) {
  const definitions = context.definitions;
  const root = context.get("bpmnFactory").create(type, { name: type === "bpmn:Message" ? "新消息" : "新错误" });
  root.$parent = definitions;
  context.updateModdle(definitions, { rootElements: [...definitions.get("rootElements"), root] });
  return root;
}

function interrupting(context) {
  const { said } = context;
  if (!is(said, "bpmn:BoundaryEvent") || is((said.get("eventDefinitions") || [])[0], "bpmn:ErrorEventDefinition")) { return null; }
  return check("发生时中断所在环节", said.cancelActivity !== false, (value) => context.update({ cancelActivity: value }), { key: "interrupting" });
}
