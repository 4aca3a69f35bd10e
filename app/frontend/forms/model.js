// A form as a tree of fields. Every function changes the document that it is given, which is a copy of the one shown;
// what is not spoken of here stays as it is, and in its place.

export const KINDS = {
  text: "文字",
  integer: "整数",
  boolean: "是否",
  lines: "多项（每行一项）",
  rows: "表格",
  object: "一组字段",
};
const TYPES = { text: "string", integer: "integer", boolean: "boolean", lines: "array", rows: "array", object: "object" };
// what a field of each type may say; other keywords go with the type when it changes
const ALLOWED = {
  string: ["minLength", "maxLength", "pattern", "format", "oneOf", "enum", "x-report-within", "x-widget", "x-choices", "x-shown", "default", "readOnly"],
  integer: ["minimum", "maximum", "x-zero", "x-initial", "x-unit", "x-widget", "x-choices", "x-shown", "default", "readOnly"],
  boolean: ["x-shown", "default", "readOnly"],
  array: ["items", "minItems", "maxItems", "x-widget", "readOnly"],
  object: ["properties", "required", "additionalProperties"],
};
const KNOWN = new Set(Object.values(ALLOWED).flat());

const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

export const isForm = (doc) => isObject(doc) && isObject(doc.properties);

export function kindOf(part) {
  if (!isObject(part)) { return null; }
  const types = { string: "text", integer: "integer", boolean: "boolean", object: "object" };
  if (part.type === "array" && isObject(part.items)) { return part.items.type === "object" ? "rows" : "lines"; }
  return types[part.type] || null;
}

// what holds the fields of a part: itself, or the rows of a table
export const holderOf = (part) => (part.type === "array" ? part.items : part);

export function fieldAt(doc, path) {
  return path.reduce((part, name) => holderOf(part).properties[name], doc);
}

export function holderAt(doc, path) {
  return holderOf(fieldAt(doc, path.slice(0, -1)));
}

export function exists(doc, path) {
  let part = doc;
  return path.every((name) => {
    const holder = isObject(part) ? holderOf(part) : null;
    if (!isObject(holder) || !isObject(holder.properties) || !has(holder.properties, name)) { return false; }
    part = holder.properties[name];
    return true;
  });
}

export const isRequired = (doc, path) => (holderAt(doc, path).required || []).includes(path[path.length - 1]);

// every field in the order of the page, each with its path and how deep it lies
export function fieldsOf(doc, path = []) {
  const holder = path.length ? holderOf(fieldAt(doc, path)) : doc;
  if (!isObject(holder) || !isObject(holder.properties)) { return []; }
  return Object.keys(holder.properties).flatMap((name) => {
    const own = [...path, name];
    const part = holder.properties[name];
    const inner = ["object", "rows"].includes(kindOf(part)) ? fieldsOf(doc, own) : [];
    return [{ path: own, part, depth: path.length, required: (holder.required || []).includes(name) }, ...inner];
  });
}

function rebuilt(holder, entries) {
  holder.properties = Object.fromEntries(entries);
}

export function newPart(kind) {
  const part = { type: TYPES[kind], title: `新的${KINDS[kind]}` };
  if (kind === "text") { part.maxLength = 100; }
  if (kind === "integer") { part.minimum = 0; }
  if (kind === "object") { Object.assign(part, { properties: {}, required: [], additionalProperties: false }); }
  if (kind === "lines") { Object.assign(part, { items: { type: "string", maxLength: 100 }, maxItems: 20, "x-widget": "lines" }); }
  if (kind === "rows") {
    const items = { type: "object", properties: {}, required: [], additionalProperties: false };
    Object.assign(part, { items, maxItems: 100, "x-widget": "rows" });
  }
  return part;
}

// the child that a process is about: chosen among the school's own, never typed
export const CHILD = { type: "integer", title: "学生", minimum: 1, "x-widget": "student" };

export function addChild(doc) {
  const path = add(doc, [], null, "student", { ...CHILD });
  moveTo(doc, path, 0);
  setRequired(doc, path, true);
  return path;
}

export function freeName(holder, wished) {
  if (!has(holder.properties, wished)) { return wished; }
  let number = 2;
  while (has(holder.properties, `${wished}_${number}`)) { number += 1; }
  return `${wished}_${number}`;
}

// a field after the one of that path, or last within `parent`; its path
export function add(doc, parent, after, name, part) {
  const holder = holderOf(fieldAt(doc, parent));
  const entries = Object.entries(holder.properties);
  const own = freeName(holder, name);
  const place = after === null ? entries.length : entries.findIndex(([each]) => each === after) + 1;
  entries.splice(place, 0, [own, part]);
  rebuilt(holder, entries);
  return [...parent, own];
}

export function remove(doc, path) {
  const holder = holderAt(doc, path);
  const name = path[path.length - 1];
  rebuilt(holder, Object.entries(holder.properties).filter(([each]) => each !== name));
  if (Array.isArray(holder.required)) { holder.required = holder.required.filter((each) => each !== name); }
}

export function copy(doc, path) {
  const name = path[path.length - 1];
  const part = JSON.parse(JSON.stringify(fieldAt(doc, path)));
  return add(doc, path.slice(0, -1), name, name, part);
}

// to another place among the fields beside it
export function moveTo(doc, path, place) {
  const holder = holderAt(doc, path);
  const entries = Object.entries(holder.properties);
  const from = entries.findIndex(([each]) => each === path[path.length - 1]);
  const [entry] = entries.splice(from, 1);
  entries.splice(Math.max(0, Math.min(place, entries.length)), 0, entry);
  rebuilt(holder, entries);
}

export function placeOf(doc, path) {
  return Object.keys(holderAt(doc, path).properties).indexOf(path[path.length - 1]);
}

export function move(doc, path, by) {
  moveTo(doc, path, placeOf(doc, path) + by);
}

export function rename(doc, path, name) {
  const holder = holderAt(doc, path);
  const before = path[path.length - 1];
  rebuilt(holder, Object.entries(holder.properties).map(([each, part]) => [each === before ? name : each, part]));
  if (Array.isArray(holder.required)) { holder.required = holder.required.map((each) => (each === before ? name : each)); }
  if (path.length === 1) { Object.values(doc.properties).forEach((part) => renameCondition(part, before, name)); }
  return [...path.slice(0, -1), name];
}

function renameCondition(part, before, name) {
  if (!isObject(part) || !isObject(part["x-when"]) || !has(part["x-when"], before)) { return; }
  part["x-when"] = Object.fromEntries(Object.entries(part["x-when"]).map(([each, values]) => [each === before ? name : each, values]));
}

export function setRequired(doc, path, on) {
  const holder = holderAt(doc, path);
  const name = path[path.length - 1];
  const order = Object.keys(holder.properties);
  const before = holder.required || [];
  const rest = before.filter((each) => each !== name);
  if (!on) {
    holder.required = rest;
    return;
  }
  // among the others in the order of the page, where they stand in it
  const next = rest.findIndex((each) => order.indexOf(each) > order.indexOf(name));
  rest.splice(next < 0 ? rest.length : next, 0, name);
  holder.required = rest;
}

// a keyword of a part; undefined takes it out
export function set(part, keyword, value) {
  if (value === undefined) {
    delete part[keyword];
  } else {
    part[keyword] = value;
  }
}

export function setKind(doc, path, kind) {
  const part = fieldAt(doc, path);
  const fresh = newPart(kind);
  const allowed = ALLOWED[fresh.type];
  Object.keys(part).forEach((keyword) => {
    if (KNOWN.has(keyword) && (!allowed.includes(keyword) || ["items", "x-widget", "x-choices", "default"].includes(keyword))) { delete part[keyword]; }
  });
  Object.entries(fresh).forEach(([keyword, value]) => {
    if (keyword === "type" || !has(part, keyword)) { part[keyword] = value; }
  });
}

// fields that stand together under one heading; moved and renamed as one
export function sectionOf(doc, heading, first) {
  const names = Object.keys(doc.properties);
  const from = names.indexOf(first);
  let to = from;
  while (to < names.length && doc.properties[names[to]]["x-section"] === heading) { to += 1; }
  return { names: names.slice(from, to), from, to };
}

export function moveSection(doc, heading, first, by) {
  const { names, from, to } = sectionOf(doc, heading, first);
  const entries = Object.entries(doc.properties);
  const own = entries.splice(from, to - from);
  // over the whole group that stands before or behind
  let place = from;
  if (by < 0 && from > 0) {
    const before = entries[from - 1][1]["x-section"];
    place = from - 1;
    while (before !== undefined && place > 0 && entries[place - 1][1]["x-section"] === before) { place -= 1; }
  }
  if (by > 0 && from < entries.length) {
    const behind = entries[from][1]["x-section"];
    place = from + 1;
    while (behind !== undefined && place < entries.length && entries[place][1]["x-section"] === behind) { place += 1; }
  }
  entries.splice(place, 0, ...own);
  rebuilt(doc, entries);
  return names;
}

export function renameSection(doc, heading, first, title) {
  sectionOf(doc, heading, first).names.forEach((name) => set(doc.properties[name], "x-section", title || undefined));
}

// ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

// whether a text comes back as it is: JavaScript would write some numbers otherwise, and sort names that are numbers
export function survives(text, doc) {
  const bare = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_all, string) => (string ? JSON.stringify(JSON.parse(string)) : ""));
  return bare === JSON.stringify(doc);
}

export function written(doc, like) {
  const indent = (/\n([ \t]+)\S/.exec(like) || [])[1] || "  ";
  return JSON.stringify(doc, null, indent) + (like.endsWith("\n") || like === "" ? "\n" : "");
}
