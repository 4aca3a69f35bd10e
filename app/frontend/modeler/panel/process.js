// What a process says of itself: who starts it, what it is about, under which heading; and the ends of a case.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { factsOf } from "../conditions/facts";
import { propertiesOf } from "../elements/extensions";
import { h, newId } from "../page/dom";
import { check, group, note, number, select, text } from "./fields";
import { drawPolicy } from "./verb";

const pairs = (choices) => choices.map((each) => [each.key, each.name]);

export function drawProcess(context) {
  const { process, vocabulary } = context;
  const own = propertiesOf(process);
  const say = (name) => (value) => context.say({ [name]: value.trim() }, process);
  const list = newId();
  return group("流程",
    is(context.said, "bpmn:Collaboration") ? h("p", { class: "fact" }, h("b", {}, "名称"), ` ${process.name || process.id}`) : null,
    select("由谁发起", own.applicant || "school", pairs(vocabulary.applicants), say("applicant")),
    text("所属类别", own.category, say("category"), { help: "“发起办件”页上的分组", list, longest: 40 }),
    h("datalist", { id: list }, vocabulary.categories.map((each) => h("option", { value: each }))),
    number("卡片次序", own.start_order, say("start_order"), { help: "同组之中按它排序" }),
    select("办理对象", own.subject, pairs(vocabulary.subjects), say("subject"), {
      empty: "由流程自己的规则确定", help: "只凭配置办理的新流程须写明",
    }),
    select("沿用规则的流程", own.rules_of, pairs(vocabulary.followed), say("rules_of"), {
      empty: "不沿用", help: "受理条件、可用的操作与该流程相同",
    }),
    text("对方学校的称谓", own.releasing_as, say("releasing_as"), { help: "另一所学校在办理流程中怎样称呼，不填为“转出学校”", longest: 20 }),
    check("可以执行", process.isExecutable, (value) => context.updateModdle(process, { isExecutable: value })));
}

// the facts and tables that conditions of this process may ask for
export function drawFacts(context) {
  const { vocabulary } = context;
  const facts = [...factsOf(context.definitions, vocabulary)];
  const draft = context.panel.server.draft;
  return [
    vocabulary.faults.map((each) => note(`${each}；以下按已发布的内容显示。`)),
    group("条件中可用的事实", facts.length ? h("dl", { class: "facts-list" }, facts.map(([name, fact]) => h("div", {},
      h("dt", {}, h("code", {}, name)),
      h("dd", {}, fact.words, fact.values.length ? h("span", { class: "help" }, `　${fact.values.map(([, words]) => words).join("、")}`) : null)))) : null),
    group("决策表", vocabulary.tables.length ? h("ul", { class: "plain-list" }, vocabulary.tables.map((each) => h("li", {},
      h("a", { href: `/studio/drafts/${draft}/tables/${encodeURIComponent(each.file)}/edit`, "data-key": `table ${each.key}` }, each.name || each.key),
      h("span", { class: "help" }, `　由 ${each.inputs.join("、")} 得出 ${each.outputs.join("、")}`)))) : null),
  ];
}

export function drawEnd(context) {
  const { said, vocabulary } = context;
  if ((said.get("eventDefinitions") || []).length) { return null; }
  const { outcome } = propertiesOf(said);
  return group("办件的结果",
    select("结果", outcome, pairs(vocabulary.ends), (value) => context.say({ outcome: value }), { empty: "没有写明", key: "end" }),
    outcome && vocabulary.ends_policies[outcome] ? drawPolicy(vocabulary.ends_policies[outcome], outcome) : null);
}
