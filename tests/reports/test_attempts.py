"""Refused attempts are counted by school and cause, also when what was tried is rolled back; nobody is named."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Figure, FigureEntry, FigureKind
from app.database import db
from tests.processes.registration.test_registration import Entry, a_row, an_entry
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story


def attempts(client: Client, code: str, **query: str) -> dict[str, dict[str, Any]]:
    """The table of attempts as that bureau reads it: by the name of each line its cells."""
    program = client.api(factories.a_user(factories.a_bureau(code), "approver"))
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    table = program.get(f"/dashboards/attempts?{asked}").json
    columns = [each["key"] for each in table["columns"]]
    return {line["cells"][0]: dict(zip(columns, line["cells"], strict=True)) for line in table["lines"]}


@pytest.fixture
def over(app: Flask, client: Client) -> Entry:
    """A school with two seats, for which three children have applied."""
    entry = an_entry(client, seats=2)
    entry.submit([a_row(), a_row(), a_row(name="林小满")])
    entry.agree()
    return entry


def test_a_child_refused_for_want_of_a_seat_is_an_attempt_of_the_school(client: Client, over: Entry) -> None:
    school = over.school.office.name

    assert attempts(client, "330106")[school] == {
        "office": school, "over": 1, "area": 0, "directive": 0, "double": 0, "total": 1
    }  # fmt: skip
    assert [line["over"] for line in attempts(client, "330000").values()] == [1]


def test_an_application_refused_at_once_is_counted_after_its_rollback(client: Client, over: Entry) -> None:
    """A list that names children who are registered already: nothing of it is kept but that it was tried."""
    number = factories.a_student(factories.a_school("330108"), grade="11").main_number
    answer = over.submit([a_row(main_number=number)])
    assert (answer.status, "E-DUP-01" in answer.codes) == (422, True)

    assert attempts(client, "330106")[over.school.office.name]["double"] == 1


def test_a_page_that_shows_the_refusal_itself_is_counted_too(client: Client, submitted: Story) -> None:
    """The directive's number is wrong: the decision falls, the attempt stands."""
    submitted.agree_until("pull")
    task = submitted.waiting()
    program = submitted.program("receiving_school", "approver")
    wrong = program.post(
        f"/tasks/{task['id']}/decision", {"outcome": "agree", "form": {"directive": "T2026-330212-999999"}}
    )
    assert wrong.code == "E-DIR-01", wrong.text

    assert attempts(client, "330106")[submitted.receiving.office.name]["directive"] == 1


def test_the_neighbour_reads_nothing_of_it(client: Client, over: Entry) -> None:
    assert attempts(client, "330108") == {}
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.get("/dashboards/attempts?office=330106").status == 404


def test_what_is_kept_names_nobody(over: Entry) -> None:
    db.session.rollback()
    kept = sa.select(Figure).where(Figure.kind == FigureKind.ATTEMPT.value, ~Figure.with_below)

    assert [(each.office_id, each.code, each.count) for each in db.session.scalars(kept)] == [
        (over.school.id, "E-QUOTA-01", 1)
    ]
    said = {"office_id", "kind", "day", "process_key", "key", "code", "count"}
    assert {column.name for column in FigureEntry.__table__.columns} == said | {"id", "since"}
    assert {column.name for column in Figure.__table__.columns} == said | {"days", "with_below"}
