// What bpmn-js leaves behind when it copies an element or makes another kind of it: extensions that it does not know.
import { copyOf, SPIFF } from "./extensions";

const TASKS = ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task"];

// our own settings mean something at their kind of element only
function fits(generic, target) {
  if (!target || !generic.$descriptor.ns || generic.$descriptor.ns.uri !== SPIFF) { return true; }
  const name = generic.$type.replace(/^[^:]*:/, "");
  if (name === "serviceTaskOperator") { return target.$type === "bpmn:ServiceTask"; }
  if (name === "properties") { return [...TASKS, "bpmn:EndEvent", "bpmn:Lane", "bpmn:Process"].includes(target.$type); }
  return true;
}

export default function KeptExtensions(eventBus, moddle) {
  eventBus.on("moddleCopy.canCopyProperty", 2000, ({ property, parent }) => {
    const known = property && property.$descriptor;
    if (!known || !known.isGeneric || !parent || parent.$type !== "bpmn:ExtensionElements") { return undefined; }
    return fits(property, parent.$parent) ? copyOf(moddle, property, parent) : false;
  });
}
KeptExtensions.$inject = ["eventBus", "moddle"];
