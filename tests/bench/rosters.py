"""A roster of a thousand: uploaded, confirmed by both sides, directed, pulled and registered."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases import operations
from app.cases.models import BatchRow, Case, Task
from app.cases.operations import Answer
from app.database import db, transaction
from tests.bench import Figure
from tests.bench.decisions import Bench, a_bench, server_cpu
from tests.processes.registration.test_registration import SEPTEMBER, named
from tests.support import factories
from tests.support.databases import postgres_answers

ROUNDS = 5
CHILDREN = 1000
STEPS = ("school_approval", "confirm_here", "confirm_source", "directives", "pull")


def _prepared(bench: Bench) -> tuple[Mapping[str, Any], list[dict[str, Any]], dict[int, Any]]:
    """A filed plan and a thousand graduates of its source."""
    clock.set_to(SEPTEMBER)
    school = factories.a_school("330106", stages="junior", seats=CHILDREN)
    origin = factories.a_school("330212", seats=CHILDREN)
    filing = factories.a_filed_plan(school, "330212", cap=CHILDREN)
    rows = []
    for n in range(CHILDREN):
        number = factories.a_number(dt.date(2013, 9, 1) + dt.timedelta(days=n % 360))
        rows.append(named(factories.a_student(origin, grade="16", graduated=True, number=number)))
    operator = factories.a_user(school, "operator")
    approvers = {
        office.id: factories.a_user(office, "approver")
        for office in (school.office, school.office.superior, origin.office.superior)
        if office
    }
    actors = {office: user.posts[0].actor() for office, user in approvers.items()}
    actors[0] = operator.posts[0].actor()
    bench.keep()
    return {"filing": filing.number}, rows, actors


def _whole_way(application: Mapping[str, Any], rows: list[dict[str, Any]], actors: Mapping[int, Any]) -> None:
    with transaction():
        case_id = operations.open_case("recruitment_roster", application, actor=actors[0], rows=rows).id
    for key in STEPS:
        task = db.session.execute(
            sa.select(Task.id, Task.office_id).where(Task.case_id == case_id, Task.status == "open", Task.key == key)
        ).one()
        db.session.rollback()
        with transaction(reads_first=True):
            operations.decide(task.id, Answer("agree"), actor=actors[task.office_id])
    more = True
    while more:
        with transaction():
            more = operations.work_chunk(case_id)
    registered = sa.select(sa.func.count()).select_from(BatchRow).where(BatchRow.status == "accepted")
    if db.session.scalar(registered) != CHILDREN or db.session.scalar(sa.select(Case.outcome)) is None:
        raise RuntimeError("not every child of the roster was registered")


def _rows_per_second(bench: Bench) -> float:
    """Of CPU, client and database: on one core of its own that is the time it takes."""
    application, rows, actors = _prepared(bench)
    rates = []
    for _ in range(ROUNDS):
        bench.bring_back()
        server, began = server_cpu(), time.process_time()
        _whole_way(application, rows, actors)
        spent = time.process_time() - began + (server_cpu() - server if bench.is_postgres else 0.0)
        rates.append(CHILDREN / spent)
    bench.bring_back()
    return round(statistics.median(rates))


def measure() -> dict[str, Figure]:
    """A thousand children from the upload to the registration, on each database."""
    figures = {}
    kinds = ["sqlite", *(["postgresql"] if postgres_answers() else [])]
    for kind in kinds:
        with a_bench(kind, cases=0) as bench:
            key = "roster.rows_per_s" if kind == kinds[-1] else f"roster.rows_per_s.{kind}"
            figures[key] = Figure(_rows_per_second(bench), "rows/s of CPU", "≥ 1,000", ROUNDS, kind)
    clock.set_to(None)
    return figures
