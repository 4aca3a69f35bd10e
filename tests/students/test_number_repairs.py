"""National numbers written before they were encrypted: the revision makes them what they should have been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Case
from app.database import db
from app.encryption import keyed_hash, seal, unseal_text
from app.schema import bring_to
from app.students.models import StudentNumber
from tests.support import factories
from tests.support.databases import at_revision
from tests.support.earlier_rows import PLACES

THEN = dt.datetime(2026, 9, 5, 2, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 9, 1)
DECLARED = "G34122520170520001X"


@pytest.fixture
def as_it_was(app: Flask, tmp_path: Path) -> Iterator[sa.Engine]:
    """A second database of the same kind, from before national numbers were encrypted."""
    with at_revision(db.engine.dialect.name, tmp_path, "d03") as engine:
        yield engine


def test_hashes_become_numbers_and_nothing_stays_in_clear(as_it_was: sa.Engine) -> None:
    born = dt.date(2017, 5, 20)
    plain, changed, before, lost = (factories.a_number(born) for _ in range(4))
    old = sa.MetaData()
    old.reflect(as_it_was)
    with as_it_was.begin() as connection:
        for name, rows in _rows(plain, changed, before, lost).items():
            connection.execute(sa.insert(old.tables[name]), rows)
        bring_to(connection, "head")
        kept = connection.execute(
            sa.select(StudentNumber.value, StudentNumber.number, StudentNumber.number_hash, StudentNumber.number_masked)
            .order_by(StudentNumber.id)
        ).all()  # fmt: skip
        application = connection.execute(sa.select(Case.application).where(Case.number == "C2")).scalar_one()

    assert [tuple(row) for row in kept] == [
        ("1260901010001", None, None, ""),
        _kept(f"G{plain}"),
        _kept("L330106201705204321"),
        _kept(f"G{before}"),  # it is kept though the identity number has changed since
        _kept(before),
        (None, None, keyed_hash(lost), "330106********1234"),  # nothing but its ends is known any more
    ]
    assert unseal_text(application.pop("national_number_sealed")) == DECLARED
    assert application == {"name": "周沐阳", "national_number_masked": "G341225********001X"}


def _kept(number: str) -> tuple[str | None, ...]:
    digits = number[1:] if number[0] in "GL" else number
    letter = number[0] if number[0] in "GL" else ""
    return None, number, keyed_hash(number), f"{letter}{digits[:6]}********{digits[-4:]}"


def _rows(plain: str, changed: str, before: str, lost: str) -> dict[str, list[dict[str, Any]]]:
    person = {
        "sex": "1", "born_on": dt.date(2017, 5, 20), "ethnic_group": "01", "document_type": "1",
        "main_number_masked": "x", "household_division": "", "contested": False, "is_demo": False, "particulars": "{}",
    }  # fmt: skip
    case = {
        "profile": "zj-2010", "parties": "{}", "clocks": "{}", "revision": 0, "holds_student": False,
        "applicant_office_id": 9, "ended_because": "", "status": "closed", "outcome": "agreed", "opened_at": THEN,
        "closed_at": THEN, "student_id": None,
    }  # fmt: skip
    number = {"valid_from": DAY, "valid_until": None, "reason": "", "case_id": 1}
    asked = orjson.dumps({"children": [{"national_number": "L1", "name": "陈思源", "main_number": before}]}).decode()
    declared = orjson.dumps({"name": "周沐阳", "national_number": DECLARED}).decode()
    return {
        **PLACES,
        "student": [
            {**person, "id": key, "name": f"第{key}名", "main_number": seal(each), "main_number_hash": keyed_hash(each)}
            for key, each in enumerate((plain, changed), 1)
        ],
        "cases": [
            {**case, "id": 1, "number": "T1", "process_key": "takeover", "application": "{}"},
            {**case, "id": 2, "number": "C2", "process_key": "arrival", "application": declared},
            {**case, "id": 3, "number": "C3", "process_key": "key_correction", "application": "{}"},
        ],
        "change": [
            {"id": 1, "case_id": 3, "student_id": 2, "epoch": 1, "code": "ZE", "school_id": 1,
             "owner_division": "330106", "effective_on": DAY, "recorded_at": THEN, "after": "{}",
             "before": orjson.dumps({"main_number": "330106********1234"}).decode()},
        ],
        "message_out": [
            {"id": 1, "reference": "330000-2026-00000001", "province": "000000", "kind": "national_check",
             "body": seal(asked), "answers": "", "case_id": None, "written_at": THEN, "attempts": 0,
             "next_attempt_at": THEN, "fault": ""},
        ],
        "student_number": [
            {**number, "id": 1, "student_id": 1, "kind": "stage", "value": "1260901010001"},
            {**number, "id": 2, "student_id": 1, "kind": "national", "value": f"G{keyed_hash(plain)[:63]}"},
            {**number, "id": 3, "student_id": 2, "kind": "national", "value": "L330106201705204321"},
            {**number, "id": 4, "student_id": 2, "kind": "national", "value": f"G{keyed_hash(before)[:63]}"},
            {**number, "id": 5, "student_id": 2, "kind": "former_main", "value": keyed_hash(before)},
            {**number, "id": 6, "student_id": 2, "kind": "former_main", "value": keyed_hash(lost), "case_id": 3},
        ],
    }  # fmt: skip
