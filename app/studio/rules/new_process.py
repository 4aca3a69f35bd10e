"""What a new process begins with: a start, an end, a lane of who applies; an application form without questions."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from app.definitions.rules.content import form_text

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_NAME = 60

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="{key}_definitions" \
targetNamespace="http://xueji.example/bpmn">
  <bpmn:collaboration id="{key}_collaboration">
    <bpmn:participant id="{key}_pool" name={name} processRef="{key}" />
  </bpmn:collaboration>
  <bpmn:process id="{key}" name={name} isExecutable="true">
    <bpmn:extensionElements>
      <spiffworkflow:properties>
        <spiffworkflow:property name="applicant" value="school" />
        <spiffworkflow:property name="subject" value="office" />
        <spiffworkflow:property name="category" value="其他" />
      </spiffworkflow:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="{key}_lanes">
      <bpmn:lane id="lane_applicant" name="申请单位">
        <bpmn:extensionElements>
          <spiffworkflow:properties><spiffworkflow:property name="role" value="applicant" /></spiffworkflow:properties>
        </bpmn:extensionElements>
        <bpmn:flowNodeRef>submitted</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>done</bpmn:flowNodeRef>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="submitted" name="提交">
      <bpmn:outgoing>to_done</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="done" name="已办结">
      <bpmn:extensionElements>
        <spiffworkflow:properties><spiffworkflow:property name="outcome" value="agreed" /></spiffworkflow:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>to_done</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="to_done" sourceRef="submitted" targetRef="done" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}_diagram">
    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}_collaboration">
      <bpmndi:BPMNShape id="{key}_pool_shape" bpmnElement="{key}_pool" isHorizontal="true">
        <dc:Bounds x="120" y="80" width="760" height="220" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="lane_applicant_shape" bpmnElement="lane_applicant" isHorizontal="true">
        <dc:Bounds x="150" y="80" width="730" height="220" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="submitted_shape" bpmnElement="submitted">
        <dc:Bounds x="212" y="172" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="218" y="215" width="24" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="done_shape" bpmnElement="done">
        <dc:Bounds x="772" y="172" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="773" y="215" width="34" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_done_edge" bpmnElement="to_done">
        <di:waypoint x="248" y="190" />
        <di:waypoint x="772" y="190" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
REASONS = [{"code": "incomplete_papers", "text": "材料不全"}, {"code": "other", "text": "其他"}]


def files_of_new(key: str, name: str) -> dict[str, str]:
    """The files of a process that nobody has drawn yet."""
    application = {
        "type": "object",
        "title": f"{name}申请",
        "properties": {
            "explanation": {
                "type": "string",
                "title": "申请事由",
                "minLength": 1,
                "maxLength": 500,
                "x-widget": "textarea",
            }
        },
        "required": ["explanation"],
        "additionalProperties": False,
    }
    return {
        f"{key}.bpmn": DIAGRAM.format(key=key, name=quoteattr(name)),
        "application.json": form_text(application),
        "reasons.json": form_text(REASONS),
    }
