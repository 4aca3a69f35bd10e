// Plays a counter-example on the diagram: each step marked, said in words, by hand or by itself.
import { button, h } from "../page/dom";
import { bringIntoView } from "../page/view";
import { stepsOf } from "./path";

const PAUSE = 1400; // milliseconds of a step
const MARKS = ["played", "playing"];

export class Player {
  constructor({ editor, place, vocabulary }) {
    Object.assign(this, { editor, place, vocabulary, steps: [], at: -1 });
    place.hidden = true;
    editor.get("eventBus").on("commandStack.changed", () => this.stop());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.playing && !event.defaultPrevented && !document.querySelector("dialog[open]")) { this.stop(); }
    });
  }

  onPlay() {} // whoever else uses the place ends

  // after: called when it ends
  play(finding, after = () => {}) {
    this.onPlay();
    this.stop();
    this.after = after;
    this.from = document.activeElement;
    this.steps = stepsOf(finding, this.editor.getDefinitions(), this.vocabulary);
    this.words = h("p", { class: "said", role: "status", "aria-live": "polite" });
    this.run = button("播放", () => this.toggle());
    this.back = button("上一步", () => this.go(this.at - 1));
    this.next = button("下一步", () => this.go(this.at + 1));
    this.place.replaceChildren(
      h("h2", {}, "反例"), this.words,
      h("p", { class: "actions" }, this.back, this.next, this.run, button("结束演示", () => this.stop(), { title: "结束演示（Esc）" })),
      h("ol", { class: "path" }, this.steps.map((each, at) => h("li", {}, button(each.words, () => this.go(at), { class: "link" })))));
    this.show(true);
    [this.reason] = finding.message.split("例如：");
    this.go(0);
    this.next.focus();
  }

  go(at) {
    if (at < 0 || at >= this.steps.length) { return; }
    this.at = at;
    this.unmark();
    const canvas = this.editor.get("canvas");
    this.marked = new Set();
    const mark = (id, name) => { if (id && this.editor.get("elementRegistry").get(id)) { canvas.addMarker(id, name); this.marked.add(id); } };
    this.steps.slice(0, at).forEach((each) => [...each.flows, each.element].forEach((id) => mark(id, "played")));
    const step = this.steps[at];
    [...step.flows, step.element].forEach((id) => mark(id, "playing"));
    const last = at === this.steps.length - 1;
    this.words.textContent = `第 ${at + 1} 步，共 ${this.steps.length} 步：${step.words}${last ? `。结论：${this.reason}` : ""}`;
    [...this.place.querySelectorAll(".path li")].forEach((each, place) => {
      each.classList.toggle("now", place === at);
      if (place === at) { each.setAttribute("aria-current", "step"); } else { each.removeAttribute("aria-current"); }
    });
    this.back.disabled = at === 0;
    this.next.disabled = last;
    const element = step.element && this.editor.get("elementRegistry").get(step.element);
    if (element) { bringIntoView(this.editor, element); }
    if (last) { this.pause(); }
  }

  // in the place of the panel, so that the diagram keeps its room
  show(open) {
    this.place.hidden = !open;
    this.playing = open;
    document.body.classList.toggle("playing", open);
  }

  toggle() {
    if (this.timer) { this.pause(); return; }
    if (this.at === this.steps.length - 1) { this.go(0); }
    this.run.textContent = "暂停";
    this.timer = setInterval(() => this.go(this.at + 1), PAUSE);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.run.textContent = "播放";
  }

  unmark() {
    const canvas = this.editor.get("canvas");
    (this.marked || []).forEach((id) => {
      if (this.editor.get("elementRegistry").get(id)) { MARKS.forEach((each) => canvas.removeMarker(id, each)); }
    });
  }

  stop() {
    if (!this.playing) { return; }
    this.pause();
    this.unmark();
    this.show(false);
    this.after();
    if (this.from && this.from.isConnected) { this.from.focus(); }
  }
}
