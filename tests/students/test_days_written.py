"""What the database holds of the days of the record, and what the revision made of those that were there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Case
from app.database import db
from app.schema import bring_to
from app.students.models import Change, Enrolment, Standing
from tests.support import factories
from tests.support.databases import at_revision
from tests.support.earlier_rows import PLACES
from tests.support.single_school_case import Matter

TODAY = dt.date(2026, 11, 23)


# ── by the database ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_database_holds_that_only_a_registration_starts_ahead(app: Flask, matter: Matter) -> None:
    clock.set_to(dt.datetime(2026, 8, 20, 9, tzinfo=clock.ZONE))
    matter.submit("correction")
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == matter.number)).one()
    stranger = factories.a_student(matter.school, name="李一诺", standing=Standing.WITHDRAWN)

    def enrol(starts_on: dt.date, **more: Any) -> None:
        with db.engine.begin() as connection:
            connection.execute(
                sa.insert(Enrolment).values(
                    **{
                        "student_id": stranger.id, "epoch": 2, "school_id": matter.school.id,
                        "owner_division": "330106", "stage": "primary", "entry_year": 2026, "grade": "11",
                        "standing": "active", "starts_on": starts_on, "case_id": case_id, **more,
                    }
                )
            )  # fmt: skip

    takeover = factories.a_takeover().id
    db.session.commit()
    for starts_on, more in (
        (dt.date(2026, 9, 1), {}),  # no registration
        (dt.date(2026, 8, 21), {"case_id": takeover}),
        (dt.date(2027, 9, 1), {"case_id": takeover, "entry_year": 2027}),
        (dt.date(2026, 9, 1), {"case_id": takeover, "entry_year": 2025}),
        (dt.date(2099, 1, 1), {"case_id": takeover, "recorded_on": dt.date(9999, 12, 31)}),
    ):
        with pytest.raises(sa.exc.IntegrityError):
            enrol(starts_on, **more)
    enrol(dt.date(2026, 9, 1), case_id=takeover)
    with pytest.raises(sa.exc.IntegrityError, match="never changes"), db.engine.begin() as connection:
        connection.execute(sa.update(Enrolment).where(Enrolment.epoch == 2).values(recorded_on=dt.date(2026, 8, 1)))


def test_the_database_holds_that_no_entry_is_written_before_its_day(matter: Matter) -> None:
    entry = {
        "case_id": factories.a_takeover().id, "student_id": matter.child.id, "epoch": 1, "code": "31",
        "school_id": matter.school.id, "owner_division": "330106", "recorded_at": clock.now(),
        "before": {}, "after": {},
    }  # fmt: skip
    db.session.commit()

    with pytest.raises(sa.exc.IntegrityError, match="on its day"), db.engine.begin() as connection:
        connection.execute(sa.insert(Change).values(effective_on=TODAY + dt.timedelta(days=1), **entry))
    with db.engine.begin() as connection:
        connection.execute(sa.insert(Change).values(effective_on=TODAY, **entry))


# ── what was written before ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def before_the_bounds(app: Flask, tmp_path: Path) -> Iterator[sa.Engine]:
    """A second database of the same kind at the revision before the bounds."""
    with at_revision(db.engine.dialect.name, tmp_path, "0013") as engine:
        yield engine


def test_the_revision_repairs_what_was_dated_ahead(before_the_bounds: sa.Engine) -> None:
    old = sa.MetaData()
    old.reflect(before_the_bounds)
    written = dt.datetime(2026, 9, 5, 2, 0, tzinfo=dt.UTC)
    with before_the_bounds.begin() as connection:
        for name, rows in _filled(written).items():
            connection.execute(sa.insert(old.tables[name]), rows)
        bring_to(connection, "head")

        rows = connection.execute(
            sa.select(
                Enrolment.student_id, Enrolment.epoch, Enrolment.starts_on, Enrolment.ends_on, Enrolment.recorded_on
            ).order_by(Enrolment.student_id, Enrolment.epoch)
        ).all()

    then = dt.date(2026, 9, 5)
    assert [tuple(row) for row in rows] == [
        (1, 1, dt.date(2024, 9, 1), then, then),  # withdrawn for 2099
        (1, 2, then, None, then),  # active from 2099
        (2, 1, dt.date(2026, 9, 1), None, dt.date(2026, 8, 10)),  # registered in August
    ]


def _filled(written: dt.datetime) -> dict[str, list[dict[str, Any]]]:
    """A withdrawal and a reinstatement in 2099, and a registration for the first of September."""
    august = dt.datetime(2026, 8, 10, 2, 0, tzinfo=dt.UTC)
    person = {
        "sex": "1", "born_on": dt.date(2017, 5, 20), "ethnic_group": "01", "document_type": "1", "main_number": b"x",
        "main_number_masked": "x", "household_division": "", "contested": False, "is_demo": False, "particulars": "{}",
    }  # fmt: skip
    case = {
        "profile": "zj-2010", "parties": "{}", "clocks": "{}", "application": "{}", "revision": 0,
        "holds_student": False, "applicant_office_id": 1, "ended_because": "",
    }  # fmt: skip
    open_case = {**case, "status": "open", "outcome": None, "closed_at": None}
    closed = {**case, "status": "closed", "outcome": "agreed"}
    tie = {"school_id": 1, "owner_division": "330106", "stage": "primary", "grade": "13"}
    entry = {"school_id": 1, "owner_division": "330106", "before": "{}", "after": "{}"}
    return {
        **PLACES,
        "lawful_change": [
            {"profile": "zj-2010", "process": process, "stage": "*", "before": before, "after": after}
            for process, before, after in (("takeover", "", "*"), ("reinstatement", "", "active"),
                                           ("registration_primary", "", "active"))
        ],
        "student": [
            {**person, "id": number, "name": f"第{number}名", "main_number_hash": str(number)} for number in (1, 2)
        ],
        "cases": [
            {**closed, "id": 1, "number": "T1", "process_key": "takeover", "student_id": None, "opened_at": written,
             "closed_at": written},
            {**open_case, "id": 2, "number": "C2", "process_key": "reinstatement", "student_id": 1,
             "opened_at": written},
            {**open_case, "id": 3, "number": "C3", "process_key": "registration_primary", "student_id": None,
             "opened_at": august},
        ],
        "enrolment": [
            {**tie, "id": 1, "student_id": 1, "epoch": 1, "entry_year": 2024, "standing": "withdrawn", "case_id": 1,
             "starts_on": dt.date(2024, 9, 1), "ends_on": dt.date(2099, 1, 1)},
            {**tie, "id": 2, "student_id": 1, "epoch": 2, "entry_year": 2024, "standing": "active", "case_id": 2,
             "starts_on": dt.date(2099, 1, 1), "ends_on": None},
            {**tie, "id": 3, "student_id": 2, "epoch": 1, "entry_year": 2026, "grade": "11", "standing": "active",
             "case_id": 3, "starts_on": dt.date(2026, 9, 1), "ends_on": None},
        ],
        "change": [
            {**entry, "id": 1, "case_id": 1, "student_id": 1, "epoch": 1, "code": "31",
             "effective_on": dt.date(2099, 1, 1), "recorded_at": written},
            {**entry, "id": 2, "case_id": 2, "student_id": 1, "epoch": 2, "code": "17",
             "effective_on": dt.date(2099, 1, 1), "recorded_at": written},
            {**entry, "id": 3, "case_id": 3, "student_id": 2, "epoch": 1, "code": "Z1",
             "effective_on": dt.date(2026, 9, 1), "recorded_at": august},
        ],
    }  # fmt: skip
