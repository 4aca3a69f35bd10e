// A counter-example as steps on the diagram: which element, what was decided there, and by which flows the next is
// reached. Conditions are asked with what is known at that step, so that the flows are those that were taken.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { conditionOf } from "../panel/flow";
import { flowElementsOf, isForPeople, wordsOfValue } from "../conditions/facts";
import { propertiesOf, verbOf } from "../elements/extensions";
import { holds } from "../conditions/parser";
import { shortName } from "../panel/names";

const LONGEST = 60; // flows between two steps

// { element, flows, words } for each step of a finding's counter-example
export function stepsOf(finding, definitions, vocabulary) {
  const elements = flowElementsOf(definitions);
  const start = elements.find((each) => is(each, "bpmn:StartEvent"));
  const walk = new Walk(elements, start);
  const words = new Words(vocabulary);
  return finding.counter_example.map((step) => {
    const { target, flows } = walk.to(step);
    return {
      element: target ? target.id : null,
      flows: flows.map((each) => each.id),
      words: words.of(step, target),
    };
  });
}

class Walk {
  constructor(elements, start) {
    Object.assign(this, { elements, here: start, known: {} });
  }

  to(step) {
    Object.assign(this.known, step.facts || {});
    const found = step.task || step.verb || step.end ? this.reached(this.target(step)) : { target: this.waiting(step), flows: [] };
    this.here = found.target || this.here;
    if (step.task) { this.answered(step); }
    Object.assign(this.known, step.gives || {});
    if (step.refused) {
      this.known.refusal = step.refused;
      this.here = this.border(this.here, "errorRef", (each) => each.errorCode === step.refused) || this.here;
    }
    return found;
  }

  answered({ outcome }) {
    const own = this.here ? propertiesOf(this.here) : {};
    this.known.outcome = outcome;
    if (outcome === "send_back" && own.returns_as) { this.known.returned_by = own.returns_as; }
    if (own.side) { this.known[own.side] = outcome; }
  }

  target(step) {
    if (step.task) { return (each) => each.id === step.task; }
    if (step.verb) { return (each) => is(each, "bpmn:ServiceTask") && verbOf(each) === step.verb; }
    return (each) => each.id === step.end;
  }

  // the event that the message of a step goes to
  waiting(step) {
    return step.message ? this.elements.find((each) => hears(each, "messageRef", (one) => one.name === step.message)) : null;
  }

  border(host, reference, fits) {
    return this.elements.find((each) => each.attachedToRef === host && hears(each, reference, fits));
  }

  // the nearest such element: through gateways and events only, by flows that hold; else however it can be reached
  reached(isTarget) {
    return (this.here && (this.search(isTarget, true) || this.search(isTarget, false))) || {
      target: this.elements.find(isTarget) || null, flows: [],
    };
  }

  search(isTarget, strictly) {
    const queue = [{ at: this.here, flows: [] }];
    const seen = new Set();
    while (queue.length) {
      const { at, flows } = queue.shift();
      for (const flow of this.leaving(at, strictly)) {
        const path = [...flows, flow];
        const next = flow.targetRef;
        if (isTarget(next)) { return { target: next, flows: path }; }
        const stops = strictly && (isForPeople(next) || is(next, "bpmn:ServiceTask"));
        if (!stops && !seen.has(next) && path.length < LONGEST) {
          seen.add(next);
          queue.push({ at: next, flows: path });
        }
      }
    }
    return null;
  }

  leaving(at, strictly) {
    const flows = at.get("outgoing") || [];
    if (!strictly) {
      const borders = this.elements.filter((each) => each.attachedToRef === at);
      return [...flows, ...borders.flatMap((each) => each.get("outgoing") || [])];
    }
    if (!is(at, "bpmn:ExclusiveGateway") && !is(at, "bpmn:InclusiveGateway")) { return flows; }
    const taken = flows.filter((each) => conditionOf(each) && holds(conditionOf(each), this.known));
    return taken.length ? taken : flows.filter((each) => each === at.default || !conditionOf(each));
  }
}

function hears(event, reference, fits) {
  return (event.eventDefinitions || []).some((each) => each[reference] && fits(each[reference]));
}

class Words {
  constructor({ facts, outcomes, roles, duties, verbs }) {
    const by = (list, key, value) => Object.fromEntries(list.map((each) => [each[key], each[value]]));
    this.facts = { ...by(verbs.flatMap((each) => each.gives), "name", "words"), ...by(facts, "name", "words") };
    this.outcomes = by(outcomes, "key", "record");
    this.roles = by(roles, "key", "name");
    this.duties = by(duties, "key", "name");
    this.verbs = by(verbs, "key", "name");
  }

  of(step, target) {
    if (step.facts) { return Object.keys(step.facts).length ? `已知：${this.known(step.facts)}` : "申请提出"; }
    if (step.task) {
      const who = [this.roles[step.role], this.duties[step.duty]].filter(Boolean).join(" ");
      return `${who || "办理人"}在“${target ? shortName(target) : step.task}”${this.outcomes[step.outcome] || step.outcome}`;
    }
    if (step.verb) {
      const name = `“${this.verbs[step.verb] || step.verb}”`;
      if (step.refused) { return `${name}不能办理（${step.refused}）`; }
      return `自动执行${name}${step.gives ? `，得知${this.known(step.gives)}` : ""}`;
    }
    if (step.end) { return `办件结束：${target ? shortName(target) : step.end}`; }
    return step.message ? `收到消息 ${step.message}` : "继续";
  }

  known(facts) {
    return Object.entries(facts).map(([name, value]) => {
      const words = this.facts[name] || name;
      return typeof value === "string" ? `${words}为“${this.outcomes[value] || value}”` : `${words}：${wordsOfValue(value)}`;
    }).join("；");
  }
}
