"""Registration with many at once: the last seats, one child wanted twice, workers killed in the middle."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases import commands, operations
from app.cases.models import Batch, BatchRow, Case
from app.database import db, transaction
from app.errors import Stale
from app.schools.models import Quota
from app.students.models import Enrolment, Student, StudentNumber
from tests.cases.test_killed import dies
from tests.cases.test_races import at_once
from tests.processes.registration.test_registration import Entry, a_row, an_entry, with_rows_waiting
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import staff


def count(model: Any, *conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    return an_entry(client, seats=45)


def test_scenario_04_of_sixty_children_exactly_forty_five_get_a_seat(entry: Entry) -> None:
    """Twenty clients press the bureau's agreement; the act takes the seat."""
    tasks = []
    for _ in range(60):
        assert entry.submit([a_row()]).status == 201
        entry.decide()
        tasks.append(entry.case()["waiting"][0]["id"])
    bureau = entry.people["bureau"]
    clients = [entry.client.api(bureau.approver if n % 2 else bureau.approver2) for n in range(20)]

    def press(client: Any, own: list[int]) -> list[int]:
        return [client.post(f"/tasks/{task}/decision", {"outcome": "agree"}).status for task in own]

    db.session.rollback()
    shares = [tasks[n::20] for n in range(20)]
    with ThreadPoolExecutor(20) as pool:
        statuses = [status for part in pool.map(press, clients, shares) for status in part]
    commands.tick()

    assert statuses == [200] * 60
    assert count(BatchRow, BatchRow.status == "accepted") == 45
    assert count(BatchRow, BatchRow.status == "refused", BatchRow.code == "E-QUOTA-01") == 15
    assert count(Enrolment) == count(Student) == 45
    cohort = sa.select(Quota.total, Quota.used).where(Quota.school_id == entry.school.id, Quota.entry_year == 2026)
    assert tuple(db.session.execute(cohort).one()) == (45, 45)
    stages = db.session.scalars(sa.select(StudentNumber.value).where(StudentNumber.kind == "stage")).all()
    assert sorted(int(value[-4:]) for value in stages) == list(range(1, 46))  # no gap, none twice
    listed = entry.program("bureau", "approver").get("/registrations/refused?limit=200").json["items"]
    assert len(listed) == 15
    assert {each["code"] for each in listed} == {"E-QUOTA-01"}
    assert count(Case, Case.outcome == "refused") == 15


def test_one_child_listed_by_two_schools_at_once(entry: Entry, client: Client) -> None:
    other, row = an_entry(client, superior="330108"), a_row()

    answers = at_once(lambda: entry.submit([row]), lambda: other.submit([row]))

    assert sorted(answer.status for answer in answers) == [201, 422]
    [loser] = [answer for answer in answers if answer.status == 422]
    assert loser.json["objections"][0]["code"] == "E-DUP-03"


def test_a_child_who_came_into_the_province_meanwhile_is_refused_with_its_place(entry: Entry) -> None:
    row = a_row()
    entry.submit([row, a_row()])
    factories.a_student(factories.a_school("330108"), grade="11", number=row["main_number"])

    entry.agree()

    first, second = entry.rows()
    assert (first.status, first.code) == ("refused", "E-DUP-01")
    assert "在读" in first.detail
    assert second.status == "accepted"


def released(entry: Entry, children: int) -> int:
    """A list whose decision has been made and which no worker has touched; its case."""
    entry.submit([a_row() for _ in range(children)])
    entry.decide()
    [task] = entry.case()["waiting"]
    with_rows_waiting(entry, task)
    return db.session.scalars(sa.select(Batch.case_id).where(Batch.finished_at.is_(None))).one()


def test_two_workers_on_one_list_do_no_child_twice(entry: Entry, app: Flask) -> None:
    case_id = released(entry, 40)

    def work() -> int:
        chunks = 0
        with app.app_context():
            more = True
            while more:
                try:
                    with transaction():
                        more = operations.work_chunk(case_id, size=5)
                    chunks += 1
                except Stale:
                    continue
        return chunks

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _n: work(), range(2)))

    assert count(BatchRow, BatchRow.status == "accepted") == 40
    assert count(Student) == count(Enrolment) == 40
    assert entry.case()["status"] == "closed"


def work_off(app: Flask, case_id: int) -> None:
    """A worker that takes the list two children at a time, to its end."""
    with app.app_context():
        more = True
        while more:
            with transaction():
                more = operations.work_chunk(case_id, size=2)


@pytest.mark.parametrize("point", range(1, 30, 3))
def test_a_worker_killed_anywhere_leaves_whole_children_and_the_next_goes_on(
    entry: Entry, app: Flask, point: int
) -> None:
    case_id = released(entry, 4)

    killed = dies(lambda: work_off(app, case_id), point)

    accepted = count(BatchRow, BatchRow.status == "accepted")
    assert accepted in (0, 2, 4)
    assert accepted == count(Student) == count(Enrolment)
    if not killed:
        assert accepted == 4
    commands.tick()
    assert count(BatchRow, BatchRow.status == "accepted") == count(Student) == 4
    assert entry.case()["outcome"] == "agreed"


def test_a_thousand_children_in_one_list(entry: Entry) -> None:
    school = factories.a_school("330106", seats=1000)
    entry = Entry(entry.client, school, {**entry.people, "school": staff(school)})
    rows = [a_row(born=dt.date(2019, 9, 1) + dt.timedelta(days=n % 360)) for n in range(1000)]

    answer = entry.submit(rows)
    case = entry.agree()

    assert answer.status == 201, answer.text
    assert case["list"] == {"total": 1000, "accepted": 1000, "refused": 0, "waiting": 0, "finished": True}
    assert entry.submit([*rows, a_row()]).json["objections"][0]["detail"].startswith("一次最多 1000 人")
