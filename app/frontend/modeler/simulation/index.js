// Moves tokens through the diagram, one step after the other, as whoever watches chooses. Nothing is changed by it, and
// nothing can be changed meanwhile; a step can be taken back, since the steps before are simply taken again.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { button, h } from "../page/dom";
import { bringIntoView } from "../page/view";
import { shortName } from "../panel/names";
import { Known } from "./facts";
import { Offers } from "./offers";
import { begin, end, tokensIn } from "./tokens";

const BY_ITSELF = 100; // gateways in a row that are decided by themselves: more is a loop

export class Simulation {
  constructor({ editor, place, vocabulary, player }) {
    Object.assign(this, { editor, place, vocabulary, player, active: false, marked: new Map() });
    const bus = editor.get("eventBus");
    bus.on("tokenSimulation.simulator.trace", ({ action, element, scope }) => { if (this.active) { this.traced(action, element || (scope && scope.element)); } });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.active && !event.defaultPrevented && !document.querySelector("dialog[open]")) { this.stop(); }
    });
    player.onPlay = () => this.stop();
  }

  start() {
    if (this.active) { this.stop(); return; }
    this.player.stop();
    this.active = true;
    this.steps = [];
    this.show(true);
    this.again([]);
    this.place.querySelector("button.offer, button").focus();
  }

  stop() {
    if (!this.active) { return; }
    this.active = false;
    end(this.editor);
    this.unmark();
    this.show(false);
    this.editor.get("canvas").focus();
  }

  show(open) {
    this.place.hidden = !open;
    this.place.setAttribute("aria-label", open ? "模拟" : "演示");
    document.body.classList.toggle("playing", open);
    document.body.classList.toggle("simulating", open);
    this.editor.get("eventBus").fire("simulation.changed", { active: open });
  }

  // from the beginning, by steps of which each is known by its key
  again(keys) {
    begin(this.editor);
    this.known = new Known(this.vocabulary);
    Object.assign(this, { steps: [], passed: new Set(), ended: [], fault: "" });
    this.offers = new Offers({ editor: this.editor, vocabulary: this.vocabulary, known: this.known, passed: this.passed });
    keys.forEach((key) => {
      const found = this.offers.all().flatMap((each) => each.offers).find((each) => each.key === key);
      if (found) { this.take(found); }
    });
    this.draw();
  }

  take(offer) {
    const step = { key: offer.key, words: offer.words, further: [] };
    this.steps.push(step);
    try {
      offer.act();
      for (let next = this.offers.decided(), count = 0; next && count < BY_ITSELF; next = this.offers.decided(), count += 1) {
        step.further.push(next.words);
        next.act();
      }
    } catch (_unrunnable) { this.fault = "这里的画法不能模拟，可以后退一步。"; }
  }

  traced(action, element) {
    if (!element || !["enter", "signal"].includes(action) || is(element, "bpmn:Participant")) { return; }
    this.passed.add(element.id);
    if (is(element, "bpmn:EndEvent")) { this.ended.push(shortName(element.businessObject)); }
  }

  draw() {
    const tokens = tokensIn(this.editor);
    const places = this.fault ? [] : this.offers.all();
    this.mark(tokens);
    const act = (offer) => () => { this.take(offer); this.draw(); (this.place.querySelector("button.offer") || this.place.querySelector("button")).focus(); };
    const last = this.steps[this.steps.length - 1];
    this.place.replaceChildren(
      h("h2", {}, "模拟"),
      h("p", { class: "said", role: "status", "aria-live": "polite" }, this.sentence(tokens, places)),
      last && last.further.length ? h("p", { class: "help" }, `已按条件走：${last.further.join("；")}`) : "",
      ...places.map(({ place, offers }) => h("div", { class: "place", role: "group", "aria-label": shortName(place.businessObject) },
        h("h3", {}, shortName(place.businessObject)),
        offers.map((each) => h("div", { class: each.help ? "why" : "" }, button(each.label, act(each), { class: "offer", title: each.words }), each.help ? h("span", { class: "help" }, ` ${each.help}`) : null)))),
      h("p", { class: "actions" },
        button("后退一步", () => this.back(), { disabled: !this.steps.length }),
        button("重来", () => this.back(this.steps.length), { disabled: !this.steps.length }),
        button("结束模拟", () => this.stop(), { title: "结束模拟（Esc）" })),
      h("ol", { class: "path" }, this.steps.map((each) => h("li", {}, [each.words, ...each.further].join("；")))));
    const seen = tokens[0] || (places[0] && places[0].place);
    if (seen) { bringIntoView(this.editor, seen); }
  }

  back(steps = 1) {
    this.again(this.steps.slice(0, this.steps.length - steps).map((each) => each.key));
    this.place.querySelector("button.offer, button").focus();
  }

  sentence(tokens, places) {
    if (this.fault) { return this.fault; }
    const names = [...new Set(tokens.map((each) => shortName(each.businessObject)))];
    if (!this.steps.length) { return "从开始事件放入令牌，逐步看流程怎样走；流程图不会改动。"; }
    if (!tokens.length) { return `走完了${this.ended.length ? `：${[...new Set(this.ended)].join("、")}` : ""}。`; }
    const moves = places.some(({ place }) => tokens.includes(place) || place.children.some((each) => tokens.includes(each)) || is(place, "bpmn:Event"));
    return moves ? `令牌在：${names.join("、")}` : `停住了：令牌在“${names.join("”“")}”等不到别的令牌，走不下去。`;
  }

  mark(tokens) {
    this.unmark();
    const [canvas, overlays, registry] = ["canvas", "overlays", "elementRegistry"].map((each) => this.editor.get(each));
    const add = (id, name) => { if (registry.get(id)) { canvas.addMarker(id, name); this.marked.set(`${id} ${name}`, [id, name]); } };
    this.passed.forEach((id) => add(id, "played"));
    new Set(tokens).forEach((each) => {
      add(each.id, "playing");
      const count = tokens.filter((other) => other === each).length;
      overlays.add(each, "token", { html: h("span", { class: "token" }, String(count)), position: { bottom: 10, left: -10 } });
    });
  }

  unmark() {
    this.marked.forEach(([id, name]) => this.editor.get("canvas").removeMarker(id, name));
    this.marked.clear();
    this.editor.get("overlays").remove({ type: "token" });
  }
}
