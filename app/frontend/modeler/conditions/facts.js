// The facts that conditions of a diagram may ask for: those of the process, those that its verbs make known, and what
// the answers of people make known by themselves.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { propertiesOf, verbOf } from "../elements/extensions";

// every flow element below a root element, whatever sub-process it stands in
export function flowElementsOf(definitions) {
  const within = (scope) => (scope.flowElements || []).flatMap((each) => [each, ...within(each)]);
  return (definitions.get("rootElements") || []).filter((each) => is(each, "bpmn:Process")).flatMap(within);
}

export function outcomesOf(task) {
  const said = propertiesOf(task).outcomes || "agree";
  return said.split(",").map((each) => each.trim()).filter(Boolean);
}

export const isForPeople = (each) => ["bpmn:UserTask", "bpmn:ManualTask", "bpmn:Task"].includes(each.$type);

// name to { words, kind, values: [[value, words]] }
export function factsOf(definitions, vocabulary) {
  const elements = flowElementsOf(definitions);
  const tasks = elements.filter(isForPeople);
  const called = new Set(elements.map(verbOf).filter(Boolean));
  const words = Object.fromEntries(vocabulary.outcomes.map((each) => [each.key, each.record]));
  const outcomes = [...new Set(tasks.flatMap(outcomesOf))].map((key) => [key, words[key] || key]);
  const facts = new Map();
  const add = (name, fact) => { if (!facts.has(name)) { facts.set(name, fact); } };
  const given = vocabulary.verbs.filter((each) => called.has(each.key)).flatMap((each) => each.gives);
  [...given, ...vocabulary.facts].forEach((each) => add(each.name, {
    words: each.words, kind: each.kind, values: each.values.map((value) => [value, wordsOfValue(value)]),
  }));
  add("outcome", { words: "办理结果", kind: "text", values: outcomes });
  const returned = tasks.filter((each) => propertiesOf(each).returns_as)
    .map((each) => [propertiesOf(each).returns_as, each.name || each.id]);
  if (returned.length) { add("returned_by", { words: "退回自", kind: "text", values: returned }); }
  vocabulary.sides.forEach(({ key, name }) => {
    const own = tasks.filter((each) => propertiesOf(each).side === key);
    const said = [...new Set(own.flatMap(outcomesOf))].map((value) => [value, words[value] || value]);
    if (said.length) { add(key, { words: `${name}的答复`, kind: "text", values: said }); }
  });
  const errors = (definitions.get("rootElements") || []).filter((each) => is(each, "bpmn:Error") && each.errorCode);
  if (errors.length) {
    add("refusal", { words: "操作不能办理的原因", kind: "text", values: errors.map((e) => [e.errorCode, e.name || e.errorCode]) });
  }
  return facts;
}

export function wordsOfValue(value) {
  if (value === true) { return "是"; }
  if (value === false) { return "否"; }
  return value === null ? "没有" : String(value);
}
