// What an official calls an element: its kind in one word or two, and its name.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

const KINDS = {
  "bpmn:Process": "流程", "bpmn:Collaboration": "流程", "bpmn:Participant": "泳池", "bpmn:Lane": "泳道",
  "bpmn:UserTask": "办理环节", "bpmn:ServiceTask": "自动环节", "bpmn:Task": "任务（未定种类）", "bpmn:ManualTask": "手工任务",
  "bpmn:SendTask": "发送任务", "bpmn:ReceiveTask": "接收任务", "bpmn:ScriptTask": "脚本任务",
  "bpmn:BusinessRuleTask": "决策任务", "bpmn:CallActivity": "调用的流程", "bpmn:SubProcess": "子流程",
  "bpmn:Transaction": "事务", "bpmn:AdHocSubProcess": "即席子流程", "bpmn:ExclusiveGateway": "排他网关",
  "bpmn:ParallelGateway": "并行网关", "bpmn:InclusiveGateway": "包容网关", "bpmn:EventBasedGateway": "事件网关",
  "bpmn:ComplexGateway": "复杂网关", "bpmn:StartEvent": "开始事件", "bpmn:EndEvent": "结束事件",
  "bpmn:BoundaryEvent": "边界事件", "bpmn:IntermediateCatchEvent": "中间事件（等待）",
  "bpmn:IntermediateThrowEvent": "中间事件", "bpmn:SequenceFlow": "流向", "bpmn:MessageFlow": "消息流",
  "bpmn:Association": "关联线", "bpmn:DataInputAssociation": "数据关联", "bpmn:DataOutputAssociation": "数据关联",
  "bpmn:DataObjectReference": "数据对象", "bpmn:DataStoreReference": "数据存储", "bpmn:TextAnnotation": "注释",
  "bpmn:Group": "分组框",
};

export const kindOf = (element) => KINDS[getBusinessObject(element).$type] || "其他元素";

export function nameOf(element) {
  const said = getBusinessObject(element);
  if (is(said, "bpmn:Collaboration")) {
    const shown = said.participants.map((each) => each.processRef).find((each) => each && each.isExecutable);
    return shown ? shortName(shown) : "流程图";
  }
  if (is(said, "bpmn:SequenceFlow")) {
    return said.name || `${shortName(said.sourceRef)} → ${shortName(said.targetRef)}`;
  }
  return shortName(said);
}

// of a model element: its name, its text, or its kind where it says nothing
export function shortName(said) {
  if (!said) { return "？"; }
  return (said.name || said.text || "").trim() || `${KINDS[said.$type] || "元素"} ${said.id || ""}`.trim();
}
