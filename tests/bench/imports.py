"""A workbook of 50,000 new children: checked, imported, killed in the middle and taken up again."""

from __future__ import annotations

import datetime as dt
import gc
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import BatchRow
from app.database import db, transaction
from app.imports import operations
from app.imports.commands import work
from app.imports.import_types import kind_of
from app.imports.models import ImportFile, ImportRow, RowState
from tests.bench import Figure
from tests.bench.decisions import a_bench, server_cpu
from tests.imports.children import CAPTIONS, KEY, a_child, number_of
from tests.support import factories
from tests.support.databases import postgres_answers
from tests.support.workbooks import a_workbook

ROWS = 50_000
SCHOOLS = 50
SEPTEMBER = dt.datetime(2026, 9, 7, 2, 0, tzinfo=dt.UTC)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "思子欣浩梓宇诗佳俊雨一晨若明可梦嘉煜懿烨苑伟熠鸿博"
KILL_AFTER = ROWS // 3  # rows imported


def _children(schools: list[str]) -> Iterator[list[Any]]:
    for place in range(ROWS):
        child = a_child(
            school=schools[place % SCHOOLS],
            name=SURNAMES[place % 20] + GIVEN[place % 24] + GIVEN[place // 24 % 24],
            main_number=number_of(place),
            address=f"浙江省杭州市西湖区文三路{place}号",
            guardian__phone=f"138{place:08d}",
        )
        yield [child.get(name) for name in ("school", *CAPTIONS)]


@dataclass(frozen=True)
class Spent:
    """What a piece of work took; `memory` is the whole process's greatest, in MB."""

    wall: float
    cpu: float
    memory: float


def _apart(job: Callable[[], object], *, on_postgres: bool, until: Callable[[], bool] | None = None) -> Spent:
    """Do the job in a process of its own, as a worker does; kill it with SIGKILL once `until` holds."""
    db.session.rollback()
    db.engine.dispose()
    server, began = server_cpu(), time.perf_counter()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            gc.freeze()  # as `flask worker` does
            job()
            code = 0
        finally:
            os._exit(code)
    if until:
        while not until():
            time.sleep(0.05)
        os.kill(child, signal.SIGKILL)
    _pid, status, usage = os.wait4(child, 0)
    if status and not until:
        raise RuntimeError("the worker failed")
    database = server_cpu() - server if on_postgres else 0.0
    return Spent(time.perf_counter() - began, usage.ru_utime + usage.ru_stime + database, usage.ru_maxrss / 1024)


def _count(*conditions: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ImportRow).where(*conditions)) or 0


def _lost_and_doubled() -> int:
    db.session.rollback()
    numbers = sa.func.count(BatchRow.number_hash.distinct())
    rows, different = db.session.execute(sa.select(sa.func.count(), numbers).select_from(BatchRow)).one()
    return abs(ROWS - different) + (rows - different)


def _measure(kind: str) -> dict[str, Figure]:
    with a_bench(kind, cases=0) as bench:
        clock.set_to(SEPTEMBER)
        bureau = factories.a_bureau("330106")
        schools = [factories.a_school(bureau, seats=2000).office.code for _ in range(SCHOOLS)]
        actor = factories.a_user(bureau, "operator").posts[0].actor()
        workbook = a_workbook(["学校", *CAPTIONS.values()], _children(schools), shared=False)
        looked = operations.look_at(kind_of(KEY), "新生.xlsx", workbook, actor=actor)
        with transaction():
            file_id = operations.receive(looked, actor=actor).id
        checked = _apart(work, on_postgres=bench.is_postgres)
        good = _count(ImportRow.state == RowState.OK)
        if good != ROWS:
            raise RuntimeError(f"{good} of {ROWS} rows are good")
        with transaction():
            operations.confirm(db.session.get_one(ImportFile, file_id), with_warnings=True, actor=actor)
        imported = ImportRow.state == RowState.IMPORTED
        first = _apart(work, on_postgres=bench.is_postgres, until=lambda: _count(imported) >= KILL_AFTER)
        clock.set_to(clock.now() + operations.LEASE)
        rest = _apart(work, on_postgres=bench.is_postgres)
        lost_and_doubled = _lost_and_doubled()
        db.session.rollback()
        note = f"{kind}, {ROWS:,} rows, {SCHOOLS} schools, {len(workbook) / 1e6:.1f} MB"
        cpu = checked.cpu + first.cpu + rest.cpu
        said = f"{kind}, checked and imported, {checked.wall + first.wall + rest.wall:.0f} s wall"
        return {
            "import.check_s": Figure(round(checked.wall, 1), "s", "≤ 60", 1, note),
            "import.memory_mb": Figure(round(max(checked.memory, rest.memory)), "MB", "≤ 500", 1, note),
            "import.rows_per_s": Figure(round(ROWS / cpu), "rows/CPU-s", "≥ 3,000", 1, said),
            "import.lost_or_doubled": Figure(lost_and_doubled, "rows", "0", 1, f"{kind}, killed and taken up again"),
        }


def measure() -> dict[str, Figure]:
    """Import lines, on SQLite and where it answers on PostgreSQL."""
    figures: dict[str, Figure] = {}
    try:
        for kind in ["sqlite", *(["postgresql"] if postgres_answers() else [])]:
            for key, figure in _measure(kind).items():
                figures[f"{key}.{kind}"] = figures[key] = figure
    finally:
        clock.set_to(None)
    return figures
