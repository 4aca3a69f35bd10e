"""Operations against decisions, and against the clock, at one moment: one winner, and the loser reads a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from app import audit, clock
from app.cases.commands import tick
from app.cases.models import Case, Decision, Task, TaskStatus
from app.database import db
from app.students.models import Directive, Enrolment
from tests.cases.test_delegations import a_colleague, give
from tests.cases.test_races import at_once, count
from tests.cases.test_send_back_to import at_review
from tests.cases.test_time import at
from tests.support.client import Answer
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves
from tests.support.transfer_case import Story

__all__ = ["shaped", "shelves"]
Act = Callable[[], Answer]
AFTER = ("recall", "pause", "terminate")  # of the case: may also follow the decision, which leads to the same office


def acts(case: Shape) -> dict[str, Act]:
    """What else may be done with the review at the moment of its decision, each by somebody who may."""
    number, task, third = case.number, case.task("review"), case.third.id

    def by(who: str, path: str, **body: Any) -> Act:
        program = case.program(who)
        return lambda: program.post(path, body)

    with_reason = {"reason": "核查材料"}
    return {
        "pause": by("bureau_approver2", f"/cases/{number}/pause", **with_reason),
        "terminate": by("bureau_approver2", f"/cases/{number}/terminate", **with_reason),
        "recall": by("school_operator", f"/cases/{number}/recall", **with_reason),
        "hand_over": by("bureau_approver2", f"/tasks/{task}/hand-over", to=third, **with_reason),
        "send_back_to": by("bureau_approver2", f"/tasks/{task}/return", to="check", opinion="核对有误"),
        "ask_before": by("bureau_approver2", f"/tasks/{task}/signers", add=third, when="before"),
        "another_decision": by("bureau_approver2", f"/tasks/{task}/decision", outcome="agree"),
    }


def overtaken(monkeypatch: pytest.MonkeyPatch, others: Callable[[], Any]) -> list[Any]:
    """Whoever decides has read everything, then the others act from beginning to end, then the decision goes on."""
    complete, done = workflows.complete, []

    def held(*args: Any, **kwargs: Any) -> Any:
        if not done:
            done.append(None)
            with ThreadPoolExecutor(1) as pool:
                done.append(pool.submit(others).result(timeout=60))
        return complete(*args, **kwargs)

    monkeypatch.setattr(workflows, "complete", held)
    return done


def whole(case: Shape) -> None:
    """Whatever happened: no decision twice, no task beside what the run asks for, no audit entry too many."""
    db.session.rollback()
    db.session.expire_all()
    row = db.session.scalars(sa.select(Case).where(Case.number == case.number)).one()
    waits = sorted(each.key for each in row.tasks if each.status is TaskStatus.OPEN)
    assert (waits == []) == (row.status == "closed")
    decided = [each.task_id for each in row.decisions]
    assert len(decided) == len(set(decided))
    assert list(audit.verify()) == []


@pytest.mark.parametrize("shape", [each for each in SHAPES if each != "jointly"])
@pytest.mark.parametrize(
    "what", ["pause", "terminate", "recall", "hand_over", "send_back_to", "ask_before", "another_decision"]
)
def test_a_decision_that_another_act_overtakes(
    shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch, what: str, shape: str
) -> None:
    case = at_review(shaped, shape)
    act, task = acts(case)[what], case.task("review")
    program = case.program("bureau_approver")
    done = overtaken(monkeypatch, act)

    late = program.post(f"/tasks/{task}/decision", {"outcome": "agree"})

    assert done[1].status == 200, done[1].text
    assert late.status in (403, 409, 422), late.text
    assert late.json["detail"].endswith("。")
    assert count(Decision, Decision.key == "review", Decision.user_id == case.person("bureau_approver").id) == 0
    whole(case)


@pytest.mark.parametrize("what", ["pause", "terminate", "recall", "hand_over", "send_back_to", "ask_before"])
@pytest.mark.parametrize("turn", [1, 2, 3])
def test_both_at_once_leave_one_winner(shaped: Callable[..., Shape], what: str, turn: int) -> None:
    case = at_review(shaped, "sequential")
    act, task = acts(case)[what], case.task("review")
    program = case.program("bureau_approver")

    def decides() -> Answer:
        return program.post(f"/tasks/{task}/decision", {"outcome": "agree"})

    answers = at_once(*([act, decides] if turn % 2 else [decides, act]))

    statuses = sorted(each.status for each in answers)
    assert statuses[0] == 200, [each.text for each in answers]
    assert statuses[1] in ((200, 403, 409, 422) if what in AFTER else (403, 409, 422)), [each.text for each in answers]
    whole(case)


@pytest.mark.parametrize(("what", "code"), [("pause", "E-PAUSE"), ("terminate", "E-STALE")])
def test_of_two_who_do_the_same_one_has_done_it(shaped: Callable[..., Shape], what: str, code: str) -> None:
    case = at_review(shaped, "sequential")
    first, second = (case.program(who) for who in ("bureau_approver", "bureau_approver2"))
    path, body = f"/cases/{case.number}/{what}", {"reason": "核查材料"}

    answers = at_once(lambda: first.post(path, body), lambda: second.post(path, body))

    assert min(each.status for each in answers) == 200
    assert [each.code for each in answers if each.status != 200] == [code]
    whole(case)


def test_the_owner_and_who_acts_for_them(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case), case.task("review")
    mine = str(give(case, "bureau_approver", person).json["id"])
    owner, colleague = case.program("bureau_approver"), case.matter.client.api(person)
    path, agree = f"/tasks/{task}/decision", {"outcome": "agree"}
    done = overtaken(monkeypatch, lambda: owner.post(path, agree))

    late = colleague.post(path, agree, X_Delegation=mine)

    assert (done[1].status, late.status, late.code) == (200, 409, "E-STALE")
    row = db.session.scalars(sa.select(Decision).where(Decision.key == "review")).one()
    assert (row.user_id, row.for_user_id) == (case.person("bureau_approver").id, None)
    whole(case)


def test_taken_back_while_the_colleague_decides_it_stands_and_is_the_last(
    shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a process that is halted: what has begun before stands, what begins after it is refused."""
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case), case.task("review")
    mine = str(give(case, "bureau_approver", person).json["id"])
    owner, colleague = case.program("bureau_approver"), case.matter.client.api(person)
    done = overtaken(monkeypatch, lambda: owner.delete(f"/delegations/{mine}"))

    answer = colleague.post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Delegation=mine)

    assert (done[1].status, answer.status) == (204, 200)
    assert colleague.get("/tasks", X_Delegation=mine).code == "E-POST"
    whole(case)


def test_the_clock_hands_over_on_leave_while_the_owner_decides(
    shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case, "approver"), case.task("review")
    owner = case.person("bureau_approver")
    handed = {"to": owner.id, "reason": "专办"}
    assert case.program("bureau_approver2").post(f"/tasks/{task}/hand-over", handed).status == 200
    days = {"starts_on": "2026-11-24", "ends_on": "2026-11-25"}
    assert give(case, "bureau_approver", person, leave=True, **days).status == 201
    at("2026-11-24 08:00")
    program, app = case.program("bureau_approver"), case.matter.client.app

    def clock_works() -> int:
        with app.app_context():
            return tick()["leaves"]

    done = overtaken(monkeypatch, clock_works)
    late = program.post(f"/tasks/{task}/decision", {"outcome": "agree"})

    assert (done[1], late.code) == (1, "E-ASSIGNED"), late.text
    db.session.expire_all()
    assert db.session.get_one(Task, task).assignee_id == person.id
    whole(case)


@pytest.mark.parametrize("what", ["pause", "terminate", "hand_over", "send_back_to", "another_decision"])
def test_the_clock_against_all_of_them(shaped: Callable[..., Shape], what: str) -> None:
    """Reminders and reports of what is overdue hinder nobody, and nobody is told of a task twice."""
    at("2026-11-23 09:00")
    case = at_review(shaped, "sequential")
    at("2026-12-20 09:00")
    act, app = acts(case)[what], case.matter.client.app

    def clock_works() -> Answer:
        with app.app_context():
            tick()
        return Answer(200, "", {}, None)

    answers = at_once(act, clock_works, clock_works)

    assert [each.status for each in answers] == [200, 200, 200], [each.text for each in answers]
    whole(case)


def test_the_clock_ends_a_directive_while_it_is_pulled(submitted: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    submitted.agree_until("pull")
    task, directive = submitted.waiting()["id"], submitted.case()["directive"]
    app = submitted.client.app
    ends = db.session.scalars(sa.select(Directive.expires_at)).one()
    clock.set_to(ends - dt.timedelta(minutes=1))
    program = submitted.program("receiving_school")

    def clock_works() -> int:
        clock.set_to(ends + dt.timedelta(minutes=1))
        with app.app_context():
            return tick()["expired"]

    done = overtaken(monkeypatch, clock_works)
    late = program.post(f"/tasks/{task}/decision", {"outcome": "agree", "form": {"directive": directive["number"]}})

    assert done[1] == 1
    assert late.status in (409, 422), late.text
    assert count(Enrolment, Enrolment.student_id == submitted.child.id) == 1
    assert submitted.waiting()["key"] == "releasing_bureau"
    assert list(audit.verify()) == []
