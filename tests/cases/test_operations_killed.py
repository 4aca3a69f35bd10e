"""A process killed with SIGKILL at any statement of an operation leaves all of it or none, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.commands import tick
from app.cases.models import HandOver, Task
from app.database import Model, db
from app.identity.models import Delegation
from tests.cases.test_delegations import a_colleague, give
from tests.cases.test_killed import COMMITTED, dies
from tests.cases.test_send_back_to import at_review
from tests.cases.test_time import at
from tests.support.client import Answer
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
#: written beside an operation, in transactions of their own: who looked, and when a session was used
BESIDE = {"sign_in", "known_place", "failed_sign_in", "audit_chain"}


def everything() -> dict[str, list[Any]]:
    """Every row of every table as it is stored, but for when somebody was seen."""
    db.session.rollback()
    connection = db.session.connection()
    return {name: connection.exec_driver_sql(text).all() for name, text in selects(connection.dialect).items()}


@cache
def selects(dialect: sa.Dialect) -> dict[str, str]:
    """What reads each table: its values are compared as they are, and need not be made what the application takes."""
    asked = {}
    for name, table in Model.metadata.tables.items():
        columns = [each for each in table.c if each.key != "seen_at"]
        asked[name] = str(sa.select(*columns).order_by(*table.primary_key).compile(dialect=dialect))
    return {name: text for name, text in asked.items() if name not in BESIDE}


def kill_at_every_step(act: Callable[[], object]) -> int:
    """Kill at point 1, 2, 3 … until the act goes through; return how many points there were."""
    before, point = everything(), 1
    while dies(act, point):
        left = everything()
        assert {name for name in before if left[name] != before[name]} == set(), f"after point {point}"
        point += 1
        assert point < 100
    assert everything() != before
    assert list(audit.verify()) == []
    return point - 1


def operations(case: Shape) -> dict[str, Callable[[], Answer]]:
    number, task, third = case.number, case.task("review"), case.third.id

    def by(who: str, path: str, **body: Any) -> Callable[[], Answer]:
        program = case.program(who)
        return lambda: program.post(path, body)

    check = db.session.scalars(sa.select(Task.id).where(Task.key == "check")).one()
    taken = case.program("bureau_operator")
    return {
        "take_back": lambda: taken.post(f"/tasks/{check}/take-back"),
        "hand_over": by("bureau_approver", f"/tasks/{task}/hand-over", to=third, reason="出差"),
        "send_back_to": by("bureau_approver", f"/tasks/{task}/return", to="check", opinion="核对有误"),
        "ask_before": by("bureau_approver", f"/tasks/{task}/signers", add=[third], when="before", rule="any"),
        "terminate": by("bureau_approver", f"/cases/{number}/terminate", reason="材料不实"),
        "pause": by("bureau_approver", f"/cases/{number}/pause", reason="核查材料"),
        "urge": by("school_operator", f"/cases/{number}/urge"),
    }


@pytest.mark.parametrize("shape", ["sequential", "parallel"])
@pytest.mark.parametrize("what", ["take_back", "hand_over", "send_back_to", "ask_before", "terminate", "pause", "urge"])
def test_an_operation_is_whole_or_not_at_all(shaped: Callable[..., Shape], what: str, shape: str) -> None:
    act = operations(at_review(shaped, shape))[what]

    points = kill_at_every_step(lambda: act().status == 200)

    assert points >= 3


@pytest.mark.parametrize("what", ["take_back", "hand_over", "send_back_to", "terminate", "pause"])
def test_what_was_committed_is_there_although_nobody_heard_of_it(shaped: Callable[..., Shape], what: str) -> None:
    act = operations(at_review(shaped, "sequential"))[what]
    before = everything()

    assert dies(lambda: act().status == 200, COMMITTED)

    assert everything() != before
    assert list(audit.verify()) == []


def test_a_case_that_goes_on_and_an_answer_that_comes(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    program, third = case.program("bureau_approver"), case.matter.client.api(case.third)
    assert program.post(f"/cases/{case.number}/pause", {"reason": "核查材料"}).status == 200

    assert kill_at_every_step(lambda: program.post(f"/cases/{case.number}/resume").status == 200) >= 3

    asked = {"add": case.third.id, "when": "before"}
    assert program.post(f"/tasks/{case.task('review')}/signers", asked).status == 200
    [advice] = third.get("/advice").json["items"]
    assert (
        kill_at_every_step(lambda: third.post(f"/advice/{advice['id']}/answer", {"opinion": "可"}).status == 200) >= 3
    )


def test_a_delegation_and_what_is_decided_by_it(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case), case.task("review")
    case.program("bureau_approver")

    assert kill_at_every_step(lambda: give(case, "bureau_approver", person).status == 201) >= 2

    mine, colleague = str(db.session.scalars(sa.select(Delegation.id)).one()), case.matter.client.api(person)
    path, agree = f"/tasks/{task}/decision", {"outcome": "agree"}
    assert kill_at_every_step(lambda: colleague.post(path, agree, X_Delegation=mine).status == 200) >= 3
    owner = case.program("bureau_approver")
    assert kill_at_every_step(lambda: owner.delete(f"/delegations/{mine}").status == 204) >= 2


def test_a_leave_goes_on_where_it_was_killed(shaped: Callable[..., Shape]) -> None:
    """Each task has a transaction of its own: killed between them, the clock hands over the rest, none twice."""
    at("2026-11-23 09:00")
    case = at_review(shaped, "parallel")
    person, owner = a_colleague(case, "approver"), case.person("bureau_approver")
    handed = {"to": owner.id, "reason": "专办"}
    assert case.program("bureau_approver2").post(f"/tasks/{case.task('review')}/hand-over", handed).status == 200
    days = {"starts_on": "2026-11-24", "ends_on": "2026-11-25"}
    assert give(case, "bureau_approver", person, leave=True, **days).status == 201
    at("2026-11-24 08:00")

    def clock_works() -> None:
        tick()

    for _ in range(6):
        if not dies(clock_works, COMMITTED):
            break
    tick()

    db.session.rollback()
    given = db.session.scalars(sa.select(Delegation)).one()
    assert given.handed_over_at is not None
    assert len(db.session.scalars(sa.select(HandOver).where(HandOver.to_user_id == person.id)).all()) == 1
    assert list(audit.verify()) == []
