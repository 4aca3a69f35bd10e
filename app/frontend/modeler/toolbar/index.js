// The bar over the diagram: undo, zoom, align, find, minimap, full screen. One stop for Tab, arrows within it. Whoever
// has changed the diagram by it, or clicked, is in the diagram again: its keys undo what was done.
import { button, h } from "../page/dom";
import { openDialog } from "../page/dialog";
import { showFirst, showWhole } from "../page/view";

export function toolbar(place, { editor, readOnly, showKeys, save, simulate }) {
  const get = (service) => editor.get(service, false);
  const chosen = () => get("selection").get();
  const align = (where) => () => get("alignElements").trigger(chosen(), where);
  const distribute = (axis) => () => get("distributeElements").trigger(chosen(), axis);
  const zoom = (by) => () => get("canvas").zoom(get("canvas").zoom() * by);
  const buttons = [
    !readOnly && ["撤销", "undo", () => get("commandStack").undo(), "撤销（Ctrl+Z）"],
    !readOnly && ["重做", "redo", () => get("commandStack").redo(), "重做（Ctrl+Y）"],
    null,
    !readOnly && ["复制", "some", () => get("copyPaste").copy(chosen()), "复制（Ctrl+C），可贴到别的流程图"],
    !readOnly && ["粘贴", "edit", () => get("copyPaste").paste(), "粘贴（Ctrl+V）"],
    !readOnly && ["删除", "some", () => get("modeling").removeElements([...chosen()]), "删除（Delete）"],
    null,
    !readOnly && ["左齐", "many", align("left"), "左对齐"],
    !readOnly && ["居中", "many", align("center"), "水平居中"],
    !readOnly && ["顶齐", "many", align("top"), "顶端对齐"],
    !readOnly && ["中齐", "many", align("middle"), "垂直居中"],
    !readOnly && ["横分", "three", distribute("horizontal"), "水平等距分布"],
    !readOnly && ["纵分", "three", distribute("vertical"), "垂直等距分布"],
    !readOnly && ["自动排版", "edit", () => layOut(editor), "按先后重排整张图，泳池、泳道和内容不变；可以撤销"],
    null,
    ["放大", "", zoom(1.25), "放大（Ctrl++）"],
    ["缩小", "", zoom(0.8), "缩小（Ctrl+-）"],
    ["原大", "", () => get("canvas").zoom(1, "auto"), "原来大小（Ctrl+0）"],
    ["全图", "", () => showWhole(editor), "看全图（Ctrl+9）"],
    null,
    !readOnly && ["查找", "", () => setTimeout(() => get("searchPad").toggle()), "在图中查找（Ctrl+F）"],
    ["模拟", "", simulate, "模拟：放入令牌，逐步看流程怎样走，不改动流程图"],
    ["缩略图", "", () => get("minimap").toggle(), "打开或收起缩略图"],
    ["全屏", "", () => fullScreen(), "全屏"],
    ["快捷键", "", showKeys, "快捷键一览（?）"],
    !readOnly && ["保存", "", save, "立即保存（Ctrl+S）"],
  ];
  const shown = withoutEdges(buttons.filter((each) => each !== false)).map((each) => (each
    ? button(each[0], (event) => { each[2](); backToDiagram(get, event, each); }, { title: each[3], "data-needs": each[1] || null, class: "tool", tabindex: "-1" })
    : h("span", { class: "line", role: "separator", "aria-orientation": "vertical" })));
  place.replaceChildren(...shown);
  const all = shown.filter((each) => each.tagName === "BUTTON");
  all[0].tabIndex = 0;
  moveByArrows(place, all);
  let simulating = false;
  const enable = () => state(get, all, simulating);
  get("eventBus").on("simulation.changed", ({ active }) => { simulating = active; enable(); });
  get("eventBus").on(["selection.changed", "commandStack.changed", "import.done"], enable);
  enable();
}

function layOut(editor) {
  const refused = editor.get("layout").layOut();
  if (refused) { openDialog("没有排版", h("p", {}, refused)); return; }
  showFirst(editor);
}

const ELSEWHERE = ["模拟", "查找", "快捷键", "全屏"]; // they take the focus themselves, or give it back
const LOOKS = ["放大", "缩小", "原大", "全图", "缩略图", "保存"];

function backToDiagram(get, event, [word]) {
  const byKeyboard = event.detail === 0;
  if (ELSEWHERE.includes(word) || (byKeyboard && LOOKS.includes(word))) { return; }
  get("canvas").focus();
}

// no line before the first button, and none beside another
function withoutEdges(entries) {
  return entries.filter((each, place) => each || (place && entries[place - 1] && entries.slice(0, place).some(Boolean)));
}

const LEAST = { some: 1, many: 2, three: 3 };

function state(get, all, simulating) {
  const count = get("selection").get().length;
  all.forEach((each) => {
    const { needs } = each.dataset;
    let able = true;
    if (needs && simulating) { able = false; }
    else if (needs === "edit") { able = true; }
    else if (needs === "undo") { able = get("commandStack").canUndo(); }
    else if (needs === "redo") { able = get("commandStack").canRedo(); }
    else if (needs) { able = count >= LEAST[needs]; }
    each.setAttribute("aria-disabled", String(!able));
  });
}

function moveByArrows(place, all) {
  place.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed && pressed.getAttribute("aria-disabled") === "true") { event.stopImmediatePropagation(); event.preventDefault(); }
  }, true);
  place.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) { return; }
    const next = all[(at + step + all.length) % all.length];
    all.forEach((each) => { each.tabIndex = each === next ? 0 : -1; });
    next.focus();
    event.preventDefault();
  });
}

function fullScreen() {
  if (document.fullscreenElement) { document.exitFullscreen(); } else { document.documentElement.requestFullscreen().catch(() => {}); }
}
