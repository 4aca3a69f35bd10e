// The fields of a form in a list: chosen by click or arrow keys, moved by Alt and an arrow or with the mouse.
import { h, HIDDEN } from "../drafts/dom.js";
import { LISTS } from "./entries.js";
import * as model from "./model.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// what the list shows: { at, words, note, depth }
export function items(editor) {
  const { doc, name } = editor;
  if (Array.isArray(doc)) {
    const list = LISTS[name];
    return doc.map((each, place) => ({ at: { entry: place }, words: String(each[list.text] || "（没有名称）"), note: each.required === true ? "必交" : "", depth: 0 }));
  }
  const all = [{ at: { path: [] }, words: doc.title || "（没有名称）", note: "表单", depth: 0, whole: true }];
  let heading;
  model.fieldsOf(doc).forEach(({ path, part, depth, required }) => {
    if (depth === 0) {
      const section = part && part["x-section"];
      if (section !== undefined && section !== heading) { all.push({ at: { section, first: path[0] }, words: String(section), note: "小标题", depth: 0, section: true }); }
      heading = section;
    }
    const kind = model.kindOf(part);
    const note = [kind ? model.KINDS[kind] : "其他", required ? "必填" : ""].filter(Boolean).join("，");
    all.push({ at: { path }, words: String((part && part.title) || path[path.length - 1]), note, depth: depth + (heading === undefined ? 0 : 1) });
  });
  return all;
}

export function list(editor) {
  const all = items(editor);
  const chosen = all.findIndex((each) => same(each.at, editor.at));
  const faulty = new Set(editor.findings.map((each) => each.field).filter((each) => each !== null));
  const wrong = ({ at }) => faulty.has(at.entry !== undefined ? String(at.entry) : (at.path || []).join(".")) && (at.entry !== undefined || (at.path || []).length > 0);
  return h(
    "ol",
    { class: "fields", "aria-label": Array.isArray(editor.doc) ? "各项" : "字段", onkeydown: (event) => pressed(event, all, editor) },
    all.map((each, place) => h(
      "li",
      { class: `depth-${Math.min(each.depth, 3)}${each.section ? " heading" : ""}` },
      h(
        "button",
        {
          type: "button",
          id: `item-${place}`,
          "aria-current": place === chosen ? "true" : null,
          class: wrong(each) ? "faulty" : null,
          draggable: editor.draws && canMove(each.at) ? "true" : null,
          onclick: () => editor.choose(each.at),
          ondragstart: (event) => {
            event.dataTransfer.effectAllowed = "move";
            event.dataTransfer.setData("text/plain", String(place));
            editor.dragged = each.at;
          },
          ondragover: (event) => {
            if (editor.dragged && editor.mayDrop(editor.dragged, each.at)) {
              event.preventDefault();
              event.currentTarget.classList.add("under");
            }
          },
          ondragleave: (event) => event.currentTarget.classList.remove("under"),
          ondrop: (event) => {
            event.preventDefault();
            editor.drop(editor.dragged, each.at);
          },
          ondragend: () => { editor.dragged = null; },
        },
        h("span", { class: "words" }, each.words),
        each.note ? h("span", { class: "kind" }, each.note) : null,
        wrong(each) ? HIDDEN("，有问题") : null,
      ),
    )),
  );
}

const canMove = (at) => at.entry !== undefined || (at.path && at.path.length > 0);

function pressed(event, all, editor) {
  const place = Number((event.target.id || "").replace("item-", ""));
  if (Number.isNaN(place) || event.ctrlKey || event.metaKey) { return; }
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && event.altKey) {
    event.preventDefault();
    if (editor.draws && canMove(all[place].at)) { editor.step(all[place].at, by); }
  } else if (by || event.key === "Home" || event.key === "End") {
    event.preventDefault();
    const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : place + by;
    if (all[next]) { editor.choose(all[next].at, { focus: `item-${next}` }); }
  } else if (event.key === "Delete" && editor.draws && canMove(all[place].at)) {
    event.preventDefault();
    editor.remove(all[place].at);
  }
}
