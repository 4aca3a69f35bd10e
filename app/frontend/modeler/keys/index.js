// Keys beyond the library's own, which stand in the list too; single letters only where the diagram has the focus.
import { h } from "../page/dom";
import { openDialog } from "../page/dialog";

const LIST = [
  ["画图（焦点在图上时）", [
    ["Ctrl+Z　Ctrl+Y", "撤销、重做"], ["Ctrl+C　Ctrl+X　Ctrl+V", "复制、剪切、粘贴，可贴到别的流程图"], ["Ctrl+A", "全选"], ["Delete", "删除所选"],
    ["方向键", "移动所选的元素，加 Shift 移得更远"], ["Ctrl+方向键", "移动画布"], ["N", "添加元素"], ["A", "在所选元素后面接一个"],
    ["T", "把所选元素连到另一个"], ["R", "把所选元素改为另一种"], ["E", "改所选元素上的字"], ["H　L　S　C", "拖动画布、框选、腾位、连线"],
  ]],
  ["查看", [
    ["Ctrl+F", "在图中查找"], ["Ctrl++　Ctrl+-　Ctrl+0　Ctrl+9", "放大、缩小、原来大小、看全图"], ["Alt+↓　Alt+↑", "选下一个、上一个元素"],
  ]],
  ["其他", [
    ["Ctrl+S", "立即保存"], ["F6", "在图、属性、检查之间移动"], ["?", "打开本说明"], ["Esc", "取消正在画的、关闭菜单，结束演示或模拟"],
  ]],
];

export function showKeys() {
  openDialog("快捷键", LIST.map(([title, some]) => h("section", {}, h("h3", {}, title),
    h("dl", { class: "keys-list" }, some.map(([keys, words]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, words)))))), { wide: true });
}

export function bindKeys({ editor, readOnly, panel, save, places }) {
  const keyboard = editor.get("keyboard");
  keyboard.addListener(900, ({ keyEvent }) => {
    if (keyboard.hasModifier(keyEvent) || keyEvent.altKey) { return undefined; }
    const chosen = editor.get("selection").get();
    if (keyEvent.key === "?") { showKeys(); return true; }
    if (readOnly || document.body.classList.contains("simulating")) { return undefined; }
    if (keyEvent.key === "n" || keyEvent.key === "N") { editor.get("ownMenus").open("own-create", "添加元素"); return true; }
    if ((keyEvent.key === "a" || keyEvent.key === "A") && chosen.length === 1) {
      editor.get("ownMenus").open("own-append", "接其他元素", chosen[0]);
      return true;
    }
    if ((keyEvent.key === "t" || keyEvent.key === "T") && chosen.length === 1 && editor.get("drawing").targets(chosen[0]).length) {
      editor.get("ownMenus").open("own-connect", "连到", chosen[0]);
      return true;
    }
    return undefined;
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
    else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      panel.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "F6") {
      event.preventDefault();
      moveOn(places, event.shiftKey ? -1 : 1);
    }
  });
}

function moveOn(places, step) {
  const shown = places().filter((each) => each && each.getClientRects().length);
  const at = shown.findIndex((each) => each === document.activeElement || each.contains(document.activeElement));
  const next = shown[(at + step + shown.length) % shown.length];
  next.focus();
}
