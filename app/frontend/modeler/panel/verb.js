// A service task: which verb of the product it calls, and what must have been decided before that one may write.
import { verbOf } from "../elements/extensions";
import { h } from "../page/dom";
import { group, note, select } from "./fields";

export function drawVerb(context) {
  const { said, vocabulary } = context;
  const key = verbOf(said);
  const verb = vocabulary.verbs.find((each) => each.key === key);
  return group("自动执行的操作",
    select("操作", key, choices(vocabulary.verbs), (value) => choose(context, value), { empty: "请选择", key: "verb" }),
    key && !verb ? note(`平台没有 ${key} 这项操作，流程不能发布。`) : null,
    verb ? drawPolicy(verb.policy, verb.key) : null,
    verb && verb.gives.length ? note(`执行后可供条件使用：${verb.gives.map((each) => `${each.words}（${each.name}）`).join("、")}`) : null);
}

function choices(verbs) {
  const groups = new Map();
  verbs.forEach((each) => {
    const title = each.home_name || "没有办事规则的";
    if (!groups.has(title)) { groups.set(title, []); }
    groups.get(title).push([each.key, `${each.name}（${each.key}）`]);
  });
  return [...groups].map(([title, some]) => ({ group: title, choices: some }));
}

function choose(context, key) {
  const verb = context.vocabulary.verbs.find((each) => each.key === key);
  if (verb && !context.said.name) { context.update({ name: verb.name }); }
  context.get("extensions").call(context.element, key);
}

// the policy as its file says it, so that panel, file and counter-example speak alike
export function drawPolicy(policy, subject) {
  if (!policy) { return note(`${subject} 没有办事规则；须先在 .policy 文件中写明办理前提，才能发布。`); }
  return h("div", { class: "policy" },
    h("h4", {}, `办事规则：${policy.title}`),
    policy.basis.map((each) => h("p", { class: "help" }, `依据：${each}`)),
    policy.reads_only ? h("p", {}, "只读取，不写入。") : null,
    policy.lines.length ? h("ol", {}, policy.lines.map((each) => h("li", {}, each))) : h("p", {}, "没有前提。"),
    h("p", { class: "help" }, `见 ${policy.file}`));
}
