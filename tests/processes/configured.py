"""A process by configuration alone, as an analyst writes it: diagram, table, forms and reasons in a folder, no Python.

Its school or bureau confirms, its superior approves where the table says so, and either may send back for repair.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import factories
from tests.support.client import Program
from tests.support.single_school_case import Matter

TASK = """
    <bpmn:userTask id="{key}" name="{name}">
      <bpmn:extensionElements><spiffworkflow:properties>{properties}</spiffworkflow:properties></bpmn:extensionElements>
    </bpmn:userTask>"""
FLOW = '\n    <bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}"{rest}'
WHEN = '><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{}</bpmn:conditionExpression></bpmn:sequenceFlow>'
ALL = "agree,refuse,send_back"
REASONS = [{"code": "incomplete_papers", "text": "材料不全"}, {"code": "other", "text": "其他"}]
FIELDS: dict[str, dict[str, Any]] = {
    "student": {"student": {"type": "integer", "title": "学生", "minimum": 1, "x-widget": "student"}},
    "office": {},
    "person": {
        "name": {"type": "string", "title": "姓名", "format": "person-name", "minLength": 1, "maxLength": 36},
        "main_number": {"type": "string", "title": "居民身份证号", "format": "cn-id"},
    },
}
OWN = {
    "level": {
        "type": "string",
        "title": "级别",
        "oneOf": [{"const": "school", "title": "校级"}, {"const": "county", "title": "县级"}],
    },
    "explanation": {"type": "string", "title": "情况说明", "minLength": 1, "maxLength": 200, "x-widget": "textarea"},
}


@dataclass
class Configured:
    """What an analyst writes down; `write` puts it into the two folders."""

    key: str
    name: str
    subject: str | None
    applicant: str = "school"
    role: str = "applicant_bureau"  # of who approves after the applicant's own approver
    fields: dict[str, Any] = field(default_factory=dict)
    more: str = ""  # further properties of the process
    service: str = ""  # the name of an operation that its end calls

    def write(self, shelves: Path) -> Path:
        """Write the process into `bpmn/` and `forms/` of that folder, which is given back."""
        drawn, asked = shelves / "bpmn" / self.key, shelves / "forms" / self.key
        drawn.mkdir(parents=True)
        asked.mkdir(parents=True)
        (drawn / f"{self.key}.bpmn").write_text(self.diagram(), "utf-8")
        (drawn / f"{self.key}.dmn").write_text(self.table(), "utf-8")
        for name, form in self.forms().items():
            (asked / f"{name}.json").write_text(json.dumps(form, ensure_ascii=False), "utf-8")
        return shelves

    def forms(self) -> dict[str, Any]:
        asked = {**FIELDS.get(self.subject or "office", {}), **OWN, **self.fields}
        empty = {"type": "object", "title": "办理", "properties": {}, "required": [], "additionalProperties": False}
        repair = {**empty, "properties": {"explanation": OWN["explanation"]}}
        application = {**empty, "title": f"{self.name}申请", "properties": asked, "required": list(asked)}
        return {
            "application": application,
            "own_approval": empty,
            "approval": empty,
            "repair": repair,
            "reasons": REASONS,
        }

    def diagram(self) -> str:
        said = {"applicant": self.applicant, "category": "其他", **({"subject": self.subject} if self.subject else {})}
        tasks = [
            self._task(
                "own_approval", "负责人审核", duty="approver", outcomes="agree,refuse,send_back", route_order="1"
            ),
            self._task("approval", "上级审批", duty="approver", outcomes="agree,refuse,send_back", route_order="2"),
            self._task("repair", "申请人补正", duty="operator", outcomes="agree", status="repairing", kind="repair"),
        ]
        end = "effect" if self.service else "done"
        flows = [
            self._flow("submitted", "own_approval"),
            self._flow("own_approval", "own_outcome"),
            self._flow("own_outcome", "which_level", 'outcome == "agree"'),
            self._flow("own_outcome", "refused", 'outcome == "refuse"'),
            self._flow("own_outcome", "repair", 'outcome == "send_back"'),
            self._flow("repair", "own_approval"),
            self._flow("which_level", end),
            self._flow("which_level", "approval", "superior == True"),
            self._flow("approval", "outcome"),
            self._flow("outcome", end, 'outcome == "agree"'),
            self._flow("outcome", "refused", 'outcome == "refuse"'),
            self._flow("outcome", "repair", 'outcome == "send_back"'),
            *([self._flow("effect", "done")] if self.service else []),
        ]
        service = (
            '\n    <bpmn:serviceTask id="effect" name="生效"><bpmn:extensionElements><spiffworkflow:serviceTaskOperator'
            f' id="{self.service}" resultVariable=""><spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator>'
            "</bpmn:extensionElements></bpmn:serviceTask>"
            if self.service
            else ""
        )
        own = ["submitted", "own_approval", "own_outcome", "which_level", "outcome", "repair", "done", "refused"]
        own += ["effect"] if self.service else []
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="{self.key}_definitions" \
targetNamespace="http://xueji.example/bpmn">
  <bpmn:collaboration id="{self.key}_collaboration">
    <bpmn:participant id="{self.key}_pool" name="{self.name}" processRef="{self.key}" />
  </bpmn:collaboration>
  <bpmn:process id="{self.key}" name="{self.name}" isExecutable="true">
    <bpmn:documentation>{self.name}，由负责人审核，县级的报上级审批。</bpmn:documentation>
    <bpmn:extensionElements><spiffworkflow:properties>{_properties(said)}{self.more}</spiffworkflow:properties>\
</bpmn:extensionElements>
    <bpmn:laneSet id="{self.key}_lanes">
      {_lane("lane_own", "申请单位", "applicant", own)}
      {_lane("lane_above", "上级", self.role, ["approval"])}
    </bpmn:laneSet>
    <bpmn:startEvent id="submitted" name="提交" />{"".join(tasks)}{service}
    <bpmn:exclusiveGateway id="own_outcome" name="是否同意？" />
    <bpmn:exclusiveGateway id="which_level" name="是否报上级？" default="which_level_{end}" />
    <bpmn:exclusiveGateway id="outcome" name="上级是否同意？" />
    <bpmn:endEvent id="done" name="已办结">{_outcome("agreed")}</bpmn:endEvent>
    <bpmn:endEvent id="refused" name="不予办理">{_outcome("refused")}</bpmn:endEvent>{"".join(flows)}
  </bpmn:process>
</bpmn:definitions>
"""

    def table(self) -> str:
        rules = f"{self.key}_rules"
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="{rules}_policy" name="{self.name}的规则" \
namespace="http://xueji.example/dmn">
  <decision id="{rules}" name="{self.name}的规则">
    <decisionTable id="{rules}_table" hitPolicy="FIRST">
      <input id="{rules}_level"><inputExpression id="{rules}_level_of" typeRef="string"><text>level</text>\
</inputExpression></input>
      <output id="{rules}_superior" name="superior" typeRef="boolean" />
      <rule id="{rules}_1"><inputEntry id="{rules}_1_in"><text>"county"</text></inputEntry>\
<outputEntry id="{rules}_1_out"><text>true</text></outputEntry></rule>
      <rule id="{rules}_2"><inputEntry id="{rules}_2_in"><text>-</text></inputEntry>\
<outputEntry id="{rules}_2_out"><text>false</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
"""

    @staticmethod
    def _task(key: str, name: str, **properties: str) -> str:
        return TASK.format(key=key, name=name, properties=_properties({"working_days": "5", **properties}))

    @staticmethod
    def _flow(source: str, target: str, when: str = "") -> str:
        rest = WHEN.format(when) if when else " />"
        return FLOW.format(id=f"{source}_{target}", source=source, target=target, rest=rest)


def _properties(values: dict[str, str]) -> str:
    return "".join(f'<spiffworkflow:property name="{name}" value="{value}" />' for name, value in values.items())


def _outcome(outcome: str) -> str:
    own = _properties({"outcome": outcome})
    return (
        f"<bpmn:extensionElements><spiffworkflow:properties>{own}</spiffworkflow:properties></bpmn:extensionElements>"
    )


def _lane(key: str, name: str, role: str, nodes: list[str]) -> str:
    own = _properties({"role": role})
    references = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in nodes)
    return (
        f'<bpmn:lane id="{key}" name="{name}"><bpmn:extensionElements><spiffworkflow:properties>{own}'
        f"</spiffworkflow:properties></bpmn:extensionElements>{references}</bpmn:lane>"
    )


def a_process(subject: str | None, **more: Any) -> Configured:
    return Configured("commendation", "表彰申请", subject, **more)


def application(matter: Matter, subject: str, level: str = "county") -> dict[str, Any]:
    own: dict[str, dict[str, Any]] = {
        "student": {"student": matter.child.id},
        "office": {},
        "person": {"name": "王小明", "main_number": factories.a_number()},
    }
    return {**own[subject], "level": level, "explanation": "参加省级比赛获奖"}


def submit(program: Program, asked: dict[str, Any], process: str = "commendation") -> Any:
    return program.post("/cases", {"process": process, "application": asked})


def decide(matter: Matter, who: str, outcome: str = "agree", *, duty: str = "approver", **more: Any) -> Any:
    return matter.program(who, duty).post(
        f"/tasks/{matter.waiting()['id']}/decision", {"outcome": outcome, "opinion": "情况属实", **more}
    )
