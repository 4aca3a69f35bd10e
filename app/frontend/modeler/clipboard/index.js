// Copy and paste between diagrams: what is copied lies in the browser's store, for every page of the modeler.
import { copyOf, SPIFF } from "../elements/extensions";

const PLACE = "xueji-modeler-clipboard";

export class SharedClipboard {
  constructor(moddle) { this.moddle = moddle; }

  set(tree) {
    this.tree = tree;
    try { localStorage.setItem(PLACE, JSON.stringify(tree, written)); } catch (_full) { /* this page only */ }
  }

  get() {
    try {
      const text = localStorage.getItem(PLACE);
      return text ? JSON.parse(text, new Reviver(this.moddle).read) : this.tree;
    } catch (_blocked) { return this.tree; }
  }

  clear() {
    const tree = this.get();
    delete this.tree;
    try { localStorage.removeItem(PLACE); } catch (_blocked) { /* nothing there */ }
    return tree;
  }

  isEmpty() { return !this.get(); }
}
SharedClipboard.$inject = ["moddle"];

// generic elements hide what they are: said here, so that they come back
function written(key, value) {
  if (value && value.$descriptor && value.$descriptor.isGeneric) {
    const { $type, $children, $body, $descriptor, ...attributes } = value;
    return { $generic: $descriptor.ns ? $descriptor.ns.uri : SPIFF, $type, $body, $children, attributes };
  }
  return value;
}

class Reviver {
  constructor(moddle) {
    this.moddle = moddle;
    this.known = {};
    this.read = (_key, value) => this.revive(value);
  }

  revive(value) {
    if (!value || typeof value !== "object" || typeof value.$type !== "string") { return value; }
    if (value.$generic) { return this.generic(value); }
    if (value.id && this.known[value.id]) { return this.known[value.id]; }
    const { $type, ...attributes } = value;
    const element = this.moddle.create($type, attributes);
    Object.values(attributes).flat().forEach((each) => { if (each && each.$type) { each.$parent = element; } });
    if (value.id) { this.known[value.id] = element; }
    return element;
  }

  generic({ $generic, $type, $body, $children, attributes }) {
    const element = this.moddle.createAny($type, $generic, { ...attributes, ...($body ? { $body } : {}) });
    if ($children) { element.$children = $children.map((each) => copyOf(this.moddle, each, element)); }
    return element;
  }
}

export default { clipboard: ["type", SharedClipboard] };
