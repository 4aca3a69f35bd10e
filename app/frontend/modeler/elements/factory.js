// New elements begin with what an official's process needs, and with ids that may name a form.
import { is } from "bpmn-js/lib/util/ModelUtil";
import BpmnFactory from "bpmn-js/lib/features/modeling/BpmnFactory";

const PREFIXES = [
  ["bpmn:ServiceTask", "verb"], ["bpmn:CallActivity", "call"], ["bpmn:SubProcess", "part"], ["bpmn:Activity", "step"],
  ["bpmn:EndEvent", "end"], ["bpmn:Event", "event"], ["bpmn:Gateway", "way"], ["bpmn:SequenceFlow", "flow"],
  ["bpmn:Lane", "lane"], ["bpmn:Participant", "pool"], ["bpmn:Message", "message"], ["bpmn:Error", "error"],
];

export class OwnFactory extends BpmnFactory {
  _ensureId(element) {
    const [, prefix] = PREFIXES.find(([type]) => is(element, type)) || [];
    if (element.id || !prefix) { super._ensureId(element); return; }
    element.id = this._model.ids.nextPrefixed(`${prefix}_`, element);
  }
}
OwnFactory.$inject = ["moddle"];

export const NEW_TASK = { duty: "approver", working_days: "10", outcomes: "agree,refuse,send_back" };

// a user task that somebody draws begins as an approval within ten working days
export default function NewElements(eventBus, elementFactory, extensions, modeling, bpmnFactory) {
  this.create = (type, more = {}) => {
    const { name, ...attributes } = more;
    const businessObject = bpmnFactory.create(type, name ? { name } : {});
    if (type === "bpmn:UserTask") { give(businessObject, extensions.saying(NEW_TASK)); }
    if (type === "bpmn:EndEvent" && !more.eventDefinitionType) { give(businessObject, extensions.saying({ outcome: "refused" })); }
    return elementFactory.createShape({ type, businessObject, ...attributes });
  };

  function give(businessObject, extensionElements) {
    businessObject.extensionElements = extensionElements;
    extensionElements.$parent = businessObject;
  }

  // one that was another kind of element before has no settings yet
  eventBus.on("commandStack.shape.replace.postExecuted", ({ context }) => {
    const shape = context.newShape;
    if (shape.businessObject.$type === "bpmn:UserTask" && !shape.businessObject.get("extensionElements")) {
      extensions.say(shape, NEW_TASK);
    }
  });
}
NewElements.$inject = ["eventBus", "elementFactory", "extensions", "modeling", "bpmnFactory"];
