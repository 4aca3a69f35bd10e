"""What the lock overtakes goes on as 补录; what is closed is written by nothing but what its superior has decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.commands import tick
from app.cases.models import Case, Notice
from app.cases.operations import batches
from app.database import db, transaction
from app.students.models import Change, Enrolment
from app.students.models.cohorts import LockSnapshot
from app.students.operations.locking import digest_of
from app.students.rules.locks import earliest_lock
from tests.cases.test_races import at_once
from tests.processes.lock_postponement.test_locks import at, snapshots
from tests.processes.registration.test_home_return import Return
from tests.processes.registration.test_registration import Entry, a_graduate, a_row, an_entry
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import staff

BEFORE, AFTER = "2026-09-30T23:59:00", "2026-10-01T00:01:00"


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    """A primary school with ten seats and one first-grader."""
    made = an_entry(client)
    factories.a_student(made.school, grade="11", name="李一诺")
    return made


def submitted(entry: Entry, count: int = 1) -> Entry:
    """A list that its school has agreed to a minute before the lock."""
    at(BEFORE)
    answer = entry.submit(
        [a_row(name="陈思" + "一二三"[place], born=dt.date(2020, 3, 5 + place)) for place in range(count)]
    )
    assert answer.status == 201, answer.text
    assert entry.decide().status == 200
    return entry


def proofs(entry: Entry) -> list[LockSnapshot]:
    """Of the school's cohort of the year: the lock's, then those of cases."""
    return [each for each in snapshots() if (each.entry_year, each.school_id) == (2026, entry.school.id)]


def children(entry: Entry) -> int:
    db.session.rollback()
    here = (Enrolment.school_id == entry.school.id, Enrolment.entry_year == 2026, Enrolment.ends_on.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(*here)) or 0


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ticked", [False, True], ids=["before the first tick", "after it"])
def test_a_list_submitted_before_the_lock_and_approved_after_it_is_a_late_one(entry: Entry, ticked: bool) -> None:
    submitted(entry)
    locked = digest_of(2026, entry.school.id)
    at(AFTER)
    if ticked:
        assert tick()["late"] == 1

    case, page = entry.case(), entry.client.sign_in(entry.people["bureau"].approver).get(f"/cases/{entry.number}").text
    assert "锁定，本件未在锁定前办结，转为补录；核准即同意补录。" in case["late"]
    assert "<strong>补录</strong>" in page, "who decides knows it, whether or not the clock has worked"
    assert entry.decide().status == 200

    assert entry.agree()["outcome"] == "agreed"
    assert children(entry) == 2
    of_the_lock, late = proofs(entry)
    assert (of_the_lock.case_id, of_the_lock.digest, of_the_lock.children) == (None, locked, 1)
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == entry.number)).one()
    assert (late.case_id, late.rest, late.children) == (case_id, locked, 2)
    assert late.digest == digest_of(2026, entry.school.id) != locked
    whole = next(each for each in snapshots() if each.entry_year == 2026 and each.school_id is None)
    assert whole.children == 1, "the snapshot is of the lock, whoever wrote before it was taken"
    client = entry.client
    assert "转为补录" in client.get(f"/cases/{entry.number}").text
    assert "陈思一" in client.get("/reports/after-lock?year=2026").text


def test_the_first_tick_after_the_lock_says_so_in_the_inbox(entry: Entry) -> None:
    submitted(entry)
    assert tick()["late"] == 0
    at(AFTER)

    assert (tick()["late"], tick()["late"]) == (1, 0)

    client = entry.client.sign_in(entry.people["bureau"].approver)
    assert "补录" in client.get("/inbox").text
    assert "转为补录" in client.get("/notices").text
    offices = set(db.session.scalars(sa.select(Notice.office_id).where(Notice.text.like("%转为补录%"))))
    assert offices == {entry.school.id, entry.school.office.superior_id}


def test_a_list_worked_across_midnight_is_late_from_its_first_row_after_it(entry: Entry) -> None:
    submitted(entry, 3)
    task = entry.case()["waiting"][0]["id"]
    with transaction():
        operations.decide(task, operations.Answer("agree"), actor=_actor(entry))
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == entry.number)).one()
    with transaction():
        assert operations.work_chunk(case_id, size=1)
    assert entry.case()["late"] is None
    at(AFTER)

    tick()

    assert entry.case()["outcome"] == "agreed"
    of_the_lock, late = proofs(entry)
    assert (of_the_lock.children, late.children, late.rest) == (2, 4, of_the_lock.digest)
    worked = db.session.scalars(sa.select(Change.recorded_at).where(Change.code == "Z1").order_by(Change.id)).all()
    assert [each >= earliest_lock(2026) for each in worked] == [False, True, True]
    assert "转为补录" in (entry.case()["late"] or "")


def _actor(entry: Entry) -> Any:
    user = entry.people["bureau"].approver
    office = entry.school.office.superior
    assert office is not None
    return Actor(
        user_id=user.id, name=user.name, post_id=None, duty="approver", office_id=office.id, office_code=office.code,
        office_name=office.name, office_kind=office.kind.value, office_path=office.path,
    )  # fmt: skip


def test_rows_that_midnight_overtakes_are_written_after_it_as_late(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction begins before the lock and would end after it."""
    submitted(entry)
    kept = batches._keep_outcomes
    monkeypatch.setattr(batches, "_keep_outcomes", lambda *args: (kept(*args), at(AFTER))[0])
    assert entry.decide().status == 200, "the decision stands, its rows wait"
    assert (children(entry), entry.case()["status"]) == (1, "open")

    monkeypatch.undo()
    tick()

    assert (children(entry), entry.case()["outcome"]) == (2, "agreed")
    assert [each.children for each in proofs(entry)] == [1, 2]


def test_the_first_tick_and_an_approval_at_once_prove_the_same_lock(app: Flask, entry: Entry) -> None:
    submitted(entry)
    other = factories.a_school("330212")
    factories.a_student(other, grade="11", name="王小明")
    locked = {school: digest_of(2026, school) for school in (entry.school.id, other.id)}
    at(AFTER)
    task = entry.case()["waiting"][0]["id"]
    bureau = entry.program("bureau", "approver")

    def run() -> dict[str, int]:
        with app.app_context():
            return tick()

    at_once(run, lambda: bureau.post(f"/tasks/{task}/decision", {"outcome": "agree"}))  # type: ignore[arg-type, list-item]
    if entry.case()["waiting"]:  # the clock had marked it in between: pressed again
        entry.decide()

    assert entry.agree()["outcome"] == "agreed"
    of_2026 = [each for each in snapshots() if each.entry_year == 2026]
    assert {each.school_id: each.digest for each in of_2026 if each.school_id and each.case_id is None} == locked
    assert [each.children for each in of_2026 if each.school_id is None] == [2]
    assert children(entry) == 2


def test_a_graduate_who_comes_home_after_the_lock_is_a_late_one(client: Client) -> None:
    junior = an_entry(client, stages="junior")
    source = factories.a_school("330212")
    returning = Return(junior, a_graduate(source), staff(source.office.superior))
    assert returning.submit().status == 201
    returning.agree_until("source_bureau")
    at(AFTER)
    assert "转为补录" in returning.case()["late"]

    returning.agree_until("pull")
    assert returning.decide().json["outcome"] == "agreed"

    assert [(each.children, each.case_id is None) for each in proofs(junior)] == [(0, True), (1, False)]


def test_the_database_takes_nobody_into_a_closed_cohort_in_time(entry: Entry) -> None:
    submitted(entry)
    at(AFTER)
    assert tick()["locked"] >= 1
    stranger = a_graduate(entry.school)
    row = db.session.scalars(sa.select(Case).where(Case.number == entry.number)).one()
    enrolment = {
        "student_id": stranger.id, "epoch": 2, "school_id": entry.school.id, "owner_division": "330106",
        "stage": "primary", "entry_year": 2026, "grade": "11", "standing": "active", "starts_on": clock.today(),
        "case_id": row.id,
    }  # fmt: skip
    with db.engine.begin() as connection:
        connection.execute(sa.update(Case).where(Case.id == row.id).values(late_at=None))
    db.session.rollback()

    with pytest.raises(sa.exc.IntegrityError, match="late registration"), db.engine.begin() as connection:
        connection.execute(sa.insert(Enrolment).values(**enrolment))

    with db.engine.begin() as connection:
        connection.execute(sa.update(Case).where(Case.id == row.id).values(late_at=clock.now()))
        connection.execute(sa.insert(Enrolment).values(**enrolment))
