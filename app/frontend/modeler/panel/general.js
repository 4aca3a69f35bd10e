// Name, explanation and id of any element.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { area, group, text } from "./fields";

const ID = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

export function drawBasics(context) {
  const { said } = context;
  if (is(said, "bpmn:TextAnnotation")) {
    return group("注释", area("文字", said.text, (value) => context.update({ text: value })));
  }
  if (is(said, "bpmn:Group")) { return null; }
  if (is(said, "bpmn:Collaboration")) { return null; }
  const named = is(said, "bpmn:SequenceFlow") ? "流向上的字" : "名称";
  const help = is(said, "bpmn:Gateway") ? "写成问句，如“是否同意？”" : null;
  return group("基本", text(named, said.name, (value) => rename(context, value.trim()), { longest: 60, help, key: "name" }));
}

// the process of a pool is called as the pool is
function rename(context, name) {
  context.update({ name: name || undefined });
  const { process, said } = context;
  if (process && process !== said && process.isExecutable) { context.updateModdle(process, { name: name || undefined }); }
}

export function drawMore(context) {
  const { said } = context;
  const described = is(said, "bpmn:Collaboration") || is(said, "bpmn:Participant") ? context.process : said;
  const documentation = described ? described.get("documentation") || [] : null;
  return group("说明与编号",
    documentation && area("办理说明", documentation[0] && documentation[0].text, (value) => explain(context, described, value), {
      rows: 4, help: is(said, "bpmn:UserTask") ? "显示在办理人的页面上" : null, longest: 2000,
    }),
    said.id && !is(said, "bpmn:Process") && !is(said, "bpmn:Collaboration") && text("编号", said.id, (value) => renumber(context, value.trim()), {
      key: "id", fixed: context.readOnly, longest: 40, note: context.panel.fault && context.panel.fault.of === said ? context.panel.fault.words : null,
      help: is(said, "bpmn:UserTask") ? "用英文小写字母、数字和下划线；表单默认与编号同名，办件中的记录也按编号保存" : "供条件、检查和接口引用，不能重复",
    }));
}

function explain(context, described, value) {
  const [first, ...others] = described.get("documentation") || [];
  if (!value.trim()) { context.updateModdle(described, { documentation: others }); return; }
  if (first) { context.updateModdle(first, { text: value }); return; }
  const created = context.get("bpmnFactory").create("bpmn:Documentation", { text: value });
  created.$parent = described;
  context.updateModdle(described, { documentation: [created] });
}

function renumber(context, id) {
  const { said, panel } = context;
  const taken = context.get("moddle").ids.assigned(id);
  panel.fault = null;
  if (id === said.id) { return; }
  if (!ID.test(id)) { panel.fault = { of: said, words: "编号须以字母开头，只含字母、数字、下划线、点和连字符；没有改动" }; }
  else if (taken && taken !== said) { panel.fault = { of: said, words: `编号 ${id} 已经用于另一个元素；没有改动` }; }
  if (panel.fault) { panel.refresh(); return; }
  context.update({ id });
}
