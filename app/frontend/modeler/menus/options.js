// What may be appended and created beyond the palette, and what an element may become: what the engine runs.
export const FURTHER = [
  ["bpmn:UserTask", "办理环节", "bpmn-icon-user-task"],
  ["bpmn:ServiceTask", "自动环节", "bpmn-icon-service-task"],
  ["bpmn:CallActivity", "调用其他流程", "bpmn-icon-call-activity"],
  ["bpmn:SubProcess", "子流程（展开）", "bpmn-icon-subprocess-expanded", { isExpanded: true }],
  ["bpmn:ExclusiveGateway", "排他网关（择一）", "bpmn-icon-gateway-xor"],
  ["bpmn:ParallelGateway", "并行网关（同时）", "bpmn-icon-gateway-parallel"],
  ["bpmn:InclusiveGateway", "包容网关（择一或多）", "bpmn-icon-gateway-or"],
  ["bpmn:EventBasedGateway", "事件网关（等先发生的）", "bpmn-icon-gateway-eventbased"],
  ["bpmn:IntermediateCatchEvent", "等待消息", "bpmn-icon-intermediate-event-catch-message",
    { eventDefinitionType: "bpmn:MessageEventDefinition" }],
  ["bpmn:IntermediateThrowEvent", "中间事件（标记）", "bpmn-icon-intermediate-event-none"],
  ["bpmn:EndEvent", "结束事件", "bpmn-icon-end-event-none"],
  ["bpmn:EndEvent", "错误结束事件", "bpmn-icon-end-event-error", { eventDefinitionType: "bpmn:ErrorEventDefinition" }],
  ["bpmn:EndEvent", "终止结束事件", "bpmn-icon-end-event-terminate",
    { eventDefinitionType: "bpmn:TerminateEventDefinition" }],
];
export const CREATED = [
  ...FURTHER,
  ["bpmn:BoundaryEvent", "错误边界事件", "bpmn-icon-intermediate-event-catch-error",
    { eventDefinitionType: "bpmn:ErrorEventDefinition" }],
  ["bpmn:BoundaryEvent", "消息边界事件", "bpmn-icon-intermediate-event-catch-message",
    { eventDefinitionType: "bpmn:MessageEventDefinition" }],
  ["bpmn:DataObjectReference", "数据对象", "bpmn-icon-data-object"],
  ["bpmn:DataStoreReference", "数据存储", "bpmn-icon-data-store"],
  ["bpmn:TextAnnotation", "注释", "bpmn-icon-text-annotation"],
  ["bpmn:Group", "分组框", "bpmn-icon-group"],
];
// the library's names of the ways by which an element becomes another
export const NOT_RUN = new RegExp([
  "script-task", "rule-task", "send-task", "manual-task", "with-task$", "ad-hoc", "transaction", "event-subprocess",
  "complex", "timer", "conditional-[^f]", "link", "compensation", "cancel", "escalation", "instantiat", "signal",
].join("|"));
