// The settings of what is chosen in the list: the form itself, a heading, a field; or an entry of a list.
import { h, HIDDEN } from "../drafts/dom.js";
import * as controls from "./controls.js";
import { LISTS, moveEntry } from "./entries.js";
import * as model from "./model.js";

const SHAPES = [["", "不限"]];
const WIDGETS = { string: [["", "一行"], ["textarea", "多行"], ["office", "选择机构"], ["division", "选择行政区划"]], integer: [["", "填写数字"], ["student", "选择学生"]] };
const ALWAYS = new Set(["student", "school", "name", "main_number"]); // whom or what a case is about
const KNOWN = new Set([
  "type", "title", "description", "x-section", "minLength", "maxLength", "pattern", "format", "oneOf", "enum", "x-report-within", "x-widget", "x-choices",
  "x-shown", "x-when", "default", "readOnly", "minimum", "maximum", "x-zero", "x-initial", "x-unit", "items", "minItems", "maxItems", "properties", "required",
  "additionalProperties",
]);

// fields at the top that a condition may ask, with their choices
export function askable(doc, besides = null) {
  return Object.entries((doc && doc.properties) || {})
    .filter(([name, part]) => name !== besides && ["string", "boolean"].includes(part && part.type) && !(besides && part["x-when"]))
    .map(([name, part]) => ({
      name,
      title: part.title || name,
      choices: part.type === "boolean" ? [[true, "是"], [false, "否"]] : (Array.isArray(part.oneOf) ? part.oneOf : []).map((each) => [each.const, each.title]),
    }));
}

export function panel(at, editor) {
  if (at.entry !== undefined) { return ofEntry(at.entry, editor); }
  if (at.section !== undefined) { return ofSection(at.section, at.first, editor); }
  if (at.path && at.path.length) { return ofField(at.path, editor); }
  return ofForm(editor);
}

function acts(editor, list, name) {
  if (!editor.draws) { return null; }
  return h("div", { class: "actions wrapping" }, list.map(([id, words, act, disabled]) => h("button", { type: "button", id: `act-${id}`, disabled, onclick: act }, words, HIDDEN(` ${name}`))));
}

function ofForm(editor) {
  const { doc } = editor;
  const disabled = !editor.draws;
  const put = (keyword) => (value, options = {}) => editor.change((next) => model.set(next, keyword, value), { group: options.typing && `form-${keyword}`, ...options });
  return [
    h("h2", { id: "panel-title" }, "整张表单"),
    controls.text("title", "表单名称", doc.title, put("title"), { disabled, required: true, wide: true }),
    controls.area("description", "表单说明", doc.description, put("description"), { disabled }),
    h("p", { class: "help" }, `共 ${model.fieldsOf(doc).length} 个字段。在左边选择一个字段，这里显示它的各项设置。`),
  ];
}

function ofSection(heading, first, editor) {
  const { names } = model.sectionOf(editor.doc, heading, first);
  // the panel stays while its heading is typed: what is chosen now says which
  const move = (by) => editor.change((next) => model.moveSection(next, editor.at.section, first, by), { focus: by < 0 ? "act-up" : "act-down" });
  return [
    h("h2", { id: "panel-title" }, `小标题：${heading}`),
    acts(editor, [["up", "整组上移", () => move(-1)], ["down", "整组下移", () => move(1)]], heading),
    controls.text("section", "小标题", heading, (value) => {
      if (!value) { return; }
      editor.change((next) => model.renameSection(next, editor.at.section, first, value), { group: `section-${first}`, typing: true, choose: { section: value, first } });
    }, { disabled: !editor.draws, wide: true }),
    h("p", { class: "help" }, `其下有 ${names.length} 个字段。同一小标题下的字段在页面上排在一起；要移出一个字段，请改它的“所在小标题”。`),
  ];
}

function ofField(path, editor) {
  const { doc } = editor;
  const part = model.fieldAt(doc, path);
  const name = path[path.length - 1];
  const title = (part && part.title) || name;
  const place = model.placeOf(doc, path);
  const last = Object.keys(model.holderAt(doc, path).properties).length - 1;
  const kind = model.kindOf(part);
  const step = (by) => editor.change((next) => model.move(next, editor.at.path, by), { focus: by < 0 ? "act-up" : "act-down" });
  const head = [
    h("h2", { id: "panel-title" }, `字段：${title}`),
    acts(editor, [
      ["up", "上移", () => step(-1), place === 0],
      ["down", "下移", () => step(1), place === last],
      ["copy", "复制", () => editor.change((next) => ({ path: model.copy(next, editor.at.path) }), { focus: "p-title" })],
      ["remove", "删除", () => editor.remove()],
    ], title),
  ];
  if (!kind) {
    return [...head, h("p", { class: "warn" }, "这个字段的写法这里不能编辑，请在“源文本”页修改；保存时原样保留。"), h("pre", { class: "raw", tabindex: "0" }, JSON.stringify(part, null, 2))];
  }
  return [...head, h("div", { class: "settings" }, common(path, part, kind, editor), OF_KIND[kind](part, path, editor), kept(part))];
}

function common(path, part, kind, editor) {
  const disabled = !editor.draws;
  const put = putter(editor);
  const name = path[path.length - 1];
  const place = path.join(".");
  return [
    controls.text("title", "名称", part.title, put("title"), { disabled, required: true, help: "页面上显示的名称" }),
    controls.text("name", "编号", name, (value) => {
      const now = editor.at.path;
      const typed = value || "";
      if (typed === now[now.length - 1]) { return; }
      if (typed === "" || model.exists(editor.doc, [...now.slice(0, -1), typed])) {
        editor.note(typed === "" ? "编号不能为空。" : `已有编号为 ${typed} 的字段。`);
        return;
      }
      editor.change((next) => ({ path: model.rename(next, now, typed) }), { group: "rename", typing: true });
    }, { disabled, help: "小写字母、数字和下划线；流程图和决策表按它读取" }),
    controls.select("kind", "种类", kind, Object.entries(model.KINDS), (value) => editor.change((next) => model.setKind(next, editor.at.path, value), { focus: "p-kind" }), { disabled }),
    controls.check("required", "必填", model.isRequired(editor.doc, path), (on) => editor.change((next) => model.setRequired(next, editor.at.path, on === true)), { disabled }),
    controls.text("section", "所在小标题", part["x-section"], put("x-section"), { disabled, help: "相邻而小标题相同的字段排在一起", list: "sections" }),
    controls.area("description", "填写说明", part.description, put("description"), { disabled }),
    place.includes(".") || ALWAYS.has(name) ? null : controls.conditions("when", "何时填写", () => model.fieldAt(editor.doc, editor.at.path)["x-when"], askable(editor.doc, name), put("x-when"), {
      disabled,
      help: "没有条件时总要填写；有条件时，只有全部条件成立才显示，必填的也只在这时必填。",
    }),
  ];
}

// the panel stays while the field's own name is typed: what is chosen now says which
const putter = (editor) => (keyword) => (value, options = {}) => editor.change(
  (next) => model.set(model.fieldAt(next, editor.at.path), keyword, value),
  { group: options.typing && `${editor.at.path.join(".")}-${keyword}`, ...options },
);

const shown = (part, put, disabled) => controls.check("shown", "办理后在办件中显示", part["x-shown"], put("x-shown"), { disabled, help: "本环节填写的内容，之后各环节也能看到" });
const readOnly = (part, put, disabled) => controls.check("readonly", "只读", part.readOnly, put("readOnly"), { disabled, help: "由系统填好，只显示，不能改" });
const isCell = (path, editor) => path.length > 1 && model.kindOf(model.fieldAt(editor.doc, path.slice(0, -1))) === "rows";

const OF_KIND = {
  text(part, path, editor) {
    const disabled = !editor.draws;
    const put = putter(editor);
    const source = part.oneOf !== undefined ? "list" : part.enum !== undefined ? "words" : part["x-choices"] !== undefined ? "source" : "";
    const from = (value) => editor.change((next) => {
      const own = model.fieldAt(next, editor.at.path);
      ["oneOf", "enum", "x-choices"].forEach((keyword) => { delete own[keyword]; });
      if (value === "list") { own.oneOf = [{ const: "1", title: "选项一" }, { const: "2", title: "选项二" }]; }
      if (value === "words") { own.enum = ["选项一", "选项二"]; }
      if (value === "source") { own["x-choices"] = "choices"; }
    }, { focus: "p-source" });
    const chosen = source === "list" || source === "words";
    return [
      controls.select("source", "如何填写", source, [["", "自己填写"], ["list", "从选项中选"], ["words", "从文字中选"], ["source", "由系统列出可选项"]], from, { disabled }),
      source === "list" ? controls.choices("oneOf", "选项", () => model.fieldAt(editor.doc, editor.at.path).oneOf, put("oneOf"), { disabled, help: "代码记入办件，名称显示在页面上" }) : null,
      source === "words" ? controls.area("enum", "可选文字（每行一个）", (Array.isArray(part.enum) ? part.enum : []).join("\n"), (value, options) => put("enum")((value || "").split("\n").filter(Boolean), options), { disabled }) : null,
      source === "source" ? controls.text("x-choices", "选项来源", part["x-choices"], put("x-choices"), { disabled, required: true, help: "本流程提供的选项的编号" }) : null,
      chosen ? null : [
        controls.select("widget", "输入框", part["x-widget"], WIDGETS.string, put("x-widget"), { disabled }),
        controls.select("format", "格式", part.format, [...SHAPES, ...Object.entries(editor.formats)], put("format"), { disabled }),
        controls.number("min", "最少字数", part.minLength, put("minLength"), { disabled }),
        controls.number("max", "最多字数", part.maxLength, put("maxLength"), { disabled }),
        controls.text("pattern", "格式要求（正则表达式）", part.pattern, put("pattern"), { disabled, help: "以 ^ 开头；一般不用填" }),
      ],
      controls.text("default", "未写明时视为", part.default, put("default"), { disabled }),
      part.format === "date" && path.length === 1 ? controls.number("within", "申报期限（工作日）", part["x-report-within"], put("x-report-within"), { disabled, help: "自该日起超过此期限申请的，各环节都会提示" }) : null,
      isCell(path, editor) ? readOnly(part, put, disabled) : shown(part, put, disabled),
    ];
  },
  integer(part, path, editor) {
    const disabled = !editor.draws;
    const put = putter(editor);
    return [
      controls.select("widget", "输入框", part["x-widget"], WIDGETS.integer, put("x-widget"), { disabled }),
      controls.number("min", "最小值", part.minimum, put("minimum"), { disabled }),
      controls.number("max", "最大值", part.maximum, put("maximum"), { disabled }),
      controls.text("unit", "单位", part["x-unit"], put("x-unit"), { disabled, help: "写在数字后面，如“人”" }),
      controls.text("zero", "为零时显示", part["x-zero"], put("x-zero"), { disabled }),
      controls.select("initial", "预先填好", part["x-initial"], [["", "不预填"], ["school_year", "本学年"]], put("x-initial"), { disabled }),
      controls.text("x-choices", "选项来源", part["x-choices"], put("x-choices"), { disabled, help: "由系统列出可选项时，写其编号；一般不用填" }),
      controls.number("default", "未写明时视为", part.default, put("default"), { disabled }),
      isCell(path, editor) ? readOnly(part, put, disabled) : shown(part, put, disabled),
    ];
  },
  boolean(part, path, editor) {
    const disabled = !editor.draws;
    const put = putter(editor);
    return [isCell(path, editor) ? readOnly(part, put, disabled) : shown(part, put, disabled)];
  },
  lines(part, path, editor) {
    const disabled = !editor.draws;
    const put = putter(editor);
    const ofItems = (keyword) => (value, options = {}) => editor.change((next) => model.set(model.fieldAt(next, editor.at.path).items, keyword, value), { group: options.typing && `${editor.at.path.join(".")}-items-${keyword}`, ...options });
    return [
      counts(part, put, disabled, "项"),
      controls.number("item-max", "每项最多字数", part.items.maxLength, ofItems("maxLength"), { disabled }),
      controls.select("item-format", "每项的格式", part.items.format, [...SHAPES, ...Object.entries(editor.formats)], ofItems("format"), { disabled }),
      controls.text("item-pattern", "每项的格式要求（正则表达式）", part.items.pattern, ofItems("pattern"), { disabled, help: "以 ^ 开头；一般不用填" }),
    ];
  },
  rows(part, path, editor) {
    return [counts(part, putter(editor), !editor.draws, "行"), within(part, path, editor, "列", "由系统列出各行，填写的人补全各列")];
  },
  object(part, path, editor) {
    return within(part, path, editor, "字段", "各字段在页面上排成一组");
  },
};

const counts = (part, put, disabled, unit) => [
  controls.number("min-items", `最少${unit}数`, part.minItems, put("minItems"), { disabled }),
  controls.number("max-items", `最多${unit}数`, part.maxItems, put("maxItems"), { disabled }),
];

function within(part, path, editor, one, help) {
  const count = Object.keys(model.holderOf(part).properties || {}).length;
  return h(
    "div",
    { class: "whole" },
    h("p", { class: "help" }, `其中有 ${count} 个${one}，${help}。`),
    editor.draws ? h("button", { type: "button", id: "act-within", onclick: () => editor.change((next) => ({ path: model.add(next, editor.at.path, null, "field", model.newPart("text")) }), { focus: "p-title" }) }, `在其中添加${one}`) : null,
  );
}

function kept(part) {
  const others = Object.keys(part).filter((keyword) => !KNOWN.has(keyword));
  return others.length ? h("p", { class: "warn whole" }, "另有这里不能编辑的设置，保存时原样保留：", h("code", {}, others.join("、"))) : null;
}

// ── entries of a list ────────────────────────────────────────────────────────────────────────────────────────────────

function ofEntry(place, editor) {
  const list = LISTS[editor.name];
  const entry = editor.doc[place];
  if (!entry) {
    return [h("h2", { id: "panel-title" }, editor.name === "proofs.json" ? "证明材料" : "办理原因"), h("p", { class: "help" }, `共 ${editor.doc.length} 项。在左边选择一项，这里显示它的各项设置。`)];
  }
  const disabled = !editor.draws;
  const put = (keyword) => (value, options = {}) => editor.change((next) => model.set(next[place], keyword, value), { group: options.typing && `${place}-${keyword}`, ...options });
  const title = entry[list.text] || entry[list.code] || "";
  const step = (by) => editor.change((next) => ({ entry: moveEntry(next, place, place + by) }), { focus: by < 0 ? "act-up" : "act-down" });
  return [
    h("h2", { id: "panel-title" }, `${list.one}：${title}`),
    acts(editor, [["up", "上移", () => step(-1), place === 0], ["down", "下移", () => step(1), place === editor.doc.length - 1], ["remove", "删除", () => editor.remove()]], title),
    h(
      "div",
      { class: "settings" },
      controls.text("title", list.textLabel, entry[list.text], put(list.text), { disabled, required: true }),
      controls.text("name", list.codeLabel, entry[list.code], put(list.code), { disabled, required: true, help: "小写字母、数字和下划线" }),
      editor.name === "proofs.json" ? [
        controls.check("required", "必交", entry.required, (on) => put("required")(on === true), { disabled, help: "没有它的申请不能提交" }),
        controls.text("note", "说明", entry.note, put("note"), { disabled }),
        controls.conditions("when", "何时须交", () => editor.doc[place].when, askable(editor.application), put("when"), { disabled, help: "没有条件时总要交；有条件时，全部成立才交。" }),
      ] : null,
    ),
  ];
}
