"""Decisions through `cases.operations` and over HTTP, against a bare replay of the very statements they execute."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.access import Actor
from app.cases import operations
from app.cases.models import Task
from app.cases.operations import Answer
from app.database import WROTE, db, transaction
from app.start import initialise
from app.students.models import Directive
from tests.bench import Figure
from tests.conftest import make_app
from tests.support import factories
from tests.support.databases import SERVER, Postgres, Sqlite, postgres_answers

ROUNDS = 5
PAIRS = (("330106", "330212"), ("330402", "330502"), ("330602", "330702"), ("330802", "330902"))
CASES = 6  # of each pair
BORN = dt.date(2017, 5, 20)
ONE_DAY = 200  # children are born on one day: a day has no more than a thousand numbers
STEPS = ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau", "pull")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Bench:
    """An application on a database whose prepared state can be brought back."""

    app: Flask
    place: Sqlite | Postgres
    cases: list[int] = field(default_factory=list)
    actors: dict[tuple[int, str], Actor] = field(default_factory=dict)

    @property
    def is_postgres(self) -> bool:
        return isinstance(self.place, Postgres)

    def keep(self) -> None:
        """Remember the database as it is now."""
        db.session.rollback()
        if isinstance(self.place, Sqlite):
            self.place.remember(db.engine)
            return
        db.engine.dispose()
        self._server(f'DROP DATABASE IF EXISTS "{self.place.name}_kept" WITH (FORCE)')
        self._server(f'CREATE DATABASE "{self.place.name}_kept" TEMPLATE "{self.place.name}"')

    def bring_back(self) -> None:
        db.session.rollback()
        if isinstance(self.place, Sqlite):
            self.place.begin_anew(db.engine)
            return
        db.engine.dispose()
        self._server(f'DROP DATABASE "{self.place.name}" WITH (FORCE)')
        self._server(f'CREATE DATABASE "{self.place.name}" TEMPLATE "{self.place.name}_kept"')

    def _server(self, statement: str) -> None:
        engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def close(self) -> None:
        self.place.close(db.engine)
        if isinstance(self.place, Postgres):
            self._server(f'DROP DATABASE IF EXISTS "{self.place.name}_kept" WITH (FORCE)')


@contextlib.contextmanager
def a_bench(kind: str, cases: int = CASES) -> Iterator[Bench]:
    """A database with `cases` transfers of every pair of counties, all at the receiving school's desk."""
    folder = Path(tempfile.mkdtemp())
    place = Postgres() if kind == "postgresql" else Sqlite(folder)
    app = make_app(place.url)
    with app.app_context():
        initialise(lambda _line: None)
        bench = Bench(app, place)
        for here, there in PAIRS:
            open_transfers(bench, here, there, cases)
        _number_rows_by_case(bench)
        bench.keep()
        try:
            yield bench
        finally:
            db.session.rollback()  # no connection is out when the database goes
            bench.close()
            shutil.rmtree(folder)


def _number_rows_by_case(bench: Bench) -> None:
    """On PostgreSQL each case gets ids of its own range, so that scripts replayed side by side meet their rows."""
    if not bench.is_postgres:
        return
    for table in ("task", "cases", "directive"):  # what later statements of a script name by its id
        for case_id in bench.cases:
            db.session.execute(sa.text(f"CREATE SEQUENCE bench_{table}_{case_id} START {case_id * 1000}"))
        own = f"'bench_{table}_' || nullif(current_setting('bench.number', true), '')"
        default = f"nextval(coalesce({own}, '{table}_id_seq')::regclass)"
        db.session.execute(sa.text(f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT {default}"))
    db.session.commit()


def _take_ids_of(bench: Bench, case_id: int) -> None:
    """Let the connection that this process works on number rows in the case's own range."""
    if bench.is_postgres:
        db.session.execute(sa.text(f"SET bench.number = '{case_id}'"))
        db.session.commit()


def open_transfers(bench: Bench, here: str, there: str, cases: int) -> None:
    """So many transfers from a new school of one county to a new one of another, at the receiving school's desk."""
    receiving, releasing = factories.a_school(here, seats=500), factories.a_school(there, seats=500)
    operator = factories.a_user(receiving, "operator")
    for office in (receiving.office, receiving.office.superior, releasing.office, releasing.office.superior):
        actor = factories.a_user(office, "approver").posts[0].actor()
        bench.actors[(office.id, "approver")] = actor
    for number in range(cases):
        own = factories.a_number(BORN + dt.timedelta(days=len(bench.cases) // ONE_DAY))
        child = factories.a_student(releasing, name="王" + chr(0x4E00 + number), number=own)
        application = factories.an_application(child, receiving)
        actor = operator.posts[0].actor()
        with transaction():
            bench.cases.append(operations.open_case("transfer", application, actor=actor).id)


def walk(bench: Bench, case_id: int, steps: tuple[str, ...] = STEPS) -> int:
    """Everybody agrees; how many decisions that took. Looking the task up stands for the page that offered it."""
    _take_ids_of(bench, case_id)
    for _ in steps:
        task, form = _waiting(case_id)
        with transaction(reads_first=True):
            operations.decide(task.id, Answer("agree", form=form), actor=bench.actors[(task.office_id, "approver")])
    return len(steps)


def _waiting(case_id: int) -> tuple[Any, Mapping[str, Any]]:
    task = db.session.execute(
        sa.select(Task.id, Task.office_id, Task.key).where(Task.case_id == case_id, Task.status == "open")
    ).one()
    number = db.session.scalar(sa.select(Directive.number).where(Directive.case_id == case_id))
    db.session.rollback()
    return task, {"directive": number} if task.key == "pull" else {}


# ── the bare transaction ─────────────────────────────────────────────────────────────────────────────────────────────

Script = list[list[tuple[Any, Any]]]  # transactions of (statement, parameters)


def record(bench: Bench, case_id: int) -> Script:
    """Walk a case and write down every statement, by transaction."""
    script: Script = [[]]

    def execute(_connection: Any, clause: Any, many: Any, one: Any, _options: Any) -> None:
        script[-1].append((clause, many or one))

    def commit(_connection: Any) -> None:
        script.append([])

    sa.event.listen(db.engine, "before_execute", execute)
    sa.event.listen(db.engine, "commit", commit)
    sa.event.listen(db.engine, "rollback", commit)
    try:
        walk(bench, case_id)
    finally:
        sa.event.remove(db.engine, "before_execute", execute)
        sa.event.remove(db.engine, "commit", commit)
        sa.event.remove(db.engine, "rollback", commit)
    return [each for each in script if each]


def replay(script: Script) -> int:
    """The same statements through the same client stack, with nothing in between."""
    for statements in script:
        connection = db.session.connection()
        for clause, parameters in statements:
            if (result := connection.execute(clause, parameters or None)).returns_rows:
                result.all()
        connection.info.pop(WROTE, None)  # the script has its seals already: the commit is to write none of its own
        db.session.commit()
    return len(STEPS)


# ── CPU ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def server_cpu() -> float:
    """CPU seconds of every process of the database server, ended ones included through their parent."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                text = (folder / "stat").read_text()
                if "(postgres)" in text:
                    fields = text.rsplit(")", 1)[1].split()
                    total += sum(map(int, fields[11:15])) / TICK
    return total


@dataclass(frozen=True)
class Cost:
    """What some decisions cost."""

    decisions: int
    cpu: float
    wall: float

    @property
    def per_cpu_second(self) -> float:
        return self.decisions / self.cpu


def cost(bench: Bench, jobs: list[Callable[[], int]], processes: int) -> Cost:
    """Do the jobs in that many processes and add up what client and database spent."""
    db.session.rollback()
    db.engine.dispose()
    before, began, children = server_cpu(), time.perf_counter(), []
    for place in range(processes):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for job in jobs[place::processes]:
                    job()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    cpu = 0.0
    for child in children:
        _pid, status, usage = os.wait4(child, 0)
        if status:
            raise RuntimeError("a process of the bench failed")
        cpu += usage.ru_utime + usage.ru_stime
    wall = time.perf_counter() - began
    server = server_cpu() - before if bench.is_postgres else 0.0
    return Cost(len(jobs) * len(STEPS), cpu + server, wall)


def _share_of_bare(bench: Bench, processes: int) -> float:
    scripts = [record(bench, case_id) for case_id in bench.cases]
    shares = []
    for _ in range(ROUNDS):
        bench.bring_back()
        real = cost(bench, [lambda case=case: walk(bench, case) for case in bench.cases], processes)
        bench.bring_back()
        bare = cost(bench, [lambda script=script: replay(script) for script in scripts], processes)
        shares.append(real.per_cpu_second / bare.per_cpu_second)
    bench.bring_back()
    return round(statistics.median(shares), 2)


def _two_writers(bench: Bench) -> float:
    ratios = []
    for _ in range(ROUNDS):
        walls = []
        for processes in (1, 2):
            bench.bring_back()
            walls.append(cost(bench, [lambda case=case: walk(bench, case) for case in bench.cases], processes).wall)
        ratios.append(walls[0] / walls[1])
    bench.bring_back()
    return round(statistics.median(ratios), 2)


# ── bytes ──────────────────────────────────────────────────────────────────────────────────────────


def _bytes_of_a_case() -> int:
    """Growth of the database by each transfer from its opening to its end, before any vacuum, indexes included."""
    size = sa.text("SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 2200")
    with a_bench("postgresql", cases=0) as bench:
        empty = db.session.scalar(size)
        db.session.rollback()
        for here, there in PAIRS:
            open_transfers(bench, here, there, 40)
        _number_rows_by_case(bench)
        for case_id in bench.cases:
            walk(bench, case_id)
        return int((db.session.scalar(size) - empty) / len(bench.cases))


def measure() -> dict[str, Figure]:
    """Every line about decisions; PostgreSQL's where a server answers."""
    figures: dict[str, Figure] = {}
    kinds = ["sqlite", *(["postgresql"] if postgres_answers() else [])]
    shares: dict[str, list[float]] = {}
    for kind in kinds:
        with a_bench(kind) as bench:
            processes = (1, 2) if bench.is_postgres else (1,)
            shares[kind] = [_share_of_bare(bench, each) for each in processes]
            if bench.is_postgres:
                figures["case.db_bytes"] = Figure(_bytes_of_a_case(), "bytes", "≤ 16384, aim 10240", 1)
            else:
                figures["sqlite.two_writers"] = Figure(_two_writers(bench), "×", "≥ 1.4, aim 1.8", ROUNDS)
    for kind, values in shares.items():
        key = "decision.share_of_bare" if kind == kinds[-1] else f"decision.share_of_bare.{kind}"
        value, unit = (values, "1 / 2 processes") if len(values) > 1 else (values[0], "1 process")
        figures[key] = Figure(value, unit, "≥ 0.35, aim 0.5", ROUNDS, kind)
    return figures
