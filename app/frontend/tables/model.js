// The decision tables of a DMN file. They are changed in the document itself, so that whatever else stands in it stays:
// other namespaces, extension elements, annotations, the drawing.

export const TYPES = [["string", "文字"], ["number", "数字"], ["boolean", "是否"], ["", "未写明"]];
export const POLICIES = [
  ["UNIQUE", "唯一：只能有一条规则成立"],
  ["FIRST", "首条：取第一条成立的规则"],
  ["ANY", "一致：成立的规则结论须相同"],
  ["COLLECT", "收集：取所有成立的规则"],
  ["RULE ORDER", "依次收集：按次序取所有成立的规则"],
];

const childrenOf = (element, name) => [...element.children].filter((each) => each.localName === name);
const childOf = (element, name) => childrenOf(element, name)[0] || null;

// the document, or null where the text is no XML
export function parse(text) {
  const doc = new DOMParser().parseFromString(text, "application/xml");
  return doc.getElementsByTagName("parsererror").length ? null : doc;
}

export function write(doc, like) {
  const text = new XMLSerializer().serializeToString(doc);
  const declared = /^\s*(<\?xml[^>]*\?>\s*)/.exec(like);
  const bare = text.replace(/^\s*<\?xml[^>]*\?>\s*/, "");
  return (declared ? declared[1] : "") + bare + (like.endsWith("\n") && !bare.endsWith("\n") ? "\n" : "");
}

// every decision that is a table
export function tablesOf(doc) {
  return [...doc.documentElement.children]
    .filter((each) => each.localName === "decision" && childOf(each, "decisionTable"))
    .map((decision) => new Table(decision, childOf(decision, "decisionTable")));
}

export class Table {
  constructor(decision, body) {
    this.decision = decision;
    this.body = body;
  }

  get id() { return this.decision.getAttribute("id") || ""; }

  get name() { return this.decision.getAttribute("name") || this.id; }

  get policy() { return this.body.getAttribute("hitPolicy") || "UNIQUE"; }

  get inputs() { return childrenOf(this.body, "input").map((element) => new Column(element, true)); }

  get outputs() { return childrenOf(this.body, "output").map((element) => new Column(element, false)); }

  get columns() { return [...this.inputs, ...this.outputs]; }

  get rules() { return childrenOf(this.body, "rule"); }

  // the cells of a rule, inputs before outputs
  cells(rule) { return [...childrenOf(rule, "inputEntry"), ...childrenOf(rule, "outputEntry")]; }

  make(name, attributes = {}) {
    const prefix = this.body.prefix ? `${this.body.prefix}:` : "";
    const element = this.body.ownerDocument.createElementNS(this.body.namespaceURI, prefix + name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  }

  freeId(wished) {
    const taken = new Set([...this.body.ownerDocument.getElementsByTagName("*")].map((each) => each.getAttribute("id")));
    let number = 1;
    while (taken.has(`${wished}_${number}`)) { number += 1; }
    return `${wished}_${number}`;
  }

  entry(kind, text) {
    const element = this.make(kind, { id: this.freeId(`${this.id}_${kind === "inputEntry" ? "in" : "out"}`) });
    setText(element, text, this);
    return element;
  }

  addRule(after) {
    const rule = this.make("rule", { id: this.freeId(`${this.id}_rule`) });
    const rules = this.rules;
    const before = after === null ? rules[rules.length - 1] : rules[after];
    insertAfter(this.body, rule, before || [...this.body.children].filter((each) => ["input", "output", "annotation"].includes(each.localName)).pop());
    const inside = `\n${" ".repeat(8)}`;
    const add = (element) => rule.append(inside, element);
    add(this.make("description"));
    this.inputs.forEach(() => add(this.entry("inputEntry", "-")));
    this.outputs.forEach(() => add(this.entry("outputEntry", ""))); // a finding until somebody says what follows
    childrenOf(this.body, "annotation").forEach(() => {
      const note = this.make("annotationEntry");
      note.append(this.make("text"));
      add(note);
    });
    rule.append(`\n${" ".repeat(6)}`);
    return this.rules.indexOf(rule);
  }

  copyRule(place) {
    const rule = this.rules[place];
    const copied = rule.cloneNode(true);
    insertAfter(this.body, copied, rule);
    [copied, ...copied.getElementsByTagName("*")].filter((each) => each.hasAttribute("id")).forEach((each) => {
      each.removeAttribute("id");
      each.setAttribute("id", this.freeId(`${this.id}_${each.localName === "rule" ? "rule" : "entry"}`));
    });
  }

  removeRule(place) { takeOut(this.rules[place]); }

  moveRule(from, to) {
    const rules = this.rules;
    const place = Math.max(0, Math.min(to, rules.length - 1));
    if (place === from) { return; }
    swapIn(rules[from], rules[place], place > from);
  }

  addColumn(isInput) {
    const all = isInput ? this.inputs : this.outputs;
    const taken = new Set(all.map((each) => each.name));
    let number = all.length + 1;
    while (taken.has(`value_${number}`)) { number += 1; }
    const column = isInput
      ? this.make("input", { id: this.freeId(`${this.id}_input`), label: "新的输入" })
      : this.make("output", { id: this.freeId(`${this.id}_output`), label: "新的结论", name: `value_${number}`, typeRef: "string" });
    if (isInput) {
      const expression = this.make("inputExpression", { id: this.freeId(`${this.id}_expression`), typeRef: "string" });
      const text = this.make("text");
      text.textContent = `value_${number}`;
      expression.append(text);
      column.append(expression);
    }
    const before = (isInput ? this.inputs : this.columns).map((each) => each.element).pop() || null;
    insertAfter(this.body, column, before);
    this.rules.forEach((rule) => {
      const kind = isInput ? "inputEntry" : "outputEntry";
      const cells = isInput ? childrenOf(rule, "inputEntry") : this.cells(rule);
      insertAfter(rule, this.entry(kind, isInput ? "-" : ""), cells.pop() || childOf(rule, "description"));
    });
    return (isInput ? this.inputs.length : this.columns.length) - 1;
  }

  removeColumn(place) {
    this.rules.forEach((rule) => { if (this.cells(rule)[place]) { takeOut(this.cells(rule)[place]); } });
    takeOut(this.columns[place].element);
  }

  // among the inputs, or among the outputs
  moveColumn(place, by) {
    const columns = this.columns;
    this.rules.forEach((rule) => {
      const cells = this.cells(rule);
      if (cells[place] && cells[place + by]) { swapIn(cells[place], cells[place + by], by > 0); }
    });
    swapIn(columns[place].element, columns[place + by].element, by > 0);
  }
}

export class Column {
  constructor(element, isInput) {
    this.element = element;
    this.isInput = isInput;
  }

  get expression() { return childOf(this.element, "inputExpression"); }

  get label() { return this.element.getAttribute("label") || ""; }

  get name() { return this.isInput ? (this.expression ? textOf(this.expression).trim() : "") : this.element.getAttribute("name") || ""; }

  get type() { return (this.isInput ? this.expression : this.element)?.getAttribute("typeRef") || ""; }

  get title() { return this.label || this.name || "（没有名称）"; }

  set label(value) { this.element.setAttribute("label", value); }

  set name(value) {
    if (this.isInput) { setText(this.expression, value); } else { this.element.setAttribute("name", value); }
  }

  set type(value) {
    const element = this.isInput ? this.expression : this.element;
    if (value) { element.setAttribute("typeRef", value); } else { element.removeAttribute("typeRef"); }
  }
}

export function textOf(element) {
  const text = childOf(element, "text");
  return text ? text.textContent : "";
}

export function setText(element, value, table = null) {
  let text = childOf(element, "text");
  if (!text) {
    text = table ? table.make("text") : element.ownerDocument.createElementNS(element.namespaceURI, element.prefix ? `${element.prefix}:text` : "text");
    element.prepend(text);
  }
  if (text.textContent !== value) { text.textContent = value; }
}

export const descriptionOf = (rule) => childOf(rule, "description")?.textContent || "";

export function setDescription(table, rule, value) {
  let element = childOf(rule, "description");
  if (!element) {
    element = table.make("description");
    rule.prepend(element);
  }
  element.textContent = value;
}

// ── places in the document, with the blanks before them ──────────────────────────────────────────────────────────────

const blankBefore = (element) => (element && element.previousSibling && element.previousSibling.nodeType === 3 && !element.previousSibling.data.trim() ? element.previousSibling : null);

function insertAfter(parent, element, before) {
  const next = before ? before.nextSibling : parent.firstChild;
  parent.insertBefore(element, next);
  const blank = blankBefore(before);
  parent.insertBefore(parent.ownerDocument.createTextNode(blank ? blank.data : ""), element);
}

function takeOut(element) {
  const blank = blankBefore(element);
  if (blank) { blank.remove(); }
  element.remove();
}

function swapIn(element, other, behind) {
  const blank = blankBefore(element);
  const before = blankBefore(other) || other;
  const place = behind ? other.nextSibling : before;
  if (blank) { element.parentNode.insertBefore(blank, place); }
  element.parentNode.insertBefore(element, place);
}

// ── cells as people type them ────────────────────────────────────────────────────────────────────────────────────────

// words of a column of texts in the quotation marks that FEEL wants, a value that is known by its words as its code;
// whatever else is typed stays. known -- values with their words
export function completed(text, column, known = []) {
  const typed = text.trim();
  if (column.type !== "string" || typed === "" || /["“”]/.test(typed)) { return typed.replace(/[“”]/g, '"') || (column.isInput ? "-" : ""); }
  if (/^(-|null|not\(.*\)|[<>=!(\][].*)$/.test(typed)) { return typed; }
  if (!column.isInput) { return `"${typed}"`; }
  return typed.split(/[,，、]/).map((each) => `"${codeOf(each.trim(), known)}"`).join(",");
}

// the code of a value that is known by its words; whatever else is typed stays
export function codeOf(words, known) {
  return known.find(([value, said]) => typeof value === "string" && [said, `${said}（${value}）`].includes(words))?.[0] ?? words;
}
