// Words that the libraries say without asking for a translation: changed where they appear.
const SAID = [
  [".djs-popup-search-count", (text) => text.replace(/results?/, "项").replace(/found/, "符合")],
  [".bjs-powered-by-lightbox .notice span, .bjs-powered-by-lightbox span", (text) => text.replace(
    /^\s*Web-based tooling for BPMN, DMN,? and forms\s*powered by\s*/i, "流程图由开源的 bpmn.io 绘制",
  )],
];
const LABELS = { Results: "菜单项", Search: "查找", Back: "返回", "Select search result": "查找结果", "Powered by bpmn.io": "由 bpmn.io 提供" };

export function sayInChinese(place) {
  const mend = () => {
    SAID.forEach(([selector, said]) => place.querySelectorAll(selector).forEach((each) => {
      each.childNodes.forEach((node) => {
        if (node.nodeType === Node.TEXT_NODE && said(node.data) !== node.data) { node.data = said(node.data); }
      });
    }));
    ["aria-label", "title"].forEach((name) => place.querySelectorAll(`[${name}]`).forEach((each) => {
      const words = LABELS[each.getAttribute(name)];
      if (words) { each.setAttribute(name, words); }
    }));
  };
  mend();
  new MutationObserver(mend).observe(place, { childList: true, subtree: true, characterData: true });
}
