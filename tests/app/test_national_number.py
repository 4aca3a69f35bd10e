"""全国学籍号: L at the registration, G once the nationwide check at the month's end has found nobody else."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import commands
from app.database import db, transaction
from app.exchange import adapters
from app.exchange import operations as exchange
from app.exchange.models import MessageIn, MessageOut
from app.students.contests import Contest
from app.students.models import NumberKind, Student, StudentNumber
from tests.app.test_registration import Entry, a_row, an_entry
from tests.client import Client

MONTHS_END = dt.datetime(2026, 9, 30, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def registered(app: Flask, client: Client) -> Entry:
    """Two children of September; the name of one asks the simulated ministry for a duplicate."""
    entry = an_entry(client)
    entry.submit([a_row(name="陈小满"), a_row(name="陈疑")])
    entry.agree()
    return entry


def nationals(name: str) -> list[tuple[str, bool]]:
    """First letter and whether it holds, of the child's national numbers in their order."""
    db.session.rollback()
    numbers = db.session.scalars(
        sa.select(StudentNumber)
        .join(Student, Student.id == StudentNumber.student_id)
        .where(Student.name == name, StudentNumber.kind == NumberKind.NATIONAL)
        .order_by(StudentNumber.id)
    )
    return [(each.value[0], each.valid_until is None) for each in numbers]


def test_within_the_month_nobody_is_asked(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "simulated"

    commands.tick()

    assert nationals("陈小满") == [("L", True)]


def test_at_the_months_end_the_formal_number_is_issued_and_the_other_kept_as_history(
    registered: Entry, app: Flask
) -> None:
    app.config["OTHER_PROVINCES"] = "simulated"
    clock.set_to(MONTHS_END)

    commands.tick()
    commands.tick()

    assert nationals("陈小满") == [("L", False), ("G", True)]
    assert nationals("陈疑") == [("L", True)]
    assert db.session.scalars(sa.select(Student.contested).where(Student.name == "陈疑")).one()
    assert "全国查重" in db.session.scalars(sa.select(Contest.explanation)).one()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageOut)) == 1


def test_without_a_connection_the_question_waits_and_is_asked_once(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "none"
    clock.set_to(MONTHS_END)

    commands.tick()
    commands.tick()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageOut)) == 1
    assert nationals("陈小满") == [("L", True)]


def test_an_answer_to_nothing_we_asked_changes_nothing(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "none"
    [number] = db.session.scalars(
        sa.select(StudentNumber.value)
        .join(Student, Student.id == StudentNumber.student_id)
        .where(Student.name == "陈小满", StudentNumber.kind == NumberKind.NATIONAL)
    )
    forged = adapters.Envelope("X-1", adapters.MINISTRY, adapters.CHECKED, {"results": {number: "formal"}}, "nothing")
    with transaction():
        exchange.keep(forged)

    commands.tick()

    assert nationals("陈小满") == [("L", True)]
    assert db.session.scalars(sa.select(MessageIn.fault)).one() == "没有找到所答复的查重"
