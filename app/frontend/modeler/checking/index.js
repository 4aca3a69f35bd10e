// Checks the draft after each saving, as publication would: findings stand on their shapes and in a list, the worst
// first; choosing one shows its element, and a policy's counter-example plays on the diagram.
import { button, debounced, h } from "../page/dom";
import { onFlow } from "../page/onflow";
import { bringIntoView } from "../page/view";
import { nameOf } from "../panel/names";

const REST = 400;
const HALF = 12; // of a sign, in pixels
const SEVERITIES = { error: ["错误", "!", "red"], warning: ["提醒", "?", "amber"], info: ["说明", "i", "grey"] };
const ORDER = ["error", "warning", "info"];

// a sentence of the proof, and the path that it gives for an example
export function shortened(message) {
  const [short, path] = message.split("例如：");
  return [short, path ? path.split("→").join(" → ") : ""];
}

export class Checking {
  constructor({ editor, server, name, place, vocabulary, player }) {
    Object.assign(this, { editor, server, name, place, vocabulary, player });
    this.findings = [];
    this.worst = new Map(); // element -> its findings, the worst first
    editor.get("eventBus").on("connection.changed", ({ element }) => this.follow(element));
    this.round = 0;
    this.later = debounced(() => this.check(), REST);
    this.open = false;
    this.summary = h("span", { class: "summary", role: "status", "aria-live": "polite" }, "正在检查…");
    this.list = h("ol", { class: "found", id: "found", tabindex: "-1" });
    this.toggle = button("展开", () => this.show(!this.open), { class: "small", "aria-expanded": "false", "aria-controls": "found" });
    place.replaceChildren(h("div", { class: "findings-bar" }, h("h2", {}, "检查"), this.summary,
      button("立即检查", () => this.later.now(), { class: "small" }), this.toggle), this.list);
    this.list.hidden = true;
  }

  // what stands open while the list is folded: the first error, one that an example shows before others
  get first() {
    const errors = this.findings.filter((each) => each.severity === "error");
    return errors.find((each) => each.counter_example && each.counter_example.length) || errors[0];
  }

  async check() {
    const round = this.round += 1;
    this.summary.textContent = "正在检查…";
    let found;
    try { found = await this.server.check(); } catch (refused) {
      if (round === this.round) { this.summary.textContent = `没有检查：${refused.message}`; }
      return;
    }
    if (round !== this.round) { return; } // a later one is under way
    this.findings = found.findings;
    this.publishable = found.publishable;
    this.draw();
  }

  draw() {
    const counts = ORDER.map((each) => [each, this.findings.filter((one) => one.severity === each).length]).filter(([, count]) => count);
    this.summary.replaceChildren(
      h("span", { class: `tag ${this.publishable ? "green" : "red"}` }, this.publishable ? "✓ 可以发布" : "✕ 不能发布"),
      ...counts.map(([each, count]) => h("span", { class: `tag ${SEVERITIES[each][2]}` }, `${SEVERITIES[each][0]} ${count}`)));
    const { first } = this;
    this.list.replaceChildren(...this.findings.map((each) => this.item(each, each === first)));
    this.list.hidden = !this.open && !first;
    if (!this.findings.length) { this.list.append(h("li", { class: "quiet" }, "没有发现问题。")); }
    this.badges();
  }

  item(finding, isFirst) {
    const [word, , colour] = SEVERITIES[finding.severity] || SEVERITIES.info;
    const element = this.elementOf(finding);
    const example = finding.counter_example;
    const [short, path] = shortened(finding.message);
    const elsewhere = finding.file && finding.file !== this.name ? `（在 ${finding.file}）` : "";
    return h("li", { class: isFirst ? "first" : null },
      h("span", { class: `tag ${colour}` }, word),
      h("div", { class: "what" },
        element
          ? button(short, () => this.go(element), { class: "link found-link" })
          : h("span", {}, short, elsewhere),
        path ? h("p", { class: "help" }, h("b", {}, "例如："), path) : null,
        h("p", { class: "help" }, h("b", {}, "怎么办："), finding.advice)),
      h("span", { class: "whose" }, element ? nameOf(element) : "", " ", this.vocabulary.rules[finding.kind] || ""),
      example && example.length && !elsewhere ? button("演示反例", () => this.play(finding), { class: "small" }) : null);
  }

  // the list makes room for the diagram while an example plays
  play(finding) {
    const { open } = this;
    this.show(false);
    this.player.play(finding, () => this.show(open));
  }

  elementOf(finding) {
    const known = !finding.file || finding.file === this.name;
    return known && finding.element ? this.editor.get("elementRegistry").get(finding.element) : null;
  }

  go(element) {
    this.editor.get("selection").select(element);
    bringIntoView(this.editor, element);
  }

  badges() {
    const overlays = this.editor.get("overlays");
    overlays.remove({ type: "finding" });
    const worst = this.worst = new Map();
    this.findings.forEach((each) => {
      const element = this.elementOf(each);
      if (!element || element === this.editor.get("canvas").getRootElement()) { return; }
      const before = worst.get(element);
      const some = before ? [...before, each] : [each];
      worst.set(element, some.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)));
    });
    worst.forEach((some, element) => this.badge(overlays, element, some));
  }

  // a flow's sign stands by its points, which have changed
  follow(flow) {
    const some = this.worst.get(flow);
    if (!some) { return; }
    const overlays = this.editor.get("overlays");
    overlays.remove({ element: flow, type: "finding" });
    this.badge(overlays, flow, some);
  }

  badge(overlays, element, some) {
    const [word, sign, colour] = SEVERITIES[some[0].severity];
    const words = some.map((each) => each.message).join("\n");
    const html = h("button", {
      type: "button", class: `badge ${colour}`, title: words, "aria-label": `${nameOf(element)}：${word}，${words}`, tabindex: "-1",
      onclick: () => { this.show(true); this.go(element); },
    }, sign, some.length > 1 ? h("small", {}, String(some.length)) : null);
    overlays.add(element, "finding", { html, position: element.waypoints ? onFlow(element, HALF) : { top: -12, right: element.width > 60 ? 26 : 12 } });
  }

  show(open) {
    this.open = open;
    this.list.hidden = !open && !this.first;
    this.place.classList.toggle("open", open);
    this.toggle.textContent = open ? "收起" : "展开";
    this.toggle.setAttribute("aria-expanded", String(open));
    this.editor.get("canvas").resized();
  }
}
