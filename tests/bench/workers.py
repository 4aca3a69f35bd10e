"""A second worker beside the first: four workbooks that wait, checked by one process and by two."""

from __future__ import annotations

import os
import statistics
import time

from app import clock
from app.database import db, transaction
from app.imports import operations
from app.imports.commands import work
from app.imports.import_types import kind_of
from tests.bench import Figure
from tests.bench.decisions import Bench, a_bench
from tests.bench.imports import SEPTEMBER
from tests.imports.children import CAPTIONS, KEY, a_child, number_of
from tests.support import factories
from tests.support.databases import postgres_answers
from tests.support.workbooks import a_workbook

ROUNDS = 3
FILES = 4
ROWS = 4000  # of each


def _prepare(bench: Bench) -> None:
    clock.set_to(SEPTEMBER)
    for file in range(FILES):
        school = factories.a_school("330106", seats=ROWS)
        actor = factories.a_user(school, "operator").posts[0].actor()
        children = (a_child(name="王思", main_number=number_of(file * ROWS + place)) for place in range(ROWS))
        rows = [[child.get(name) for name in CAPTIONS] for child in children]
        workbook = a_workbook(list(CAPTIONS.values()), rows, shared=False)
        looked = operations.look_at(kind_of(KEY), "新生.xlsx", workbook, actor=actor)
        with transaction():
            operations.receive(looked, actor=actor)
    bench.keep()


def _wall(processes: int) -> float:
    db.session.rollback()
    db.engine.dispose()
    began, children = time.perf_counter(), []
    for _ in range(processes):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                work()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        raise RuntimeError("a worker failed")
    return time.perf_counter() - began


def measure() -> dict[str, Figure]:
    """On PostgreSQL, which has room for two writers; SQLite where no server answers."""
    kind = "postgresql" if postgres_answers() else "sqlite"
    ratios = []
    try:
        with a_bench(kind, cases=0) as bench:
            _prepare(bench)
            for _ in range(ROUNDS):
                walls = []
                for processes in (1, 2):
                    bench.bring_back()
                    walls.append(_wall(processes))
                ratios.append(walls[0] / walls[1])
            bench.bring_back()
    finally:
        clock.set_to(None)
    load = f"load of the machine {os.getloadavg()[0]:.1f} of {os.cpu_count()}"
    note = f"{kind}, {FILES} workbooks of {ROWS:,} rows; {load}"
    return {"worker.second": Figure(round(statistics.median(ratios), 2), "×", "≥ 1.7", ROUNDS, note)}
