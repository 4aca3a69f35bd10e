// A condition in plain words, and what is wrong with one as it is typed.
import { ConditionFault, parse, walk } from "./parser";
import { wordsOfValue } from "./facts";

const SIGNS = {
  "==": "为", "!=": "不为", "<": "小于", ">": "大于", "<=": "不大于", ">=": "不小于", in: "属于", "not in": "不属于",
};

export function inWords(tree, facts) {
  const said = (part) => inWords(part, facts);
  const fact = (name) => (facts.get(name) || { words: name }).words;
  switch (tree.kind) {
    case "constant": return typeof tree.value === "string" ? `“${tree.value}”` : wordsOfValue(tree.value);
    case "fact": return fact(tree.name);
    case "and": return tree.parts.map(said).join("，并且");
    case "or": return tree.parts.map(said).join("，或者");
    case "not": return `不是（${said(tree.part)}）`;
    case "compare": return `${said(tree.left)}${SIGNS[tree.sign]}${valueIn(tree, facts) || said(tree.right)}`;
    case "negative": return `-${said(tree.part)}`;
    case "list": return tree.parts.map(said).join("、");
    case "length": return `${said(tree.of)}的个数`;
    default: return `${said(tree.value)}的${said(tree.key)}`;
  }
}

// what a constant means beside the fact that it is compared with
function valueIn({ left, right }, facts) {
  if (left.kind !== "fact" || right.kind !== "constant" || !facts.has(left.name)) { return null; }
  const known = facts.get(left.name).values.find(([value]) => value === right.value);
  return known && typeof right.value !== "boolean" ? `“${known[1]}”` : null;
}

// { words } of a condition, or { fault } that keeps it from being run, or { words, doubt }
export function judged(text, facts) {
  let tree;
  try {
    tree = parse(text);
  } catch (error) {
    if (error instanceof ConditionFault) { return { fault: error.message }; }
    throw error;
  }
  const words = inWords(tree, facts);
  for (const part of walk(tree)) {
    if (part.kind === "fact" && !facts.has(part.name)) {
      return { words, doubt: `没有叫 ${part.name} 的事实，条件永远不会成立` };
    }
    if (part.kind === "compare" && part.left.kind === "fact" && part.right.kind === "constant") {
      const doubt = impossible(part, facts.get(part.left.name));
      if (doubt) { return { words, doubt }; }
    }
  }
  return { words };
}

function impossible({ left, right }, fact) {
  const finite = fact && fact.kind !== "number" && fact.values.length;
  if (!finite || right.value === null || fact.values.some(([value]) => value === right.value)) { return null; }
  return `${fact.words}（${left.name}）不会是 ${typeof right.value === "string" ? `"${right.value}"` : right.value}`;
}

// what may be typed at this place: whole conditions first, then facts, then the values of the fact before
export function completions(text, caret, facts) {
  const before = text.slice(0, caret);
  const compared = before.match(/([\p{L}_][\p{L}\p{N}_]*)\s*(==|!=)\s*("?[^"\s]*)$/u);
  if (compared && facts.has(compared[1])) {
    const from = caret - compared[3].length;
    const typed = compared[3].replace('"', "");
    return facts.get(compared[1]).values
      .map(([value, words]) => ({ text: written(value), words, from }))
      .filter((each) => each.text.includes(typed) || each.words.includes(typed));
  }
  const word = before.match(/[\p{L}_][\p{L}\p{N}_]*$/u);
  const typed = word ? word[0] : "";
  const from = caret - typed.length;
  if (typed === "" && before.trim() && !/(\band|\bor|\bnot|\()\s*$/.test(before)) { return []; }
  return [...facts].flatMap(([name, fact]) => wholes(name, fact))
    .filter((each) => each.text.includes(typed) || each.words.includes(typed))
    .map((each) => ({ ...each, from }));
}

function wholes(name, fact) {
  if (fact.kind === "yes-no") {
    return [{ text: name, words: `${fact.words}：是` }, { text: `not ${name}`, words: `${fact.words}：否` }];
  }
  if (fact.kind === "number") {
    return [{ text: `${name} == 0`, words: `${fact.words}为 0` }, { text: `${name} > 0`, words: `${fact.words}大于 0` }];
  }
  const all = fact.values.map(([value, words]) => ({ text: `${name} == ${written(value)}`, words: `${fact.words}为“${words}”` }));
  return all.length ? all : [{ text: `${name} == `, words: fact.words }];
}

const written = (value) => (typeof value === "string" ? `"${value}"` : wordsInPython(value));
const wordsInPython = (value) => ({ true: "True", false: "False", null: "None" }[String(value)] || String(value));
