"""A document beside a main number, and one whose type nobody named (其他, Z): each door asks, and finds the bearer."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Case
from app.database import db
from app.encryption import keyed_hash
from app.schema import bring_to
from app.students.models import Student
from tests.cases.test_races import count
from tests.imports.children import a_child, filled, sender
from tests.processes.registration.test_registration import Entry, a_row, an_entry, entry
from tests.students.test_documents import KOREAN, PASSPORT, _as_it_was, _particulars, a_bearer, as_foreigner, registered
from tests.students.test_fields import other
from tests.support import factories
from tests.support.arrival_case import an_arrival
from tests.support.client import Client
from tests.support.databases import at_revision

__all__ = ["entry"]
LATE = dt.datetime.fromisoformat("2026-10-05T09:00+08:00")


@pytest.mark.parametrize("number", ["!!坏", "E1", "9" * 20 + "9", "AB-490567"])
@pytest.mark.parametrize("beside", [True, False])
def test_a_passport_number_is_checked_beside_a_main_number_too(entry: Entry, number: str, beside: bool) -> None:
    row = (a_row if beside else _other)(document_type="A", document_number=number, **KOREAN)

    in_time = entry.submit([row])
    clock.set_to(LATE)
    late = entry.submit([row], "late_registration", stage="primary", reason="九月住院")

    for answer in (in_time, late):
        assert {each["field"] for each in answer.json["objections"]} == {"rows.0.document_number"}, answer.text
        assert answer.codes <= {"E-ID-01", "E-INPUT"}
    assert count(Case) == 0


def _other(**more: Any) -> dict[str, Any]:
    kind, number = more.pop("document_type"), more.pop("document_number")
    return other(kind, number, **more)


def test_an_arrival_and_a_workbook_are_asked_the_same(app: Flask, client: Client) -> None:
    answer = an_arrival(client).submit(document_type="A", document_number="E1", **KOREAN)
    clerk = sender(client, factories.a_school())
    clerk.send(filled([{**a_child(), "document_type": "护照", "nationality": "加拿大", "document_number": "E1"}]))

    assert [(each["code"], each["field"]) for each in answer.json["objections"]] == [("E-ID-01", "document_number")]
    assert (clerk.fault()["code"], clerk.fault()["column"]) == ("E-ID-01", "其他证件号码")


def test_a_number_beside_a_main_number_may_be_left_out(entry: Entry) -> None:
    assert entry.submit([a_row(document_type="A", **KOREAN)]).status == 201


def test_a_number_of_another_kind_holds_a_letter_or_a_digit(entry: Entry) -> None:
    assert entry.submit([other("Z", "--")]).codes == {"E-ID-01"}


# ── 其他 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (other("A", PASSPORT, **KOREAN), other("Z", "m1234-5678")),
        (other("Z", "M12345678"), other("A", PASSPORT, **KOREAN)),
        (other("Z", "AB-490567"), other("Z", "ab490567")),
        (other("6", "H12345678", hmt="01"), other("Z", "H12345678 01")),
        (a_row(main_number="330106202003050018"), other("Z", "330106202003050018")),
        (other("Z", "330106202003050018"), a_row(main_number="330106202003050018")),
    ],
)  # fmt: skip
def test_the_same_number_and_name_are_one_child_though_its_type_is_another(
    entry: Entry, first: dict[str, Any], second: dict[str, Any]
) -> None:
    registered(entry, first)

    answer = entry.submit([second])

    assert answer.codes == {"E-DUP-01"}, answer.text
    assert count(Student) == 1


def test_the_same_number_under_another_name_is_for_the_county_to_compare(entry: Entry) -> None:
    registered(entry, {**other("A", PASSPORT, **KOREAN), "name": "李安娜"})

    assert entry.submit([{**other("Z", PASSPORT), "name": "崔小雨"}]).status == 201

    assert [row.code for row in entry.rows()][-1:] == ["E-DUP-02"]


def test_of_two_named_types_the_same_digits_are_two_documents(entry: Entry) -> None:
    registered(entry, {**other("A", "12345678", **KOREAN), "name": "李安娜"})

    assert entry.submit([{**other("8", "12345678", hmt="05"), "name": "李安娜", "born_on": "2020-03-06"}]).status == 201


def test_whoever_came_meanwhile_under_another_type_is_refused_at_the_approval(entry: Entry) -> None:
    assert entry.submit([{**other("Z", PASSPORT), "name": "李安娜"}, a_row()]).status == 201
    a_bearer(factories.a_school("330108"), "A", PASSPORT)

    entry.agree()

    assert [(row.status, row.code) for row in entry.rows()] == [("refused", "E-DUP-01"), ("accepted", "")]


def test_an_arrival_as_other_finds_the_bearer_of_the_passport(app: Flask, client: Client) -> None:
    arrival = an_arrival(client)
    a_bearer(factories.a_school("330212"), "A", PASSPORT)
    typed = as_foreigner(document_type="Z", document_number="M-12345678")

    same = arrival.submit(**{**typed, "name": "李安娜"})
    another = an_arrival(client, "330108").submit(**{**typed, "document_number": "M 12345678"})

    assert (same.status, same.json["outcome"]) == (201, "redirected"), same.text
    assert (another.status, another.json["waiting"][0]["key"]) == (201, "county_check"), another.text


# ── late, and found ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_first_grader_with_a_passport_is_registered_late(entry: Entry) -> None:
    clock.set_to(LATE)
    answer = entry.submit([other("A", PASSPORT, **KOREAN)], "late_registration", stage="primary", reason="九月住院")
    entry.agree()

    assert answer.status == 201, answer.text
    assert [row.status for row in entry.rows()] == ["accepted"]


@pytest.mark.parametrize(("stage", "row"), [("primary", other("1", None)), ("junior", {"name": "陈思源"})])
def test_who_has_a_main_number_is_registered_late_by_it(client: Client, stage: str, row: dict[str, Any]) -> None:
    entry = an_entry(client, stages="primary,junior")
    clock.set_to(LATE)
    answer = entry.submit([row], "late_registration", stage=stage, reason="九月住院")

    assert "rows.0.main_number" in {each["field"] for each in answer.json["objections"]}, answer.text


@pytest.mark.parametrize(
    ("kind", "number", "typed"),
    [
        ("A", "L8949002C3", ["L8949002C3", "l8949002c3"]),
        ("A", "49045", ["49045"]),
        ("A", "ABCDEF", ["abcdef"]),
        ("Z", "AB-490567", ["AB-490567", "AB490567"]),
        ("6", "A123456(7)", ["A123456(7)", "A1234567"]),
        ("B", "京12345", ["京12345"]),
    ],
)
def test_a_document_is_found_by_its_complete_number(
    client: Client, app: Flask, kind: str, number: str, typed: list[str]
) -> None:
    school = factories.a_school()
    child = a_bearer(school, kind, number)
    clerk = client.api(factories.a_user(school.office, "operator"))

    for each in typed:
        assert [found["id"] for found in clerk.get(f"/students?q={each}").json["items"]] == [child.id], each
    assert clerk.get(f"/students?q={number[:4]}").json["items"] == []


# ── what had been written before ─────────────────────────────────────────────────────────────────────────────────────


def test_what_was_kept_with_a_hyphen_is_found_and_two_of_one_number_are_contested(app: Flask, tmp_path: Path) -> None:
    numbers = {2: "AB-490567", 3: "AB490567", 4: "CD-1", 6: "京12345"}
    with at_revision(db.engine.dialect.name, tmp_path, "g01") as engine:
        old = sa.MetaData()
        old.reflect(engine)
        with engine.begin() as connection:
            for name, rows in _with_numbers(numbers).items():
                connection.execute(sa.insert(old.tables[name]), rows)
            bring_to(connection, "head")
            kept = connection.execute(sa.text("SELECT id, document_hash, contested FROM student ORDER BY id")).all()
            marked = connection.execute(sa.text("SELECT student_id, other_id, kind FROM contest")).all()

    assert {row.id: (row.document_hash, bool(row.contested)) for row in kept if row.id in numbers} == {
        2: (keyed_hash("Z:AB-490567"), True),
        3: (keyed_hash("Z:AB490567"), True),
        4: (keyed_hash("Z:CD1"), False),
        6: (keyed_hash("Z:京12345"), False),
    }
    assert [tuple(row) for row in marked] == [(3, 2, "same_person")]


def _with_numbers(numbers: dict[int, str]) -> dict[str, list[dict[str, Any]]]:
    """As it was, with documents of type 其他 alone, kept as they were typed."""
    before = _as_it_was()
    for child in before["student"]:
        number = numbers.get(child["id"])
        child["document_type"] = "Z" if number else "1"
        child["document_hash"] = keyed_hash(f"Z:{number}") if number else None
        child["particulars"] = _particulars(("Z", number) if number else None)
        child["merged_into_id"] = None
    return before
