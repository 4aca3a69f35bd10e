// Whose lane it is: which office of each case acts in it.
import { propertiesOf } from "../elements/extensions";
import { group, note, select } from "./fields";

export function drawLane(context) {
  const { said, vocabulary } = context;
  const { role } = propertiesOf(said);
  const known = vocabulary.roles.find((each) => each.key === role);
  const choices = vocabulary.roles.map((each) => [each.key, each.name]);
  return group("由谁办理",
    select("办理机构", role, choices, (value) => choose(context, value), {
      empty: "请选择", help: "每个办件提出时，按当事的学校自动确定具体机构",
    }),
    known && known.meaning ? note(known.meaning, "。") : null,
    role ? null : note("没有写明办理机构的泳道里，环节没有人能办理。"));
}

function choose(context, role) {
  const known = context.vocabulary.roles.find((each) => each.key === role);
  if (known && !context.said.name) { context.update({ name: known.name }); }
  context.say({ role });
}
