// What the library loses by itself between reading a file and writing it: references to what stands elsewhere, elements
// that its description of BPMN lacks or calls otherwise, attributes that only say what holds anyway, and every comment.
// It is found by writing the file once before anybody changes it, and put back at every saving, where its element
// still stands; a comment before what it stood before.

const TEXT = 3;
const COMMENT = 8;
const INSTRUCTION = 7;
const parse = (xml) => new DOMParser().parseFromString(xml, "application/xml");
const nameOf = (element) => `{${element.namespaceURI}}${element.localName}`;
const ownText = (element) => (element.children.length ? "" : element.textContent.trim());
const isNamespace = (attribute) => attribute.name === "xmlns" || attribute.prefix === "xmlns";

const isRemark = (node) => node.nodeType === COMMENT || node.nodeType === INSTRUCTION;

// the children of an element and the comments among them, each under what tells it apart: its id, or its name and place
// among those without one
function childrenOf(element) {
  const counts = {};
  const children = [...element.childNodes].filter((node) => isRemark(node) || node.nodeType === Node.ELEMENT_NODE);
  return new Map(children.map((child) => {
    const id = isRemark(child) ? null : child.getAttribute("id");
    if (id) { return [`#${id}`, child]; }
    const name = isRemark(child) ? child.nodeName : nameOf(child);
    counts[name] = (counts[name] || 0) + 1;
    return [`${name}[${counts[name]}]`, child];
  }));
}

export class KeptParts {
  constructor(original, written) {
    this.lost = [];
    const file = parse(original);
    this.before = remarksBeside(file, "previousSibling").reverse();
    this.after = remarksBeside(file, "nextSibling");
    this.compare(file.documentElement, parse(written).documentElement, null, []);
  }

  // id and path lead to an element: down from the nearest one around it that has an id
  compare(before, after, id, path) {
    const own = before.getAttribute("id");
    const place = own ? { id: own, path: [] } : { id, path };
    const attributes = [...before.attributes].filter((each) => !isNamespace(each) && !after.hasAttributeNS(each.namespaceURI, each.localName));
    const [here, there] = [childrenOf(before), childrenOf(after)];
    const gone = [...here].filter(([key]) => !there.has(key));
    const strange = [...there].filter(([key, child]) => !here.has(key) && !isRemark(child)).map(([key, child]) => [key, child.outerHTML]);
    const text = ownText(before) !== ownText(after) && !gone.length ? before.textContent : null;
    if (attributes.length || gone.length || strange.length || text !== null) {
      const keys = [...here.keys()];
      const children = gone.map(([key, child]) => ({ child, before: keys.slice(keys.indexOf(key) + 1) }));
      this.lost.push({ ...place, attributes, children, strange, text });
    }
    here.forEach((child, key) => {
      if (there.has(key) && !isRemark(child)) { this.compare(child, there.get(key), place.id, [...place.path, key]); }
    });
  }

  rename(before, after) { this.lost.forEach((each) => { if (each.id === before) { each.id = after; } }); }

  // the text of the file with everything that was lost
  restored(xml) {
    if (!this.lost.length && !this.before.length && !this.after.length) { return xml; }
    const whole = parse(xml);
    const known = new Map([...whole.querySelectorAll("[id]")].map((each) => [each.getAttribute("id"), each]));
    this.lost.forEach((each) => {
      const start = each.id === null ? whole.documentElement : known.get(each.id);
      const element = start && each.path.reduce((at, key) => at && childrenOf(at).get(key), start);
      if (element) { this.restore(element, each, whole); }
    });
    const lines = [...this.before, whole.documentElement, ...this.after].map((node) => new XMLSerializer().serializeToString(node));
    return `<?xml version="1.0" encoding="UTF-8"?>\n${lines.join("\n")}\n`;
  }

  restore(element, { attributes, children, strange, text }, whole) {
    attributes.filter((each) => !element.hasAttributeNS(each.namespaceURI, each.localName))
      .forEach((each) => element.setAttributeNS(each.namespaceURI, each.name, each.value));
    const there = childrenOf(element);
    // what the library has put there by itself goes, unless somebody has drawn in it since
    strange.forEach(([key, as]) => { if (there.has(key) && there.get(key).outerHTML === as) { there.get(key).remove(); } });
    children.forEach(({ child, before }) => {
      const next = before.map((key) => childrenOf(element).get(key)).find(Boolean);
      const place = next || afterLast(element);
      element.insertBefore(whole.importNode(child, true), place);
      if (isRemark(child)) { element.insertBefore(whole.createTextNode(indentOf(place)), place); }
    });
    if (text !== null && !ownText(element)) { element.textContent = text; }
  }
}

// the comments before or after the root element, from it outwards
function remarksBeside(file, side) {
  const found = [];
  for (let node = file.documentElement[side]; node; node = node[side]) { if (isRemark(node)) { found.push(node); } }
  return found;
}

// the line break and blanks with which a line begins, so that a comment stands on a line of its own
function indentOf(place) {
  const blank = place && place.nodeType === TEXT ? "" : (place && place.previousSibling && place.previousSibling.previousSibling) || null;
  return blank && blank.nodeType === TEXT && !blank.data.trim() ? blank.data : "";
}

// where one more child goes: before the blank in front of the closing tag
function afterLast(element) {
  const last = element.lastChild;
  return last && last.nodeType === TEXT && !last.data.trim() ? last : null;
}
