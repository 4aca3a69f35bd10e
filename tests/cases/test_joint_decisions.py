"""Several people of one office answer one task (会签): over pages and programs, together, at once, and out of turn."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.models import Decision, JointAnswer, Outcome
from app.cases.operations import decisions
from app.database import db
from app.identity.models import User
from app.start import publish
from tests.cases.test_at_once import held_until_both_have
from tests.cases.test_races import at_once, count
from tests.processes.configured import Configured, application, decide, submit
from tests.processes.conftest import shelves as shelves
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter

SEVERAL = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="{}"><bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">'
    "{}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
)


@dataclass
class Jointly(Configured):
    """The superior's approval is given by several."""

    rule: str = "2"
    people: int = 3
    veto: str = "false"
    sequential: str = "false"

    def diagram(self) -> str:
        drawn = super().diagram()
        own = f'<spiffworkflow:property name="joint" value="{self.rule}" />'
        own += f'<spiffworkflow:property name="veto" value="{self.veto}" />'
        several = SEVERAL.format(self.sequential, self.people)
        found = re.search(r'<bpmn:userTask id="approval".*?</bpmn:userTask>', drawn, re.DOTALL)
        assert found is not None
        changed = found[0].replace("</spiffworkflow:properties>", f"{own}</spiffworkflow:properties>")
        return drawn.replace(found[0], changed.replace("</bpmn:userTask>", f"{several}</bpmn:userTask>"))


@dataclass
class Asked:
    """A case that waits for several people of the bureau."""

    matter: Matter
    people: list[User]

    @property
    def task(self) -> int:
        return int(self.matter.waiting()["id"])

    def answer(self, who: int, outcome: str = "agree", **more: Any) -> Answer:
        body = {"outcome": outcome, "opinion": f"{who} 号意见", **more}
        if outcome != "agree":
            body.setdefault("reason_code", "other")
        return self.matter.client.api(self.people[who]).post(f"/tasks/{self.task}/decision", body)

    def shown(self, who: int) -> Any:
        return self.matter.client.api(self.people[who]).get(f"/tasks/{self.task}").json["joint"]

    def page(self, who: int) -> str:
        return Client(self.matter.client.app).sign_in(self.people[who]).get(f"/cases/{self.matter.number}").text


@pytest.fixture
def asked(client: Client, shelves: Path) -> Callable[..., Asked]:
    """`asked(rule="2", …)`: a case at the bureau, and three of its approvers."""

    def arrange(**how: Any) -> Asked:
        matter = a_matter(client)
        bureau = matter.school.office.superior
        people = [matter.people["bureau"].approver, matter.people["bureau"].approver2]
        people.append(factories.a_person(bureau, "approver"))
        db.session.commit()
        publish(Jointly("commendation", "表彰申请", "student", **how).write(shelves))
        matter.number = submit(matter.program("school"), application(matter, "student")).json["number"]
        assert decide(matter, "school").status == 200
        return Asked(matter, people)

    return arrange


def test_two_of_three_decide_and_the_third_is_asked_no_more(asked: Callable[..., Asked]) -> None:
    case = asked()
    task = case.task

    first = case.answer(0)
    assert (first.status, first.json["waiting"][0]["id"], first.json["status"]) == (200, task, "open")
    assert count(Decision, Decision.key == "approval") == 0
    second = case.answer(2)

    assert (second.status, second.json["outcome"]) == (200, "agreed")
    assert count(JointAnswer, JointAnswer.task_id == task) == 2
    assert db.session.scalars(sa.select(Decision.outcome).where(Decision.key == "approval")).all() == [Outcome.AGREE]
    late = case.matter.client.api(case.people[1]).post(f"/tasks/{task}/decision", {"outcome": "agree"})
    assert late.status == 409
    assert list(audit.verify()) == []


def test_nobody_answers_twice(asked: Callable[..., Asked]) -> None:
    case = asked()
    assert case.answer(0).status == 200

    again = case.answer(0, "refuse")

    assert (again.status, again.code) == (403, "E-JOINT")
    assert count(JointAnswer) == 1
    answer = db.session.scalars(sa.select(JointAnswer)).one()
    row = {"task_id": answer.task_id, "user_id": answer.user_id, "outcome": "agree", "opinion": "", "at": answer.at}
    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(JointAnswer).values(row))
    db.session.rollback()


def test_one_who_does_not_agree_ends_what_all_must_agree_to(asked: Callable[..., Asked]) -> None:
    case = asked(rule="all")
    assert case.answer(0).json["status"] == "open"

    assert case.answer(1, "refuse").json["outcome"] == "refused"


def test_enough_others_agree_though_one_does_not(asked: Callable[..., Asked]) -> None:
    case = asked()
    assert case.answer(0, "refuse").json["status"] == "open"
    assert case.answer(1).json["status"] == "open"

    assert case.answer(2).json["outcome"] == "agreed"


def test_but_not_against_a_veto(asked: Callable[..., Asked]) -> None:
    case = asked(veto="true")

    assert case.answer(0, "refuse").json["outcome"] == "refused"


def test_it_is_sent_back_and_asked_anew(asked: Callable[..., Asked]) -> None:
    case = asked(rule="all")
    assert case.answer(0, "send_back").json["status"] == "repairing"
    assert decide(case.matter, "school", duty="operator", form={"explanation": "补充了证书"}).status == 200
    assert decide(case.matter, "school").status == 200

    assert [case.answer(each).json["outcome"] for each in (0, 1, 2)] == [None, None, "agreed"]


def test_answers_are_read_by_the_others_only_where_they_are_given_in_turn(asked: Callable[..., Asked]) -> None:
    case = asked()
    case.answer(0)

    assert case.shown(1)["answers"] == [{**case.shown(0)["answers"][0], "outcome": None, "opinion": None}]
    assert (case.shown(1)["people"], case.shown(1)["needed"], case.shown(1)["in_turn"]) == (3, 2, False)
    page = case.page(1)
    assert ("3 人会签，须 2 人同意" in page, case.people[0].name in page, "0 号意见" in page) == (True, True, False)


def test_in_turn_each_reads_what_was_said_before(asked: Callable[..., Asked]) -> None:
    case = asked(sequential="true")
    case.answer(0)

    assert case.shown(1)["answers"][0]["opinion"] == "0 号意见"
    assert "0 号意见" in case.page(1)


def test_on_the_page_whoever_has_answered_reads_so_and_the_sheet_names_everybody(asked: Callable[..., Asked]) -> None:
    case = asked()
    first = Client(case.matter.client.app).sign_in(case.people[0])
    first.get(f"/cases/{case.matter.number}")
    sent = first.post(f"/tasks/{case.task}/decision", outcome="agree", opinion="0 号意见")
    assert sent.status == 302
    page = first.get(f"/cases/{case.matter.number}").text
    assert ("会签意见已提交" in page, "E-JOINT" in page, 'name="outcome"' in page) == (True, True, False)
    case.answer(1)

    sheet = first.get(f"/cases/{case.matter.number}/sheet").text
    assert all(f"会签：{each.name}" in sheet for each in case.people[:2])
    assert "会签结果：同意" in sheet
    story = first.get(f"/cases/{case.matter.number}").text
    assert ("上级审批（会签）" in story, "会签结果，2 人提出意见" in story) == (True, True)


def test_the_applicant_reads_no_answer_before_it_is_decided(asked: Callable[..., Asked]) -> None:
    case = asked(sequential="true")
    case.answer(0)

    clerk = Client(case.matter.client.app).sign_in(case.matter.people["school"].operator)
    assert "0 号意见" not in clerk.get(f"/cases/{case.matter.number}").text
    school = case.matter.program("school", "operator")
    assert "0 号意见" not in school.get(f"/cases/{case.matter.number}").text
    assert school.get(f"/tasks/{case.task}").status == 404


def test_nor_does_a_superior_office_by_program(asked: Callable[..., Asked]) -> None:
    case = asked(sequential="true")
    case.answer(0)
    city = factories.a_person(factories.a_bureau("330100"), "operator")
    db.session.commit()
    program = case.matter.client.api(city)
    task = case.task
    assert program.get(f"/tasks/{task}").json["joint"]["answers"] == []

    case.answer(1)

    assert [each["opinion"] for each in program.get(f"/tasks/{task}").json["joint"]["answers"]] == [
        "0 号意见",
        "1 号意见",
    ]


def test_what_a_round_has_said_that_was_recalled_stays_unread(asked: Callable[..., Asked]) -> None:
    case = asked()
    task = case.task
    case.answer(0)
    school = case.matter.program("school", "operator")
    assert school.post(f"/cases/{case.matter.number}/recall", {"reason": "填错了"}).status == 200

    (answer,) = case.matter.client.api(case.people[1]).get(f"/tasks/{task}").json["joint"]["answers"]
    assert (answer["outcome"], answer["opinion"]) == (None, None)


def test_the_decision_carries_the_reason_and_the_name_of_whose_outcome_it_is(asked: Callable[..., Asked]) -> None:
    case = asked()
    case.answer(0, "refuse")
    case.answer(1, "send_back")

    decision = db.session.scalars(sa.select(Decision).where(Decision.key == "approval")).one()
    said = (decision.outcome, decision.opinion, decision.user_id)
    assert said == (Outcome.REFUSE, "0 号意见", case.people[0].id)


def test_a_neighbour_has_no_part_in_it(asked: Callable[..., Asked]) -> None:
    case = asked()
    stranger = factories.a_person(factories.a_bureau("330108"), "approver")
    db.session.commit()

    answer = case.matter.client.api(stranger).post(f"/tasks/{case.task}/decision", {"outcome": "agree"})

    assert (answer.status, count(JointAnswer)) == (404, 0)


def test_two_last_answers_at_once_both_count(asked: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither overlooks the other: after two of two the case is decided."""
    case = asked(rule="all", people=2)
    task = case.task
    programs = [case.matter.client.api(each) for each in case.people[:2]]
    held_until_both_have(monkeypatch, decisions, "_task_to_decide")()

    answers = at_once(*(lambda p=p: p.post(f"/tasks/{task}/decision", {"outcome": "agree"}) for p in programs))

    assert [each.status for each in answers] == [200, 200], [each.text for each in answers]
    assert sorted(str(each.json["outcome"]) for each in answers) == ["None", "agreed"]
    assert count(JointAnswer) == 2


def test_pressed_twice_at_once_it_is_one_answer(asked: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    case = asked()
    task, program = case.task, case.matter.client.api(case.people[0])
    held_until_both_have(monkeypatch, decisions, "_task_to_decide")()

    answers = at_once(*[lambda: program.post(f"/tasks/{task}/decision", {"outcome": "agree"})] * 2)

    assert [each.status for each in answers] == [200, 200], [each.text for each in answers]
    assert count(JointAnswer) == 1
