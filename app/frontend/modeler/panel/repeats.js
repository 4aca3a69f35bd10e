// A step that several people take: how many, together or in turn, and whether one refusal ends it.
import { group, note, number, select } from "./fields";

const VETO = 'outcome == "refuse"';
const ALL = "all";
const ONE = "veto";
const OTHER = "other";

const bodyOf = (expression) => (expression && expression.body) || "";

export function drawRepeats(context) {
  const { said } = context;
  const several = said.get("loopCharacteristics");
  const isLoop = several && several.$type !== "bpmn:MultiInstanceLoopCharacteristics";
  if (isLoop) { return group("会签", note("图中为循环，由文件带来；可在“改为”菜单中取消。")); }
  const until = several ? bodyOf(several.completionCondition) : "";
  const how = !several ? "" : until === "" ? ALL : until === VETO ? ONE : OTHER;
  const choices = [[ALL, "几个人都要办理"], [ONE, "几个人办理，一人不同意即止"]];
  if (how === OTHER) { choices.push([OTHER, `办到 ${until} 成立为止`]); }
  return group("会签",
    select("办法", how, choices, (value) => choose(context, several, value), { empty: "不会签，一个人办理", key: "repeats" }),
    several ? [
      number("人数", bodyOf(several.loopCardinality), (value) => setExpression(context, several, "loopCardinality", value), {
        help: "写一个数，或者写一个表示人数的事实",
      }),
      select("次序", several.isSequential ? "turn" : "together", [["together", "同时办理"], ["turn", "依次办理"]],
        (value) => context.updateModdle(several, { isSequential: value === "turn" }), { key: "in turn" }),
      note("后面的条件按最后一个办理的人的结果判断；几人中取几人同意，引擎目前不能判断。"),
    ] : null);
}

function choose(context, several, value) {
  if (!value) { context.update({ loopCharacteristics: undefined }); return; }
  if (value === OTHER) { return; }
  const until = value === ONE ? expression(context, VETO) : undefined;
  if (several) {
    if (until) { until.$parent = several; }
    context.updateModdle(several, { completionCondition: until });
    return;
  }
  const created = context.get("moddle").create("bpmn:MultiInstanceLoopCharacteristics", {
    loopCardinality: expression(context, "2"), ...(until ? { completionCondition: until } : {}),
  });
  created.$parent = context.said;
  [created.loopCardinality, until].filter(Boolean).forEach((each) => { each.$parent = created; });
  context.update({ loopCharacteristics: created });
}

const expression = (context, body) => context.get("moddle").create("bpmn:FormalExpression", { body });

function setExpression(context, several, name, body) {
  const created = body ? expression(context, body) : undefined;
  if (created) { created.$parent = several; }
  context.updateModdle(several, { [name]: created });
}
