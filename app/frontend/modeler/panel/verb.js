// An automatic step: which operation of the product it runs, and what must have been decided before that one may write.
import { propertiesOf, verbOf } from "../elements/extensions";
import { h, newId } from "../page/dom";
import { group, note, select } from "./fields";

const MANY = 8; // so many operations are filtered

export function drawVerb(context) {
  const { said, vocabulary } = context;
  const key = verbOf(said);
  const verb = vocabulary.verbs.find((each) => each.key === key);
  const field = select("操作", key, choices(vocabulary.verbs, ownOf(context)), (value) => choose(context, value), { empty: "请选择", key: "verb" });
  return group("执行的操作",
    vocabulary.verbs.length > MANY && !context.readOnly ? filterOf(field.querySelector("select")) : null,
    field,
    verb ? h("p", { class: "help" }, `编号 ${key}`) : null,
    key && !verb ? note(`平台没有 ${key} 这项操作，流程不能发布。`) : null,
    verb ? drawPolicy(verb.policy, verb.key) : null,
    verb && verb.gives.length ? note(`执行后可供条件使用：${verb.gives.map((each) => `${each.words}（${each.name}）`).join("、")}`) : null);
}

// the processes whose operations are at hand: this one, and the one whose rules it follows
function ownOf(context) {
  const processes = (context.definitions.get("rootElements") || []).filter((each) => each.$type === "bpmn:Process");
  return new Set(processes.flatMap((each) => [each.id, propertiesOf(each).rules_of]).filter(Boolean));
}

// the process's own first, then family by family; two of one name are told apart by their process
function choices(verbs, own) {
  const groups = new Map();
  const names = verbs.map((each) => each.name);
  const isOwn = (each) => own.has(each.home);
  [...verbs.filter(isOwn), ...verbs.filter((each) => !isOwn(each))].forEach((each) => {
    const title = isOwn(each) ? "本流程的操作" : each.family;
    if (!groups.has(title)) { groups.set(title, []); }
    const alone = names.indexOf(each.name) === names.lastIndexOf(each.name);
    groups.get(title).push([each.key, alone || isOwn(each) ? each.name : `${each.name}（${each.home_name || each.key}）`]);
  });
  return [...groups].map(([title, some]) => ({ group: title, choices: some }));
}

// narrows the list to what the typed words are in: an operation's name, its family or its number
function filterOf(list) {
  const id = newId();
  const options = [...list.querySelectorAll("optgroup")].map((family) => [family, [...family.children]]);
  const narrow = (typed) => {
    options.forEach(([family, all]) => {
      const shown = all.filter((each) => each.selected || !typed || [each.textContent, each.value, family.label].some((words) => words.includes(typed)));
      family.replaceChildren(...shown);
      family.hidden = !shown.length;
    });
  };
  return h("div", { class: "row" }, h("label", { for: id }, "筛选操作"), h("input", {
    type: "search", id, autocomplete: "off", placeholder: "名称中的字，例如：注册", "data-key": "filter",
    oninput: (event) => narrow(event.target.value.trim()),
  }));
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
