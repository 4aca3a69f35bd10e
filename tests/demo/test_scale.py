"""A province to measure with, small: it holds what it should, nothing in it is broken, and its cases go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.cases.models import Case, CaseStatus, Decision, RouteStep, Task, TaskStatus
from app.cases.models.figures import Figure, FigureKind
from app.database import db, snapshot
from app.demo import scale
from app.demo.people import PASSWORD
from app.demo.unfinished import is_unfinished
from app.divisions.models import Office, OfficeKind
from app.start import initialise
from app.students.models import Directive, Student
from tests.conftest import MONDAY, make_app
from tests.support import invariants
from tests.support.client import Client, apart
from tests.support.databases import Postgres, on_sqlite

CHILDREN = 4000


@pytest.fixture(scope="module")
def empty() -> Iterator[Flask]:
    """The application on a database of its own: to fill it, constraints are dropped and made again."""
    database = Postgres()
    app = make_app(database.url)
    clock.set_to(MONDAY)
    with app.app_context():
        initialise(lambda _line: None)
        yield app
        db.session.rollback()
        database.close(db.engine)


@pytest.fixture(scope="module")
def schema(empty: Flask) -> list[tuple[str, ...]]:
    """The schema before the province is loaded."""
    return constraints_indexes_and_triggers()


@pytest.fixture(scope="module")
def province(empty: Flask, schema: object) -> Flask:
    """The application with the province loaded."""
    scale.load(lambda _line: None, CHILDREN)
    return empty


def count(*conditions: Any, of: Any = Task) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(of).where(*conditions)) or 0


def test_it_holds_a_case_for_each_child_in_the_proportions_of_a_province(province: Flask) -> None:
    assert count(of=Student) == CHILDREN
    assert count(Case.status != CaseStatus.CLOSED, of=Case) == pytest.approx(CHILDREN / 2, rel=0.02)
    assert count(Task.status == TaskStatus.OPEN) == pytest.approx(CHILDREN / 2, rel=0.02)
    assert count(Task.status != TaskStatus.OPEN) == pytest.approx(CHILDREN * 1.5, rel=0.05)
    assert count(of=RouteStep) == pytest.approx(CHILDREN * 4, rel=0.05)
    assert not is_unfinished()


def test_one_bureau_has_more_than_any_other(province: Flask) -> None:
    def by_office(condition: Any) -> list[tuple[str, int]]:
        many = sa.func.count()
        query = sa.select(Office.code, many).join(Task, Task.office_id == Office.id).where(condition)
        query = query.where(Office.kind != OfficeKind.SCHOOL).group_by(Office.code)
        return [tuple(row) for row in db.session.execute(query.order_by(many.desc()).limit(2))]

    (waiting, most), (_, second) = by_office(Task.status == TaskStatus.OPEN)
    assert waiting == "330106"
    assert most == pytest.approx(CHILDREN / 100, rel=0.4)
    assert most > second
    (ended, most), (_, second) = by_office(Task.status != TaskStatus.OPEN)
    assert ended == "330106"
    assert most == pytest.approx(CHILDREN / 5, rel=0.2)
    assert most > 5 * second


def test_names_are_as_frequent_as_people_have_them(province: Flask) -> None:
    assert count(Student.name.startswith("王"), of=Student) == pytest.approx(CHILDREN * 0.07, rel=0.3)
    assert count(Student.name.startswith("汤"), of=Student) < CHILDREN * 0.01


def test_nothing_in_it_is_broken(province: Flask) -> None:
    with snapshot():
        assert [fault.text for fault in audit.verify()] == []
    checks = (
        invariants.seats,
        invariants.enrolments,
        invariants.children_in_two_cases,
        invariants.cases_that_hold_nobody,
        invariants.directives,
        invariants.cases_and_their_offices,
        invariants.cases_and_their_people,
        invariants.children_who_left,
    )
    assert [sentence for check in checks for sentence in check()] == []


def constraints_indexes_and_triggers() -> list[tuple[str, ...]]:
    """What PostgreSQL holds of each, as it would be written, and whether it is in force."""
    queries = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated::text FROM pg_constraint",
        "SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text"
        " FROM pg_index WHERE indrelid > 16384",
        "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
    )
    return sorted(tuple(row) for query in queries for row in db.session.execute(sa.text(query)))


@pytest.mark.parametrize("bureau", ["330000", "330106"])
def test_its_figures_are_those_of_its_tasks(province: Flask, bureau: str) -> None:
    office = db.session.execute(sa.select(Office.id, Office.path).where(Office.code == bureau)).one()

    def kept(kind: FigureKind) -> Any:
        below = sa.select(sa.func.sum(Figure.count)).where(Figure.with_below, Figure.kind == kind.value)
        return db.session.scalar(below.where(Figure.office_id == office.id))

    governed = Task.office_id.in_(sa.select(Office.id).where(Office.path.startswith(office.path)))
    assert kept(FigureKind.OPEN) == count(Task.status == TaskStatus.OPEN, governed)
    assert kept(FigureKind.ARRIVED) == count(governed)
    decided = count(Task.id.in_(sa.select(Decision.task_id).where(Decision.undone_id.is_(None))), governed)
    assert kept(FigureKind.DECIDED) == decided


def test_constraints_indexes_and_triggers_are_as_they_were(province: Flask, schema: list[tuple[str, ...]]) -> None:
    assert constraints_indexes_and_triggers() == schema


@pytest.mark.parametrize("username", ["330000.approver", "330106.approver", "2133010601.approver"])
def test_its_pages_open_at_every_tier(province: Flask, username: str) -> None:
    client = Client(province)
    client.get("/sign-in")
    assert client.post("/sign-in", username=username, password=PASSWORD).status == 302
    assert {page: client.get(page).status for page in ("/inbox", "/cases", "/students")} == {
        "/inbox": 200,
        "/cases": 200,
        "/students": 200,
    }


def desks() -> list[tuple[str, str]]:
    """Process and key of every desk at which a case waits."""
    waiting = sa.select(Case.process_key, Task.key).join(Task, Task.case_id == Case.id)
    return [tuple(row) for row in db.session.execute(waiting.where(Task.status == TaskStatus.OPEN).distinct())]


def test_a_generated_case_goes_on_from_every_desk(province: Flask) -> None:
    found = [each for each in desks() if each[0] != "paper_archive"]
    assert {key for process, key in found if process == "transfer"} == {
        "receiving_school",
        "receiving_bureau",
        "releasing_school",
        "releasing_bureau",
        "pull",
    }
    for process, key in found:
        waiting = sa.select(Task.id, Task.case_id, Office.code).join(Case, Case.id == Task.case_id)
        waiting = waiting.join(Office, Office.id == Task.office_id)
        waiting = waiting.where(Task.status == TaskStatus.OPEN, Case.process_key == process, Task.key == key)
        task_id, case_id, code = db.session.execute(waiting.order_by(Task.id.desc()).limit(1)).one()
        directive = db.session.scalar(sa.select(Directive.number).where(Directive.case_id == case_id))
        form = {"directive": directive} if key == "pull" else {}
        db.session.rollback()
        outcome = "acknowledge" if (process, key) == ("drop_out", "bureau_approval") else "agree"
        answer = decide(province, f"{code}.approver", task_id, {"outcome": outcome, "opinion": "同意。", "form": form})
        assert answer.status_code == 200, (process, key, answer.get_data(as_text=True))
        assert count(Decision.task_id == task_id, of=Decision) == 1


def decide(app: Flask, username: str, task_id: int, answer: dict[str, Any]) -> Any:
    """A decision over the programming interface."""
    http = app.test_client()
    session = apart(http.post, "/api/v1/session", json={"username": username, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {session.get_json()['token']}"}
    return apart(http.post, f"/api/v1/tasks/{task_id}/decision", json=answer, headers=headers)


def test_who_is_there_already_is_left_alone(province: Flask) -> None:
    with pytest.raises(scale.NotEmpty, match="不是空的"):
        scale.load(lambda _line: None, CHILDREN)


@on_sqlite
def test_on_sqlite_the_command_says_that_it_takes_postgresql(app: Flask) -> None:
    said = app.test_cli_runner().invoke(args=["demo", "--scale", "2000"])
    assert said.exit_code == 1
    assert "PostgreSQL" in said.output
