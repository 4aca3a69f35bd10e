"""A process by configuration in four shapes: one task after another, in parallel, answered by several, in a part.

Whatever the shape: the school's approver agrees (`own_approval`), the bureau's operator checks (`check`), its approver
reviews (`review`) and decides at the end (`approval`), who may send back for repair.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.database import db
from app.identity.models import User
from app.start import publish
from tests.processes.configured import Configured, _lane, _outcome, _properties, application, submit
from tests.processes.conftest import shelves as shelves
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter

SHAPES = ("sequential", "parallel", "jointly", "part", "called")
JOINTLY = (
    '<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">3'
    "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)
NAMES = {
    "own_approval": "负责人审核",
    "check": "材料核对",
    "review": "业务审核",
    "school_check": "学校核实",
    "approval": "上级审批",
    "repair": "申请人补正",
}
ABOVE = ("check", "review", "approval")


@dataclass
class Shaped(Configured):
    """The process in one of the shapes."""

    shape: str = "sequential"

    def forms(self) -> dict[str, Any]:
        found = super().forms()
        return {**dict.fromkeys(NAMES, found["approval"]), **found}

    def diagram(self) -> str:
        said = {"applicant": "school", "category": "其他", "subject": "student"}
        flows, nodes = self._flows(), ["submitted", "outcome", "done", "refused", "own_approval", "repair"]
        gateways = ""
        if self.shape == "parallel":
            nodes += ["split", "join", "school_check"]
            gateways = '<bpmn:parallelGateway id="split" /><bpmn:parallelGateway id="join" />'
        inside = self._shaped("check") + self._shaped("review")
        if self.shape == "part":
            inside = (
                f'<bpmn:subProcess id="part" name="核查"><bpmn:startEvent id="begun" />{inside}'
                + '<bpmn:endEvent id="ended" />'
                + "".join(map(self._drawn, [("begun", "check"), ("check", "review"), ("review", "ended")]))
                + "</bpmn:subProcess>"
            )
        called = ""
        if self.shape == "called":
            lane = _lane("lane_called", "上级", "applicant_bureau", ["begun", "check", "review", "ended"])
            called = (
                f'<bpmn:process id="{self.key}_check" name="核查" isExecutable="true">'
                f'<bpmn:laneSet id="called_lanes">{lane}</bpmn:laneSet>'
                f'<bpmn:startEvent id="begun" />{inside}<bpmn:endEvent id="ended" />'
                + "".join(map(self._drawn, [("begun", "check"), ("check", "review"), ("review", "ended")]))
                + "</bpmn:process>"
            )
            inside = f'<bpmn:callActivity id="part" name="核查" calledElement="{self.key}_check" />'
        others = "".join(self._shaped(key) for key in ("own_approval", "approval", "repair"))
        if self.shape == "parallel":
            others += self._shaped("school_check")
        above = {"part": [*ABOVE, "part"], "called": ["part", "approval"]}.get(self.shape, [*ABOVE])
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="{self.key}_definitions" \
targetNamespace="http://xueji.example/bpmn">
  <bpmn:collaboration id="{self.key}_collaboration">
    <bpmn:participant id="{self.key}_pool" name="{self.name}" processRef="{self.key}" />
  </bpmn:collaboration>
  <bpmn:process id="{self.key}" name="{self.name}" isExecutable="true">
    <bpmn:documentation>{self.name}。</bpmn:documentation>
    <bpmn:extensionElements><spiffworkflow:properties>{_properties(said)}</spiffworkflow:properties></bpmn:extensionElements>
    <bpmn:laneSet id="{self.key}_lanes">
      {_lane("lane_own", "申请单位", "applicant", nodes)}
      {_lane("lane_above", "上级", "applicant_bureau", above)}
    </bpmn:laneSet>
    <bpmn:startEvent id="submitted" name="提交" />{others}{inside}{gateways}
    <bpmn:exclusiveGateway id="outcome" name="上级是否同意？" />
    <bpmn:endEvent id="done" name="已办结">{_outcome("agreed")}</bpmn:endEvent>
    <bpmn:endEvent id="refused" name="不予办理">{_outcome("refused")}</bpmn:endEvent>{flows}
  </bpmn:process>{called}
</bpmn:definitions>
"""

    def _shaped(self, key: str) -> str:
        own = {
            "own_approval": {"duty": "approver", "outcomes": "agree", "route_order": "1"},
            "check": {"duty": "operator", "outcomes": "agree", "route_order": "2"},
            "review": {"duty": "approver", "outcomes": "agree"},
            "school_check": {"duty": "operator", "outcomes": "agree"},
            "approval": {"duty": "approver", "outcomes": "agree,refuse,send_back", "route_order": "3"},
            "repair": {"duty": "operator", "outcomes": "agree", "status": "repairing", "kind": "repair"},
        }[key]
        if key != "review" or self.shape != "jointly":
            return self._task(key, NAMES[key], **own)
        drawn = self._task(key, NAMES[key], **own, joint="2")
        return drawn.replace("</bpmn:userTask>", f"{JOINTLY}</bpmn:userTask>")

    def _flows(self) -> str:
        middle = {
            "parallel": [
                ("own_approval", "split"), ("split", "check"), ("split", "school_check"), ("check", "review"),
                ("review", "join"), ("school_check", "join"), ("join", "approval"),
            ],
            "part": [("own_approval", "part"), ("part", "approval")],
            "called": [("own_approval", "part"), ("part", "approval")],
        }.get(self.shape, [("own_approval", "check"), ("check", "review"), ("review", "approval")])  # fmt: skip
        plain = [("submitted", "own_approval"), *middle, ("approval", "outcome"), ("repair", "own_approval")]
        ways = [("done", "agree"), ("refused", "refuse"), ("repair", "send_back")]
        drawn = [self._drawn(each) for each in plain]
        return "".join([*drawn, *(self._flow("outcome", to, f'outcome == "{said}"') for to, said in ways)])

    def _drawn(self, ends: tuple[str, str]) -> str:
        return self._flow(*ends)


@dataclass
class Shape:
    """A case of that process, and everybody who may act in it."""

    matter: Matter
    shape: str
    third: User

    @property
    def number(self) -> str:
        return self.matter.number

    def person(self, who: str) -> User:
        """school_operator, school_approver(2), bureau_operator, bureau_approver(2), bureau_third."""
        office, _, duty = who.partition("_")
        return self.third if duty == "third" else getattr(self.matter.people[office], duty)

    def program(self, who: str) -> Any:
        return self.matter.client.api(self.person(who))

    def case(self) -> Any:
        """As its applicant reads it, who sees none of the bureau's tasks first."""
        return self.program("school_operator").get(f"/cases/{self.number}").json

    def waits_at(self) -> list[str]:
        return sorted(each["key"] for each in self.case()["waiting"])

    def task(self, key: str) -> int:
        return next(int(each["id"]) for each in self.case()["waiting"] if each["key"] == key)

    def decide(self, who: str, key: str, outcome: str = "agree", **more: Any) -> Answer:
        body = {"outcome": outcome, "opinion": "情况属实", **more}
        if outcome != "agree":
            body.setdefault("reason_code", "other")
        return self.program(who).post(f"/tasks/{self.task(key)}/decision", body)

    def agreed(self, *steps: tuple[str, str]) -> Shape:
        """Those people agree to those tasks, one after the other."""
        for who, key in steps:
            answer = self.decide(who, key)
            assert answer.status == 200, answer.text
        return self


#: who decides each task, in an order that fits every shape
DECIDERS = {
    "own_approval": "school_approver",
    "check": "bureau_operator",
    "school_check": "school_operator",
    "review": "bureau_approver",
    "approval": "bureau_approver",
    "repair": "school_operator",
}


@pytest.fixture
def shaped(client: Client, shelves: Path) -> Any:
    """`shaped("parallel")`: a case of that shape that waits at the school's approver."""

    def arrange(shape: str) -> Shape:
        matter = a_matter(client)
        third = factories.a_person(matter.school.office.superior, "approver")
        db.session.commit()
        publish(Shaped("commendation", "表彰申请", "student", shape=shape).write(shelves))
        answer = submit(matter.program("school"), application(matter, "student"))
        assert answer.status == 201, answer.text
        matter.number = answer.json["number"]
        return Shape(matter, shape, third)

    return arrange
