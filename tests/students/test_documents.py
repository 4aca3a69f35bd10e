"""A passport, a pass or another document is one child's in the province: by list, workbook and arrival."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Case
from app.database import db
from app.encryption import keyed_hash, seal, seal_text
from app.schema import bring_to
from app.schools.models import School
from app.students.models import Student
from app.students.queries.search import bearers_of
from app.students.rules.documents import identity_of_document
from tests.cases.test_races import at_once, count
from tests.imports.children import a_child, filled, sender
from tests.processes.registration.test_registration import Entry, a_row, an_entry, entry
from tests.students.test_fields import carrying, other
from tests.support import factories
from tests.support.arrival_case import an_arrival
from tests.support.client import Client
from tests.support.databases import at_revision

__all__ = ["entry"]
KOREAN = {"nationality": "KOR", "hmt": "51"}
PASSPORT = "M12345678"
PERMIT = carrying("810000")


def registered(entry: Entry, row: dict[str, Any]) -> Student:
    """A child of that row, with a record."""
    assert entry.submit([row]).status == 201
    entry.agree()
    child = db.session.get_one(Student, entry.rows()[-1].student_id)
    db.session.rollback()
    return child


def a_bearer(school: School, kind: str, number: str, name: str = "李安娜") -> Student:
    """A child who came into the province by another door."""
    child = factories.a_student(school, name=name)
    child.document_hash = keyed_hash(identity_of_document(kind, number) or "")
    db.session.commit()
    return child


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (other("A", PASSPORT, **KOREAN), other("A", " m1234 5678", **KOREAN)),
        (other("6", "A123456(7)", hmt="01"), other("6", "A1234567", hmt="01")),
        (other("6", "H1234567801", hmt="01"), other("6", "H12345678", hmt="01")),
        (other("8", "1234567801", hmt="05"), other("8", "12345678", hmt="05")),
        (other("C", PERMIT, hmt="01"), other("6", PERMIT, hmt="01")),
        (a_row(document_type="A", document_number=PASSPORT, **KOREAN), other("A", PASSPORT, **KOREAN)),
    ],
)  # fmt: skip
def test_a_document_is_one_childs(entry: Entry, client: Client, first: dict[str, Any], second: dict[str, Any]) -> None:
    elsewhere = an_entry(client, superior="330108")
    second["name"] = "崔安娜"
    assert entry.submit([first]).status == 201

    meanwhile = elsewhere.submit([second])
    both = elsewhere.submit([first, second])
    entry.agree()
    afterwards = elsewhere.submit([second])

    assert meanwhile.codes == {"E-DUP-03"}
    assert [("名单中出现两次" in each["detail"], each["code"]) for each in both.json["objections"]] == [
        (True, "E-DUP-03")
    ]
    [objection] = afterwards.json["objections"]
    assert (objection["code"], objection["field"]) == ("E-DUP-01", "rows.0.document_number")
    assert f"{entry.school.office.name}，在读" in objection["detail"]
    assert count(Student) == 1


def test_other_documents_of_the_same_digits_are_others(entry: Entry) -> None:
    rows = [
        other("A", "12345678", **KOREAN),
        other("8", "12345678", hmt="05", name="林安"),
        other("A", "12345679", **KOREAN),
    ]

    assert entry.submit(rows).status == 201
    entry.agree()

    assert [row.status for row in entry.rows()] == ["accepted"] * 3


def test_who_came_into_the_province_meanwhile_is_refused_with_its_place(entry: Entry) -> None:
    assert entry.submit([other("A", PASSPORT, **KOREAN), a_row()]).status == 201
    neighbour = factories.a_school("330108")
    a_bearer(neighbour, "A", PASSPORT)

    entry.agree()

    first, second = entry.rows()
    assert (first.status, first.code, second.status) == ("refused", "E-DUP-01", "accepted")
    assert neighbour.office.name in first.detail


def test_the_database_refuses_a_second_bearer(entry: Entry) -> None:
    child = registered(entry, other("A", PASSPORT, **KOREAN))
    twin = factories.a_student(entry.school)

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.update(Student).where(Student.id == twin.id).values(document_hash=child.document_hash))
    db.session.rollback()


def test_one_passport_in_two_lists_at_once(entry: Entry, client: Client) -> None:
    elsewhere, row = an_entry(client, superior="330108"), other("A", PASSPORT, **KOREAN)

    answers = at_once(lambda: entry.submit([row]), lambda: elsewhere.submit([{**row, "name": "崔安娜"}]))

    assert sorted(answer.status for answer in answers) == [201, 422]
    assert next(answer for answer in answers if answer.status == 422).codes == {"E-DUP-03"}


def test_a_workbook_hears_it_of_its_row(app: Flask, client: Client) -> None:
    a_bearer(factories.a_school("330108"), "A", "E12345678")
    clerk = sender(client, factories.a_school())
    passport = {**a_child(name="Anna Li"), "main_number": None, "document_type": "护照", "nationality": "加拿大"}

    clerk.send(filled([{**passport, "document_number": "e12345678"}]))

    assert (clerk.fault()["code"], clerk.fault()["column"]) == ("E-DUP-01", "其他证件号码")


def as_foreigner(**more: Any) -> dict[str, Any]:
    return {"document_type": "A", "document_number": PASSPORT, **KOREAN, **more}


def test_a_known_bearer_does_not_arrive_but_is_transferred(app: Flask, client: Client) -> None:
    arrival = an_arrival(client)
    a_bearer(factories.a_school("330212"), "A", PASSPORT)

    under_another_name = arrival.submit(**as_foreigner())
    answer = arrival.submit(**as_foreigner(name="李安娜"))

    assert under_another_name.codes == {"E-DUP-01"}
    assert (answer.status, answer.json["outcome"]) == (201, "redirected"), answer.text
    assert count(Case, Case.process_key == "transfer", Case.status == "open") == 1


def test_an_arrival_holds_its_document_and_goes_on_as_a_transfer_once_it_is_known(app: Flask, client: Client) -> None:
    arrival, elsewhere = an_arrival(client), an_arrival(client, "330212")
    assert arrival.submit(**as_foreigner(name="李安娜")).status == 201
    assert elsewhere.submit(**as_foreigner(name="李安娜")).codes == {"E-DUP-03"}
    arrival.agree_until("bureau_approval")
    a_bearer(factories.a_school("330212"), "A", PASSPORT)

    answer = arrival.decide()

    assert (answer.status, answer.json["outcome"]) == (200, "redirected"), answer.text
    assert count(Student) == 1


def test_the_bearer_is_found_by_the_number(entry: Entry) -> None:
    child = registered(entry, other("A", PASSPORT, **KOREAN))

    answer = entry.program("school").get(f"/students?q={PASSPORT.lower()}")

    assert bearers_of(PASSPORT) == [child.id]
    assert [each["id"] for each in answer.json["items"]] == [child.id], answer.text


# ── what had been written before ─────────────────────────────────────────────────────────────────────────────────────


def test_of_two_records_with_one_document_the_later_is_contested(app: Flask, tmp_path: Path) -> None:
    with at_revision(db.engine.dialect.name, tmp_path, "f01") as engine:
        old = sa.MetaData()
        old.reflect(engine)
        with engine.begin() as connection:
            for name, rows in _as_it_was().items():
                connection.execute(sa.insert(old.tables[name]), rows)
            bring_to(connection, "head")
            kept = connection.execute(sa.text("SELECT id, document_hash, contested FROM student ORDER BY id")).all()
            marked = connection.execute(
                sa.text("SELECT student_id, other_id, kind, marked_by_id FROM contest ORDER BY id")
            ).all()

    passport = keyed_hash(f"A:{PASSPORT}")
    assert [(row.id, row.document_hash, bool(row.contested)) for row in kept] == [
        (1, None, False),
        (2, passport, True),
        (3, None, True),
        (4, keyed_hash(f"C:{PERMIT}"), False),
        (5, None, False),  # has been merged into the bearer
        (6, None, True),
    ]
    assert [tuple(row) for row in marked] == [(3, 2, "same_person", 1), (6, 2, "same_person", 1)]


def _as_it_was() -> dict[str, list[dict[str, Any]]]:
    then = clock.now()
    office = {"division_code": "330106", "acts_as_city": False}
    documents = [None, ("A", PASSPORT), ("A", PASSPORT), ("6", PERMIT), ("C", PERMIT), ("A", PASSPORT)]
    return {
        "division": [{"code": "330106", "name": "西湖区", "superior_code": None, "number": "01"}],
        "office": [
            {**office, "id": 9, "code": "330000", "name": "厅", "short_name": "厅", "kind": "province",
             "superior_id": None, "path": "9."},
            {**office, "id": 1, "code": "2133010601", "name": "校", "short_name": "校", "kind": "school",
             "superior_id": 9, "path": "9.1."},
        ],
        "school": [{"id": 1, "ownership": "public", "stages": "primary", "tier": "", "township_number": "01",
                    "school_number": "01", "contact": ""}],
        "cases": [{
            "id": 1, "number": "T1", "process_key": "takeover", "application": "{}", "profile": "zj-2010",
            "parties": "{}", "clocks": "{}", "revision": 0, "holds_student": False, "applicant_office_id": 9,
            "ended_because": "", "status": "closed", "outcome": "agreed", "opened_at": then, "closed_at": then,
        }],
        "student": [
            {"id": key, "name": f"第{key}名", "sex": "1", "born_on": clock.today(), "ethnic_group": "01",
             "document_type": document[0] if document else "1", "main_number": seal(f"J{key}"),
             "main_number_hash": keyed_hash(f"J{key}"), "main_number_masked": "J", "household_division": "",
             "contested": False, "is_demo": False, "merged_into_id": 4 if key == 5 else None,
             "particulars": _particulars(document)}
            for key, document in enumerate(documents, 1)
        ],
        "archive": [
            {"id": key, "student_id": key, "custodian_id": 1, "owner_division": "330106", "version": 1,
             "opened_on": clock.today(), "case_id": 1, "left_to": ""}
            for key in (2, 3, 6)
        ],
    }  # fmt: skip


def _particulars(document: tuple[str, str] | None) -> str:
    kept = {"document_number_sealed": seal_text(document[1])} if document else {}
    return orjson.dumps({"phone": "x", **kept}).decode()
