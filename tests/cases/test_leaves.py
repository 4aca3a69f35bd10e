"""请假: from the first day what was handed over to somebody, or taken by them to read, is a colleague's."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from app.cases.commands import tick
from app.cases.models import HandOver, Task, TaskClaim
from app.database import db
from tests.cases.test_delegations import a_colleague, given
from tests.cases.test_send_back_to import at_review
from tests.cases.test_time import at
from tests.support.client import Client
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def test_on_leave_what_is_ones_own_is_handed_over_on_the_first_day(shaped: Callable[..., Shape]) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, "sequential")
    task, owner, person = case.task("review"), case.person("bureau_approver"), a_colleague(case, "approver")
    assert (
        case.program("bureau_approver2").post(f"/tasks/{task}/hand-over", {"to": owner.id, "reason": "专办"}).status
        == 200
    )
    given(case, to=person, starts_on="2026-11-25", ends_on="2026-11-26", leave=True)
    tick()
    assert db.session.get_one(Task, task).assignee_id == owner.id
    at("2026-11-25 08:00")

    tick()

    db.session.expire_all()
    assert db.session.get_one(Task, task).assignee_id == person.id
    [last] = db.session.scalars(sa.select(HandOver).order_by(HandOver.id.desc()).limit(1))
    assert (last.from_user_id, last.to_user_id, last.reason) == (owner.id, person.id, "请假：出差")
    tick()
    assert len(db.session.scalars(sa.select(HandOver)).all()) == 2, "once"
    refused = case.program("bureau_approver2").post(f"/tasks/{task}/hand-over", {"to": owner.id, "reason": "专办"})
    assert refused.code == "E-INPUT", "nobody hands anything to who is on leave"
    away = {"to": owner.id, "starts_on": "2026-11-26", "ends_on": "2026-11-30", "reason": "出差"}
    assert case.program("bureau_approver2").post("/delegations", away).code == "E-INPUT"


def test_what_the_colleague_may_not_decide_goes_back_to_the_desk(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    task, owner = case.task("review"), case.person("bureau_approver")
    body = {"to": owner.id, "reason": "专办"}
    assert case.program("bureau_approver2").post(f"/tasks/{task}/hand-over", body).status == 200

    clerk = Client(case.matter.client.app).sign_in(case.person("bureau_operator"))
    clerk.get(f"/cases/{case.number}")
    assert clerk.post(f"/tasks/{task}/pre-review", recommendation="agree", opinion="齐全").status == 302

    given(case, leave=True)  # to an approver who has recommended it

    db.session.expire_all()
    assert db.session.get_one(Task, task).assignee_id is None
    assert case.decide("bureau_approver2", "review").status == 200


def test_what_was_taken_to_read_is_given_back(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    assert case.program("bureau_approver").post(f"/tasks/{case.task('review')}/claim").status == 200

    given(case, to=case.third, leave=True)

    db.session.rollback()
    assert db.session.scalars(sa.select(TaskClaim)).all() == []
