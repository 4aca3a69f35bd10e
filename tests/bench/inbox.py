"""Any page of a great inbox in the database, the side menu's counts, the page as a person gets it."""

from __future__ import annotations

import itertools
import resource
import statistics
import time
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import queries
from app.cases.models import Case, Task
from app.cases.queries.desk_counts import desk_counts
from app.database import db
from tests.bench import Figure
from tests.bench.decisions import a_bench
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.databases import postgres_answers

PAGES = 60  # measured pages, from the beginning to deep inside
OFFICES = 100
SIZES = {"postgresql": 1_000_000, "sqlite": 100_000}


def fill(size: int, offices: int = OFFICES) -> Actor:
    """Open tasks by set: `size` of them over so many offices, one case each; returns an approver of one office."""
    school = factories.a_school("330106")
    pattern = factories.a_takeover()
    ids = [factories.a_school("330106").id for _ in range(offices - 1)] + [school.id]
    actor = factories.a_user(school, "approver").posts[0].actor()
    child = factories.a_student(school)
    _insert_many(
        Case,
        size,
        {
            "number": "'B' || n", "process_key": "'transfer'", "profile": "'zj-2010'", "status": "'open'",
            "student_id": str(child.id), "holds_student": "false", "applicant_office_id": str(school.id),
            "parties": "'{}'", "clocks": "'{}'", "application": "'{}'", "revision": "0",
            "opened_at": f"(SELECT opened_at FROM cases WHERE id = {pattern.id})", "id": "n + 1000",
            "receiving_school_id": str(school.id), "releasing_school_id": str(school.id), "ended_because": "''",
        },
    )  # fmt: skip
    office = f"CASE n % {offices} " + " ".join(f"WHEN {place} THEN {each}" for place, each in enumerate(ids)) + " END"
    now = f"{clock.now():%Y-%m-%d %H:%M:%S}"
    postgres = db.engine.dialect.name == "postgresql"
    shift = f"TIMESTAMPTZ '{now}+00' + n * interval '1 second'" if postgres else f"datetime('{now}', n || ' seconds')"
    _insert_many(
        Task,
        size,
        {
            "case_id": "n + 1000", "run_task": "'1'", "key": "'receiving_school'", "name": "'转入学校审核'",
            "office_id": office, "duty": "'approver'", "status": "'open'", "arrived_at": shift, "deadline": shift,
        },
    )  # fmt: skip
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
        if postgres:
            connection.exec_driver_sql("VACUUM task")
    return actor


def _insert_many(model: Any, size: int, values: dict[str, str]) -> None:
    numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {size})"
    if db.engine.dialect.name == "postgresql":
        numbers = f"WITH s(n) AS (SELECT generate_series(1, {size}))"
    columns = ", ".join(f'"{name}"' for name in values)
    db.session.execute(
        sa.text(f"{numbers} INSERT INTO {model.__tablename__} ({columns}) SELECT {', '.join(values.values())} FROM s"
                if db.engine.dialect.name == "sqlite" else
                f"INSERT INTO {model.__tablename__} ({columns}) {numbers} SELECT {', '.join(values.values())} FROM s")
    )  # fmt: skip


def _in_database(ask: Any) -> float:
    """Milliseconds the database itself spends on the statement behind `ask`: the driver's call and its rows."""
    spent: list[float] = []

    def before(_connection: Any, _cursor: Any, *_rest: Any) -> None:
        spent.append(-time.perf_counter())

    def after(_connection: Any, cursor: Any, *_rest: Any) -> None:
        spent[-1] += time.perf_counter()

    sa.event.listen(db.engine, "before_cursor_execute", before)
    sa.event.listen(db.engine, "after_cursor_execute", after)
    ask()
    sa.event.remove(db.engine, "before_cursor_execute", before)
    sa.event.remove(db.engine, "after_cursor_execute", after)
    return sum(spent) * 1000


def _worst(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100)[98], 2)


def _pages(actor: Actor) -> float:
    times, after = [], None
    for place in itertools.count():
        rows: list[Any] = []
        times.append(
            _in_database(lambda after=after, rows=rows: rows.extend(queries.inbox(actor, after=after, limit=21)))
        )
        if place == PAGES or not rows:
            return _worst(times)
        after = (rows[-1].deadline, rows[-1].task_id)
    return 0.0


def _counts(actor: Actor) -> float:
    now = clock.now()

    def ask() -> None:
        desk_counts(actor, now)

    return _worst([_in_database(ask) for _ in range(PAGES)])


def _request(bench: Any, actor: Actor) -> float:
    user = db.session.get(factories.User, actor.user_id)
    client, spent = Client(bench.app).sign_in(user), []
    for _ in range(30):
        began = resource.getrusage(resource.RUSAGE_SELF)
        response = apart(client.browser.get, "/inbox")
        ended = resource.getrusage(resource.RUSAGE_SELF)
        if response.status_code != 200:
            raise RuntimeError(response.status)
        spent.append(ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)
    return round(statistics.median(spent) * 1000, 1)


def measure() -> dict[str, Figure]:
    """Inbox lines, one million open tasks on PostgreSQL, a hundred thousand on SQLite."""
    figures: dict[str, Figure] = {}
    for kind in ["sqlite", *(["postgresql"] if postgres_answers() else [])]:
        with a_bench(kind, cases=0) as bench:
            actor = fill(SIZES[kind])
            pages, counts = _pages(actor), _counts(actor)
            note = f"{kind}, {SIZES[kind]:,} open tasks"
            figures[f"inbox.page_ms.{kind}"] = Figure(pages, "ms p99", "≤ 5, aim 2", PAGES, note)
            figures[f"inbox.counts_ms.{kind}"] = Figure(counts, "ms p99", "≤ 10, aim 3", PAGES, note)
            figures["inbox.request_ms"] = Figure(_request(bench, actor), "ms CPU", "≤ 30, aim 15", 30, note)
            for key in ("inbox.page_ms", "inbox.counts_ms"):
                figures[key] = figures[f"{key}.{kind}"]
    return figures
