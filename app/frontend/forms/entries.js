// The two files of a process that are lists and no forms: the reasons for refusing, and the kinds of papers asked for.
export const LISTS = {
  "reasons.json": { one: "原因", code: "code", text: "text", codeLabel: "代码", textLabel: "原因", fresh: { code: "reason", text: "新的原因" } },
  "proofs.json": { one: "证明材料", code: "kind", text: "title", codeLabel: "代码", textLabel: "名称", fresh: { kind: "paper", title: "新的材料", required: false } },
};

export const isList = (name, doc) => name in LISTS && Array.isArray(doc) && doc.every((each) => typeof each === "object" && each !== null && !Array.isArray(each));

export function freeCode(entries, list) {
  const wished = list.fresh[list.code];
  const taken = new Set(entries.map((each) => each[list.code]));
  let number = 1;
  while (taken.has(`${wished}_${number}`)) { number += 1; }
  return `${wished}_${number}`;
}

export function addEntry(entries, list, after) {
  const place = after === null ? entries.length : after + 1;
  entries.splice(place, 0, { ...list.fresh, [list.code]: freeCode(entries, list) });
  return place;
}

export function moveEntry(entries, from, to) {
  const place = Math.max(0, Math.min(to, entries.length - 1));
  const [entry] = entries.splice(from, 1);
  entries.splice(place, 0, entry);
  return place;
}
