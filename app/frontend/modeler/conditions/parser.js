// Reads a condition as the engine does (workflows/scripts.py): facts compared with constants, `and`, `or`, `not`,
// `in`, subscripts and `len`; nothing that runs. What is wrong is said with the place where it is.
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(==|!=|<=|>=|[<>()[\],-]))/uy;
const LONGEST = 500;
const CONSTANTS = new Map([["True", true], ["False", false], ["None", null]]);
const RESERVED = ["if", "else", "lambda", "for", "is"];
const LOOKALIKES = { "“": '"', "”": '"', "‘": "'", "’": "'", "（": "(", "）": ")", "，": ",", "＝": "==", "＞": ">", "＜": "<" };

export class ConditionFault extends Error {
  constructor(sentence, place) {
    super(sentence);
    this.place = place;
  }
}

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const rest = text.slice(from);
      if (!rest.trim()) { break; }
      throw unreadable(rest.trim(), from + rest.indexOf(rest.trim()[0]));
    }
    const [whole, number, name, quoted, sign] = match;
    const place = from + whole.length - whole.trimStart().length;
    if (number !== undefined) { found.push({ kind: "constant", value: Number(number), place }); }
    else if (name !== undefined) { found.push({ kind: "name", value: name, place }); }
    else if (quoted !== undefined) { found.push({ kind: "constant", value: unquoted(quoted), place }); }
    else { found.push({ kind: sign, place }); }
  }
  found.push({ kind: "end", place: text.length });
  return found;
}

function unreadable(rest, place) {
  const sign = rest[0];
  if (LOOKALIKES[sign]) { return new ConditionFault(`第 ${place + 1} 个字“${sign}”是中文标点，应为 ${LOOKALIKES[sign]}`, place); }
  if (sign === '"' || sign === "'") { return new ConditionFault("引号没有成对", place); }
  if (sign === "=") { return new ConditionFault("相等写两个等号：==", place); }
  return new ConditionFault(`第 ${place + 1} 个字“${sign}”不能用在条件里`, place);
}

const unquoted = (quoted) => quoted.slice(1, -1).replace(/\\(.)/g, "$1");

class Reader {
  constructor(text) {
    this.tokens = tokens(text);
    this.at = 0;
  }

  get next() { return this.tokens[this.at]; }

  take(kind) {
    if (this.next.kind !== kind) { return null; }
    this.at += 1;
    return this.tokens[this.at - 1];
  }

  word(...words) {
    const { kind, value } = this.next;
    if (kind !== "name" || !words.includes(value)) { return null; }
    this.at += 1;
    return value;
  }

  expect(kind) {
    const found = this.take(kind);
    if (!found) { throw this.fault(`缺少 ${kind}`); }
    return found;
  }

  fault(sentence) {
    return new ConditionFault(this.next.kind === "end" ? `条件没有写完：${sentence}` : sentence, this.next.place);
  }

  whole() {
    const tree = this.either();
    if (this.next.kind !== "end") { throw this.fault(`第 ${this.next.place + 1} 个字以后多余，或者缺少 and、or`); }
    return tree;
  }

  either() { return this.several("or", () => this.both()); }

  both() { return this.several("and", () => this.negated()); }

  several(word, part) {
    const parts = [part()];
    while (this.word(word)) { parts.push(part()); }
    return parts.length === 1 ? parts[0] : { kind: word, parts };
  }

  negated() {
    return this.word("not") ? { kind: "not", part: this.negated() } : this.comparison();
  }

  comparison() {
    const left = this.operand();
    const sign = this.sign();
    if (!sign) { return left; }
    const right = this.operand();
    if (this.sign()) { throw this.fault("一个条件里只比较一次，几个条件用 and 连接"); }
    return { kind: "compare", sign, left, right };
  }

  sign() {
    const found = ["==", "!=", "<=", ">=", "<", ">"].find((each) => this.next.kind === each);
    if (found) { this.at += 1; return found; }
    if (this.word("in")) { return "in"; }
    if (this.next.value === "not" && this.tokens[this.at + 1].value === "in") { this.at += 2; return "not in"; }
    return null;
  }

  operand() {
    const value = this.primary();
    if (!this.take("[")) { return value; }
    const key = this.either();
    this.expect("]");
    return { kind: "subscript", value, key };
  }

  primary() {
    const token = this.next;
    if (this.take("constant")) { return { kind: "constant", value: token.value }; }
    if (this.take("-")) { return { kind: "negative", part: this.primary() }; }
    if (this.take("(")) { const inner = this.either(); this.expect(")"); return inner; }
    if (this.take("[")) { return { kind: "list", parts: this.list("]") }; }
    if (token.kind === "name" && !["and", "or", "not", "in", ...RESERVED].includes(token.value)) { return this.named(); }
    throw this.fault("这里应为事实、文字（加引号）或者数");
  }

  named() {
    const { value, place } = this.take("name");
    if (CONSTANTS.has(value)) { return { kind: "constant", value: CONSTANTS.get(value) }; }
    if (!this.take("(")) { return { kind: "fact", name: value, place }; }
    if (value !== "len") { throw new ConditionFault("条件里不能调用函数", place); }
    const of = this.either();
    this.expect(")");
    return { kind: "length", of };
  }

  list(end) {
    const parts = [];
    while (!this.take(end)) {
      parts.push(this.either());
      if (this.next.kind !== end) { this.expect(","); }
    }
    return parts;
  }
}

// the tree of a condition; throws ConditionFault
export function parse(text) {
  if (text.length > LONGEST) { throw new ConditionFault(`条件过长（最多 ${LONGEST} 个字）`, LONGEST); }
  return new Reader(text).whole();
}

const PARTS = (tree) => [tree.left, tree.right, tree.part, tree.value, tree.key, tree.of, ...(tree.parts || [])]
  .filter((each) => each && each.kind);

// every part of a tree, itself first
export function* walk(tree) {
  yield tree;
  for (const part of PARTS(tree)) { yield* walk(part); }
}

const COMPARED = {
  "==": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b, ">": (a, b) => a > b,
  "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
  in: (a, b) => (b || []).includes(a), "not in": (a, b) => !(b || []).includes(a),
};
const truth = (value) => Boolean(Array.isArray(value) ? value.length : value);

// the value of a tree over facts; a fact that is missing is null
export function evaluate(tree, facts) {
  const of = (part) => evaluate(part, facts);
  switch (tree.kind) {
    case "constant": return tree.value;
    case "fact": return tree.name in facts ? facts[tree.name] : null;
    case "and": return tree.parts.every((part) => truth(of(part)));
    case "or": return tree.parts.some((part) => truth(of(part)));
    case "not": return !truth(of(tree.part));
    case "compare": return COMPARED[tree.sign](of(tree.left), of(tree.right));
    case "negative": return -of(tree.part);
    case "list": return tree.parts.map(of);
    case "length": return (of(tree.of) || []).length;
    default: return (of(tree.value) || {})[of(tree.key)];
  }
}

// does a condition hold? null where it cannot be read
export function holds(text, facts) {
  try { return truth(evaluate(parse(text), facts)); } catch (_unreadable) { return null; }
}
