// What can happen next, place by place: an answer of people, an operation that is done or refused, a way out of a
// gateway, a message, a time.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

import { factsOf, isForPeople, outcomesOf } from "../conditions/facts";
import { judged } from "../conditions/reading";
import { propertiesOf } from "../elements/extensions";
import { conditionOf } from "../panel/flow";
import { shortName } from "../panel/names";

const HEARD = { message: "收到消息", signal: "收到信号", timer: "时间到", condition: "条件成立", error: "不能办理", escalation: "升级", cancel: "取消" };
const BY_ONE = ["bpmn:ExclusiveGateway"];

export class Offers {
  constructor({ editor, vocabulary, known, passed }) {
    Object.assign(this, { editor, vocabulary, known, passed, simulator: editor.get("simulator") });
  }

  // { place, offers: [{ key, label, help, words, act }] } for each place where a token can move on
  all() {
    const places = new Map();
    const atBorder = (each) => (is(each.event.element, "bpmn:BoundaryEvent") ? 1 : 0);
    this.subscriptions().sort((a, b) => atBorder(a) - atBorder(b)).forEach((each) => {
      const { element } = each.event;
      const place = is(element, "bpmn:BoundaryEvent") ? element.host : element;
      if (!places.has(place)) { places.set(place, []); }
      places.get(place).push(...this.of(each, element));
    });
    return [...places].map(([place, offers]) => ({ place, offers }));
  }

  subscriptions() {
    return this.simulator.findSubscriptions({}).filter(({ event, scope }) => {
      if (!event.element || !(event.type in HEARD || ["none", "continue"].includes(event.type))) { return false; }
      // an error of a sub-process is thrown within it
      if (event.type === "error" && event.element.host && is(event.element.host, "bpmn:SubProcess")) { return false; }
      const begins = !scope.parent && is(event.element, "bpmn:StartEvent") && !is(event.element.parent, "bpmn:SubProcess");
      return !begins || !event.element.parent.children.some((each) => this.passed.has(each.id)); // a process begins once
    });
  }

  of(subscription, element) {
    const said = getBusinessObject(element);
    const offer = (what, label, words, before = () => {}, help = "") => ({
      key: `${element.id} ${what}`, label, help, words,
      act: () => { before(); this.simulator.trigger({ event: subscription.event, scope: subscription.scope }); },
    });
    const name = shortName(said);
    if (is(element, "bpmn:StartEvent") && subscription.event.type === "none") { return [offer("start", "放入令牌", `从“${name}”开始`)]; }
    if (is(element, "bpmn:Gateway")) { return this.ways(element, said, offer); }
    if (subscription.event.type === "continue") {
      if (isForPeople(said)) {
        return outcomesOf(said).map((outcome) => {
          const answer = this.wordsOf(said, outcome);
          return offer(outcome, answer, `“${name}”：${answer}`, () => this.known.answered(said, outcome));
        });
      }
      const [label, words] = is(element, "bpmn:ServiceTask") ? ["执行", `执行“${name}”`] : ["办完", `“${name}”办完`];
      return [offer("done", label, words, () => this.known.ran(said))];
    }
    const heard = `${HEARD[subscription.event.type] || "继续"}：${name}`;
    const error = subscription.event.type === "error" && subscription.event.ref;
    return [offer("heard", heard, heard, () => { if (error) { this.known.refused(error.errorCode); } })];
  }

  ways(element, said, offer) {
    const flows = element.outgoing.filter((each) => is(each, "bpmn:SequenceFlow"));
    const facts = factsOf(this.editor.getDefinitions(), this.vocabulary);
    const one = BY_ONE.some((type) => is(element, type));
    const to = (flow) => `${flow.businessObject.name ? `${flow.businessObject.name}，` : ""}到“${shortName(flow.businessObject.targetRef)}”`;
    const why = (flow) => {
      if (said.default === flow.businessObject) { return "其他条件都不成立时"; }
      const text = conditionOf(flow.businessObject);
      return text ? judged(text, facts).words || "" : "";
    };
    const choose = (some) => () => {
      if (one) { this.known.chosen(said, some[0].businessObject); }
      this.simulator.setConfig(element, { activeOutgoing: one ? some[0] : some });
    };
    const own = flows.map((flow) => offer(flow.id, to(flow), to(flow), choose([flow]), why(flow)));
    if (one) { return own; }
    return [...own, offer("all", "同时走各条", "同时走各条", choose(flows))];
  }

  // the offer that follows from what is known, at a gateway where a token waits; else null
  decided() {
    for (const { place, offers } of this.all()) {
      const taken = is(place, "bpmn:Gateway") ? this.known.decided(getBusinessObject(place), BY_ONE.some((type) => is(place, type))) : null;
      if (taken) {
        const key = taken.length === 1 ? `${place.id} ${taken[0].id}` : `${place.id} all`;
        const found = taken.length === 1 || taken.length === place.outgoing.length ? offers.find((each) => each.key === key) : null;
        if (found) { return found; }
      }
    }
    return null;
  }

  wordsOf(task, outcome) {
    const own = propertiesOf(task);
    const ofKind = (this.vocabulary.outcomes_of_kinds[own.kind] || {})[outcome];
    const usual = ofKind || this.vocabulary.outcomes.find((each) => each.key === outcome);
    return own[`record.${outcome}`] || (usual && usual.record) || outcome;
  }
}
