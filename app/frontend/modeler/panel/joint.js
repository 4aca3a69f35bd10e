// 会签: several people of the office decide one task. Drawn as several instances; `joint` says how many must agree.
import { isForPeople } from "../conditions/facts";
import { propertiesOf } from "../elements/extensions";
import { check, group, note, number, select } from "./fields";

const ALL = "all";
const MOST = 15; // people
const COUNT = /^\d{1,3}$/;

const bodyOf = (expression) => (expression && expression.body) || "";

export function drawJoint(context) {
  const { said } = context;
  const several = said.get("loopCharacteristics");
  const instances = several && several.$type === "bpmn:MultiInstanceLoopCharacteristics";
  if (several && (!instances || !isForPeople(said))) { return drawInstances(context, several, instances); }
  const own = propertiesOf(said);
  const people = several ? bodyOf(several.loopCardinality) : "";
  return group("会签",
    select("办法", several ? "several" : "", [["several", "同一机构的几个人会签"]], (value) => choose(context, value), {
      empty: "一人办理", key: "joint",
    }),
    several ? [
      number("人数", people, (value) => setPeople(context, several, value), {
        note: COUNT.test(people) && people >= 2 && people <= MOST ? null : `会签人数须是 2 至 ${MOST} 的数`,
      }),
      select("须同意的人数", own.joint === ALL ? ALL : "some", [[ALL, "全体"], ["some", "其中几人"]],
        (value) => context.say({ joint: value === ALL ? ALL : majority(people) }), { key: "needed" }),
      own.joint !== ALL ? number("其中几人同意即为同意", own.joint, (value) => context.say({ joint: value }), {
        note: COUNT.test(own.joint || "") && Number(own.joint) <= Number(people) ? null : "须是 1 至会签人数的数",
      }) : null,
      check("一人不同意即为不同意（一票否决）", own.veto === "true", (value) => context.say({ veto: value ? "true" : "" }), { key: "veto" }),
      select("次序", several.isSequential ? "turn" : "together", [["together", "同时办理"], ["turn", "依次办理，后办的人看得到前面的意见"]],
        (value) => context.updateModdle(several, { isSequential: value === "turn" }), { key: "in turn" }),
      own.kind || own.side ? note("会签环节须是普通环节：请在“环节的含义”中取消种类和所属一方。") : null,
    ] : null);
}

const majority = (people) => String(Math.floor((Number(people) || 2) / 2) + 1);

// instances and rule come and go together, in one step that can be undone
function choose(context, value) {
  const { said } = context;
  const extensions = context.get("extensions");
  if (!value) {
    context.update({ loopCharacteristics: undefined, extensionElements: extensions.changed(said, { joint: "", veto: "" }) });
    return;
  }
  const moddle = context.get("moddle");
  const loopCardinality = moddle.create("bpmn:FormalExpression", { body: "2" });
  const loopCharacteristics = moddle.create("bpmn:MultiInstanceLoopCharacteristics", { loopCardinality });
  loopCardinality.$parent = loopCharacteristics;
  loopCharacteristics.$parent = said;
  context.update({ loopCharacteristics, extensionElements: extensions.changed(said, { joint: ALL }) });
}

function setPeople(context, several, body) {
  const loopCardinality = body ? context.get("moddle").create("bpmn:FormalExpression", { body }) : undefined;
  if (loopCardinality) { loopCardinality.$parent = several; }
  context.updateModdle(several, { loopCardinality });
}

// several instances of what nobody decides: how many, and in which order
function drawInstances(context, several, instances) {
  const end = () => context.update({ loopCharacteristics: undefined });
  if (!instances) { return group("循环", note("这个元素循环执行，由文件带来。"), check("循环执行", true, end, { key: "loop" })); }
  return group("多个实例",
    number("个数", bodyOf(several.loopCardinality), (value) => setPeople(context, several, value), { help: "写一个数，或者写一个表示个数的事实" }),
    select("次序", several.isSequential ? "turn" : "together", [["together", "同时"], ["turn", "依次"]],
      (value) => context.updateModdle(several, { isSequential: value === "turn" }), { key: "in turn" }),
    check("多个实例", true, end, { key: "instances" }));
}
