// Reads and writes what our diagrams say in `spiffworkflow:` elements. No descriptor describes them: a descriptor
// drops every element of its namespace that it does not list, and files of others must come back as they were.
import { getBusinessObject } from "bpmn-js/lib/util/ModelUtil";

export const SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core";

const local = (each) => each.$type.replace(/^[^:]*:/, "");
const isOurs = (each, name) => each.$descriptor.ns && each.$descriptor.ns.uri === SPIFF && local(each) === name;

function valuesOf(moddleElement) {
  const extensions = moddleElement.get("extensionElements");
  return (extensions && extensions.get("values")) || [];
}

export function extensionOf(moddleElement, name) {
  return valuesOf(moddleElement).find((each) => isOurs(each, name));
}

const childrenOf = (generic, name) => ((generic && generic.$children) || []).filter((each) => isOurs(each, name));

// the `spiffworkflow:property` pairs of an element: name to value
export function propertiesOf(moddleElement) {
  const found = {};
  valuesOf(moddleElement).filter((each) => isOurs(each, "properties")).forEach((group) => {
    childrenOf(group, "property").forEach((each) => { if (each.name) { found[each.name] = each.value || ""; } });
  });
  return found;
}

// a copy of a generic element, to be changed: the command stack keeps what was there
export function copyOf(moddle, generic, parent) {
  const attributes = {};
  Object.keys(generic).forEach((name) => { if (!name.startsWith("$")) { attributes[name] = generic[name]; } });
  if (generic.$body) { attributes.$body = generic.$body; }
  const copy = moddle.createAny(generic.$type, generic.$descriptor.ns.uri, attributes);
  if (generic.$children) { copy.$children = generic.$children.map((each) => copyOf(moddle, each, copy)); }
  copy.$parent = parent;
  return copy;
}

export class Extensions {
  constructor(moddle, bpmnFactory, modeling) {
    this.moddle = moddle;
    this.bpmnFactory = bpmnFactory;
    this.modeling = modeling;
  }

  any(name, attributes, children = [], parent = undefined) {
    const created = this.moddle.createAny(`spiffworkflow:${name}`, SPIFF, attributes);
    if (children.length) {
      created.$children = children;
      children.forEach((each) => { each.$parent = created; });
    }
    created.$parent = parent;
    return created;
  }

  // the extension elements of a new element that says these properties
  saying(pairs) {
    const properties = Object.entries(pairs).map(([name, value]) => this.any("property", { name, value }));
    return this.bpmnFactory.create("bpmn:ExtensionElements", { values: [this.any("properties", {}, properties)] });
  }

  // the extension elements of a new service task that calls this verb
  calling(verb) {
    const operator = this.any("serviceTaskOperator", { id: verb, resultVariable: "" }, [this.any("parameters", {})]);
    return this.bpmnFactory.create("bpmn:ExtensionElements", { values: [operator] });
  }

  // says properties anew, in one step that can be undone; empty or null takes one away
  say(shape, changes, moddleElement = getBusinessObject(shape)) {
    const extensionElements = this.changed(moddleElement, changes);
    if (extensionElements || moddleElement.get("extensionElements")) {
      this.modeling.updateModdleProperties(shape, moddleElement, { extensionElements });
    }
  }

  // the extension elements with these changes, for a step that changes more than them; undefined where nothing is left
  changed(moddleElement, changes) {
    const values = valuesOf(moddleElement);
    const before = values.find((each) => isOurs(each, "properties"));
    const group = before ? copyOf(this.moddle, before) : this.any("properties", {});
    const children = [...(group.$children || [])];
    Object.entries(changes).forEach(([name, value]) => {
      const at = children.findIndex((each) => isOurs(each, "property") && each.name === name);
      if (value === "" || value === null || value === undefined) {
        if (at >= 0) { children.splice(at, 1); }
      } else if (at >= 0) {
        children[at].value = value;
      } else {
        children.push(this.any("property", { name, value }, [], group));
      }
    });
    group.$children = children;
    const kept = values.filter((each) => each !== before);
    const at = before ? values.indexOf(before) : kept.length;
    return this.around(moddleElement, children.length ? [...kept.slice(0, at), group, ...kept.slice(at)] : kept);
  }

  // calls another verb from a service task; its parameters stay
  call(shape, verb) {
    const moddleElement = getBusinessObject(shape);
    const values = valuesOf(moddleElement);
    const before = values.find((each) => isOurs(each, "serviceTaskOperator"));
    const operator = before
      ? copyOf(this.moddle, before)
      : this.any("serviceTaskOperator", { resultVariable: "" }, [this.any("parameters", {})]);
    operator.id = verb;
    const kept = values.filter((each) => each !== before);
    const extensionElements = this.around(moddleElement, verb ? [...kept, operator] : kept);
    this.modeling.updateModdleProperties(shape, moddleElement, { extensionElements });
  }

  around(moddleElement, values) {
    if (!values.length) { return undefined; }
    const created = this.bpmnFactory.create("bpmn:ExtensionElements", { values });
    created.$parent = moddleElement;
    values.forEach((each) => { each.$parent = created; });
    return created;
  }
}
Extensions.$inject = ["moddle", "bpmnFactory", "modeling"];

export function verbOf(moddleElement) {
  const operator = extensionOf(moddleElement, "serviceTaskOperator");
  return operator ? operator.id || "" : "";
}
