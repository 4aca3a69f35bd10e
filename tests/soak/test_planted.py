"""Planted faults that the checker must find: each by direct SQL, or by a rule that was taken away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.operations import batches
from app.cases.operations import opening as openings
from app.database import db
from app.students.models import Directive
from tests.processes.recruitment.test_rosters import NOT_LOCAL, a_recruiting
from tests.processes.registration.test_registration import a_row, an_entry
from tests.soak.clients import Told, lost
from tests.support import factories, invariants
from tests.support.arrival_case import an_arrival
from tests.support.client import Client
from tests.support.transfer_case import Story


def plant(*statements: str, **values: Any) -> None:
    """Change the database outside the application; nothing is committed."""
    for each in statements:
        db.session.execute(sa.text(each), values)
    db.session.expire_all()


def unguard(name: str) -> None:
    """Take the triggers of a table away, until the rollback."""
    if db.engine.dialect.name == "postgresql":
        plant(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        return
    there = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    plant(*(f"DROP TRIGGER {each}" for each in db.session.scalars(there, {"name": name}).all()))


def found(check: Any, *words: str) -> bool:
    sentences = list(check())
    db.session.rollback()
    return any(all(word in each for word in words) for each in sentences)


def test_a_sound_history_has_no_fault(submitted: Story) -> None:
    submitted.agree_until("pull")
    submitted.decide()
    assert submitted.case()["outcome"] == "agreed"
    assert invariants.broken() == []


def test_a_chain_that_was_shortened(submitted: Story) -> None:
    plant("UPDATE audit_chain SET place = place + 1")
    assert found(invariants.audit_chain, "audit")


@pytest.mark.parametrize("statement", ["used = used - 1", "used = used + 1"])
def test_a_seat_that_nobody_sits_on(story: Story, statement: str) -> None:
    quota = factories.the_quota(story.releasing, "13")
    plant(f"UPDATE quota SET {statement} WHERE id = :id", id=quota.id)
    assert found(invariants.seats, f"quota {quota.id}", "used")


def test_a_child_enrolled_twice(story: Story) -> None:
    plant("DROP INDEX uq_enrolment_one_open")
    plant(
        "INSERT INTO enrolment (student_id, epoch, school_id, owner_division, stage, entry_year, grade, standing,"
        " starts_on, recorded_on, case_id) SELECT student_id, 2, :school, owner_division, stage, entry_year, grade,"
        " standing, starts_on, recorded_on, case_id FROM enrolment",
        school=story.receiving.id,
    )
    assert found(invariants.enrolments, "two open enrolments")


def test_an_enrolment_ahead_of_its_time(app: Flask) -> None:
    clock.set_to(dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC))
    factories.a_student(factories.a_school("330106"), graduated=True)
    unguard("enrolment")  # or the database refuses
    plant(
        "INSERT INTO enrolment (student_id, epoch, school_id, owner_division, stage, entry_year, grade, standing,"
        " starts_on, recorded_on, case_id) SELECT student_id, 2, school_id, owner_division, stage, entry_year, grade,"
        " 'active', '2026-09-01', '2026-03-02', case_id FROM enrolment"
    )
    assert found(invariants.enrolments, "ahead of its time")


def test_a_number_that_no_case_holds(monkeypatch: pytest.MonkeyPatch, client: Client, app: Flask) -> None:
    """The rule is taken away: everybody is given every number, and holds none."""
    monkeypatch.setattr(batches, "hold", lambda case, hashes: set(hashes))
    one, other, row = an_entry(client), an_entry(client, superior="330108"), a_row()
    assert [one.submit([row]).status, other.submit([row]).status] == [201, 201]
    assert found(invariants.children_in_two_cases, "one child in 2 open cases")
    assert found(invariants.cases_that_hold_nobody, "does not hold its child")


def test_a_case_that_waits_for_nothing(submitted: Story) -> None:
    plant("UPDATE task SET status = 'cancelled', ended_at = arrived_at")
    assert found(invariants.cases_without_a_way_on, submitted.number, "waits for nothing")


def test_a_case_whose_agreement_another_case_stands_against(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two arrivals of one child, as it was before: one makes the record, whose transfer leaves the other no way."""
    monkeypatch.setattr(openings, "hold_all", lambda case, hashes: None)
    one, other = an_arrival(client, "330106"), an_arrival(client, "330108")
    third = an_arrival(client, "330109")
    number = factories.a_number(place="341225")
    for each in (one, other, third):
        assert each.submit(main_number=number).status == 201
    one.agree_until()
    other.agree_until()
    third.agree_until("bureau_approval")
    assert found(invariants.cases_without_a_way_on, third.number, "because of another case")


def test_a_directive_used_and_nobody_moved(submitted: Story) -> None:
    submitted.agree_until("pull")
    directive = db.session.scalars(sa.select(Directive)).one()
    plant("UPDATE directive SET status = 'consumed', consumed_at = issued_at WHERE id = :id", id=directive.id)
    assert found(invariants.directives, directive.number, "nobody moved")


def test_a_directive_taken_back_and_another_used_is_no_fault(submitted: Story) -> None:
    submitted.agree_until("pull")
    first = submitted.case()["directive"]["number"]
    revoked = submitted.program("releasing_bureau").post(f"/directives/{first}/revoke", {"reason": "学生信息有误"})
    assert revoked.status == 200
    submitted.agree_until("pull")
    submitted.decide()
    assert submitted.case()["outcome"] == "agreed"
    assert submitted.case()["directive"]["number"] != first

    assert invariants.broken() == []

    unguard("directive")
    plant("UPDATE directive SET status = 'revoked', consumed_at = NULL WHERE status = 'consumed'")
    assert found(invariants.directives, "revoked, and the child moved")


def test_a_directive_that_outlives_its_case(submitted: Story) -> None:
    submitted.agree_until("pull")
    plant("UPDATE cases SET status = 'closed', outcome = 'recalled', closed_at = opened_at WHERE status <> 'closed'")
    assert found(invariants.directives, "its case has ended")


def test_what_was_acknowledged_and_is_not_there(submitted: Story) -> None:
    task = submitted.waiting()["id"]
    assert submitted.decide().status == 200
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]
    assert lost(Told(decided=[(task, "agree")], opened=[submitted.number])) == []

    told = Told(
        decided=[(task, "refuse"), (10**6, "agree")],
        opened=["20260101-000001"],
        recalled=[submitted.number],
        revoked=[number],
    )
    assert len(lost(told)) == 5


def test_a_mark_that_was_acknowledged_and_lost(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client)
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")
    body = {"rows": [{"position": 1, **NOT_LOCAL}]}
    code = recruiting.people["source"].operator.posts[0].office.code
    assert recruiting.program("source").post(f"/cases/{recruiting.number}/rows/marks", body).status == 200
    told = Told(marked=[(recruiting.number, code, 1)])
    assert lost(told) == []

    db.session.execute(sa.text("UPDATE roster_child SET source_code = '', source_reason = ''"))
    db.session.commit()

    assert len(lost(told)) == 1
