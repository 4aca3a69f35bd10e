"""Two at once: exactly one wins, the other reads a sentence; on both databases, with a connection each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

import workflows
from app import audit
from app.cases.models import Case, Decision, Task
from app.database import db
from app.students.models import Directive, Enrolment
from tests.support import factories
from tests.support.client import Answer
from tests.support.transfer_case import Story
from workflows import Run

Act = Callable[[], Answer]


def at_once(*acts: Act) -> list[Answer]:
    """Let them all go at the same moment, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(acts), timeout=60)

    def run(act: Act) -> Answer:
        gate.wait()
        return act()

    db.session.rollback()
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def all_have_read(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make everybody read before anybody writes: the worst order of all."""

    def arrange(count: int) -> None:
        gate, complete = threading.Barrier(count, timeout=60), workflows.complete

        def held(*args: Any, **kwargs: Any) -> Run:
            gate.wait()
            return complete(*args, **kwargs)

        monkeypatch.setattr(workflows, "complete", held)

    return arrange


def decide(story: Story, user: Any, task: int, outcome: str = "agree", **more: Any) -> Act:
    program = story.client.api(user)
    return lambda: program.post(f"/tasks/{task}/decision", {"outcome": outcome, **more})


def count(model: Any, *conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


@pytest.mark.parametrize("key", ["receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau"])
def test_two_approvers_on_one_task(submitted: Story, all_have_read: Callable[[int], None], key: str) -> None:
    submitted.agree_until(key)
    task, office = submitted.waiting()["id"], submitted.people[key]
    no = {"reason_code": "incomplete_papers", "opinion": "材料不全"}
    acts = decide(submitted, office.approver, task), decide(submitted, office.approver2, task, "refuse", **no)
    all_have_read(2)

    answers = at_once(*acts)

    assert sorted(answer.status for answer in answers) == [200, 409]
    loser = next(answer for answer in answers if answer.status == 409)
    assert (loser.code, loser.json["detail"]) == ("E-STALE", "该事项已由他人办理，请刷新后查看。")
    assert count(Decision, Decision.task_id == task) == 1
    assert list(audit.verify()) == []


def test_two_pulls_of_one_directive(submitted: Story, all_have_read: Callable[[int], None]) -> None:
    submitted.agree_until("pull")
    task, form = submitted.waiting()["id"], {"directive": submitted.case()["directive"]["number"]}
    office = submitted.people["receiving_school"]
    acts = decide(submitted, office.approver, task, form=form), decide(submitted, office.approver2, task, form=form)
    all_have_read(2)

    answers = at_once(*acts)

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert count(Enrolment, Enrolment.student_id == submitted.child.id) == 2
    assert count(Directive, Directive.status == "consumed") == 1
    assert factories.the_quota(submitted.receiving, "13").used == 1


def test_two_transfers_of_one_child(story: Story) -> None:
    elsewhere = factories.a_school("330109")
    operator = factories.a_user(elsewhere, "operator")
    factories.a_user(elsewhere, "approver")  # who decides, should it win
    programs = {
        story.receiving.office.code: story.program("receiving_school", "operator"),
        elsewhere.office.code: story.client.api(operator),
    }

    def submit(code: str) -> Act:
        body = {
            "process": "transfer",
            "application": {**factories.an_application(story.child, story.receiving), "to_school": code},
        }
        return lambda: programs[code].post("/cases", body)

    answers = at_once(*map(submit, programs))

    assert sorted(answer.status for answer in answers) == [201, 422]
    loser = next(answer for answer in answers if answer.status == 422)
    assert loser.codes == {"E-CASE-01"}
    assert count(Case, Case.student_id == story.child.id) == 1


def test_recall_against_approval(submitted: Story) -> None:
    """Whichever comes first, the case ends in one of two whole states."""
    submitted.agree_until("releasing_bureau")
    task, approver = submitted.waiting()["id"], submitted.people["releasing_bureau"].approver
    operator = submitted.program("receiving_school", "operator")

    agreed, recalled = at_once(
        decide(submitted, approver, task),
        lambda: operator.post(f"/cases/{submitted.number}/recall", {"reason": "家长改变主意"}),
    )

    case = submitted.case()
    if agreed.status == 200:
        assert (recalled.status, recalled.code in ("E-RECALL", "E-STALE")) in ((422, True), (409, True))
        assert (case["status"], case["waiting"][0]["key"], case["directive"]["status"]) == ("open", "pull", "issued")
    else:
        assert (agreed.status, agreed.code, recalled.status) == (409, "E-STALE", 200)
        assert (case["outcome"], case["waiting"], case["directive"]) == ("recalled", [], None)
    assert count(Decision, Decision.task_id == task) == (agreed.status == 200)
    assert count(Directive) == (agreed.status == 200)


def test_revocation_against_the_pull(submitted: Story) -> None:
    submitted.agree_until("pull")
    task, number = submitted.waiting()["id"], submitted.case()["directive"]["number"]
    bureau = submitted.program("releasing_bureau")

    pulled, revoked = at_once(
        decide(submitted, submitted.people["receiving_school"].approver, task, form={"directive": number}),
        lambda: bureau.post(f"/directives/{number}/revoke", {"reason": "学生信息有误"}),
    )

    assert sorted(each.status == 200 for each in (pulled, revoked)) == [False, True]
    assert {pulled.code, revoked.code} & {"E-STALE", "E-DIR-02", "E-DIR-03"}
    assert count(Enrolment) == (2 if pulled.status == 200 else 1)


@pytest.mark.parametrize("seats", [1, 3])
def test_the_last_seats_go_to_exactly_as_many(story: Story, seats: int) -> None:
    stories = []
    for number in range(seats + 2):
        child = factories.a_student(story.releasing, name=f"周{'甲乙丙丁戊'[number]}")
        each = Story(story.client, child, story.receiving, story.releasing, story.people)
        assert each.submit().status == 201
        stories.append(each.agree_until("pull"))
    factories.the_quota(story.receiving, "13").total = seats
    db.session.commit()
    acts = [
        decide(
            each,
            story.people["receiving_school"].approver,
            each.waiting()["id"],
            form={"directive": each.case()["directive"]["number"]},
        )
        for each in stories
    ]

    answers = at_once(*acts)

    assert [answer.status for answer in answers] == [200] * len(acts)
    ended = Counter(answer.json["outcome"] or answer.json["waiting"][0]["key"] for answer in answers)
    assert ended == {"agreed": seats, "await_seat": 2}
    waiting = next(answer for answer in answers if not answer.json["outcome"]).json["waiting"][0]
    assert waiting["code"] == "E-QUOTA-01"
    quota = factories.the_quota(story.receiving, "13")
    assert (quota.total, quota.used) == (seats, seats)
    assert count(Directive, Directive.status == "issued") == 2


def test_a_form_sent_twice_is_decided_once(submitted: Story) -> None:
    task, approver = submitted.waiting()["id"], submitted.people["receiving_school"].approver
    program = submitted.client.api(approver)

    def press() -> Answer:
        return program.post(f"/tasks/{task}/decision", {"outcome": "agree"}, Idempotency_Key="pressed-twice")

    answers = at_once(press, press)

    assert {answer.status for answer in answers} <= {200, 409}
    assert press().status == 200
    assert count(Decision, Decision.task_id == task) == 1
    assert count(Task, Task.key == "receiving_bureau") == 1


def test_numbers_of_cases_have_no_gaps_and_no_doubles(story: Story) -> None:
    program = story.program("receiving_school", "operator")

    def submit(name: str) -> Act:
        application = factories.an_application(factories.a_student(story.releasing, name=name), story.receiving)
        return lambda: program.post("/cases", {"process": "transfer", "application": application})

    opened = at_once(*map(submit, ("吴甲", "吴乙", "吴丙", "吴丁")))

    numbers = sorted(int(answer.json["number"].rsplit("-", 1)[1]) for answer in opened)
    assert numbers == [1, 2, 3, 4]
