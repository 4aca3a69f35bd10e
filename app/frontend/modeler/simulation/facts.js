// What is known while tokens are moved: what people answered, and what somebody's choices at gateways say. A gateway is
// decided by itself where every condition that must be asked is known; else whoever simulates chooses.
import { propertiesOf, verbOf } from "../elements/extensions";
import { evaluate, parse, walk } from "../conditions/parser";
import { conditionOf } from "../panel/flow";

export class Known {
  // what only answers make known is known to be nothing until somebody has answered
  constructor({ verbs, sides }) {
    const answers = ["outcome", "returned_by", "refusal", ...sides.map((each) => each.key)];
    Object.assign(this, { facts: Object.fromEntries(answers.map((each) => [each, null])), verbs });
  }

  answered(task, outcome) {
    const own = propertiesOf(task);
    this.facts.outcome = outcome;
    if (outcome === "send_back" && own.returns_as) { this.facts.returned_by = own.returns_as; }
    if (own.side) { this.facts[own.side] = outcome; }
  }

  // what an operation makes known may be another thing than before
  ran(task) {
    const verb = this.verbs.find((each) => each.key === verbOf(task));
    (verb ? verb.gives : []).forEach((each) => { delete this.facts[each.name]; });
  }

  refused(code) { if (code) { this.facts.refusal = code; } }

  // true, false, or null where something that is asked is not known
  holds(flow) {
    const tree = treeOf(flow);
    if (!tree || [...walk(tree)].some((part) => part.kind === "fact" && !(part.name in this.facts))) { return null; }
    try { return Boolean(evaluate(tree, this.facts)); } catch (_unreadable) { return null; }
  }

  // the flows that leave a gateway, where that is decided; else null
  decided(gateway, onlyOne) {
    const flows = gateway.get("outgoing");
    const asked = flows.filter((each) => each !== gateway.default);
    const taken = [];
    for (const flow of asked) {
      const answer = this.holds(flow);
      if (answer === null) { return null; }
      if (answer) { taken.push(flow); }
      if (answer && onlyOne) { return taken; }
    }
    if (taken.length) { return taken; }
    return gateway.default ? [gateway.default] : null;
  }

  // what a choice says: its condition holds, those before it do not
  chosen(gateway, flow) {
    const asked = gateway.get("outgoing").filter((each) => each !== gateway.default);
    const before = asked.includes(flow) ? asked.slice(0, asked.indexOf(flow)) : asked;
    before.forEach((each) => this.learn(treeOf(each), false));
    this.learn(treeOf(flow), true);
  }

  learn(tree, holds) {
    if (!tree) { return; }
    if (tree.kind === "fact") { this.facts[tree.name] = holds; }
    else if (tree.kind === "not") { this.learn(tree.part, !holds); }
    else if ((tree.kind === "and" && holds) || (tree.kind === "or" && !holds)) { tree.parts.forEach((each) => this.learn(each, holds)); }
    else if (tree.kind === "compare" && tree.sign === "==" && holds && tree.left.kind === "fact" && tree.right.kind === "constant") {
      this.facts[tree.left.name] = tree.right.value;
    }
  }
}

function treeOf(flow) {
  try { return conditionOf(flow) ? parse(conditionOf(flow)) : null; } catch (_unreadable) { return null; }
}
