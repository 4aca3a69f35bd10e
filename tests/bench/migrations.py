"""A thousand running transfers migrated by the worker to a version with one more step, back, over again, to their end.

Every case is looked at after each of these, and after the end the whole record of what was done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit
from app.access import Actor
from app.cases import operations
from app.cases.commands import work_on_migrations
from app.cases.models import Case, CaseOutcome, CaseStatus, MigratedStatus, RouteStep, Task, TaskStatus
from app.cases.operations import Answer
from app.database import db, transaction
from app.definitions.models import Process
from app.students.models import Directive
from app.studio.operations import migrations
from app.studio.queries.migrations import counts_of
from app.studio.transactions import decide_migration, propose_migration
from tests.bench import Figure
from tests.bench._cpu import spent
from tests.bench.decisions import PAIRS, STEPS, Bench, a_bench, open_transfers
from tests.studio.test_migrations import FURTHER_STEP
from tests.support import factories
from tests.support.altered_processes import publish_at_once
from tests.support.databases import Postgres, postgres_answers

CASES = 1000
NEW_STEP = "second_look"
TRANSFERS = Case.process_key == "transfer"  # the pull opens cases of another process


@dataclass(frozen=True)
class Spent:
    """What a piece of work took, database included."""

    wall: float
    cpu: float


def _spent_on(bench: Bench, job: Callable[[], object]) -> Spent:
    database = bench.place.name if isinstance(bench.place, Postgres) else None
    before, began = spent(database), time.perf_counter()
    job()
    return Spent(time.perf_counter() - began, spent(database) - before)


def _work() -> None:
    """All of it in one go, as the worker does it."""
    worked = work_on_migrations()
    assert worked == CASES, f"the worker looked at {worked} of {CASES}"


def _start(analyst: Actor, publisher: Actor, to: int) -> int:
    migration, said = propose_migration("transfer", 1, to, {}, "法规修订", actor=analyst)
    assert len(said.cases) == CASES
    return decide_migration(migration, "agree", "", actor=publisher)


def _undo(migration: int, publisher: Actor) -> None:
    with transaction():
        migrations.undo(migration, "新版本有误", actor=publisher)


def _check(migration: int, status: MigratedStatus) -> None:
    """Every case of the migration has come to that."""
    counts = {each: count for each, count in counts_of(migration).items() if count}
    db.session.rollback()
    assert counts == {status: CASES}, counts


def _running() -> list[Any]:
    """What a migration may touch of every case, its open tasks and its route."""
    db.session.rollback()
    of_case = sa.select(Case.id, Case.version_id, Case.state, Case.status, Case.parties).where(TRANSFERS)
    of_task = sa.select(
        Task.id, Task.case_id, Task.version_id, Task.run_task, Task.key, Task.name, Task.office_id, Task.duty,
        Task.arrived_at, Task.deadline, Task.note,
    ).where(Task.status == TaskStatus.OPEN)  # fmt: skip
    of_route = sa.select(
        RouteStep.case_id, RouteStep.position, RouteStep.key, RouteStep.name, RouteStep.office_id, RouteStep.duty,
        RouteStep.reason, RouteStep.skipped,
    )  # fmt: skip
    asked = (
        of_case.order_by(Case.id),
        of_task.order_by(Task.id),
        of_route.order_by(RouteStep.case_id, RouteStep.position),
    )
    found = [[tuple(row) for row in db.session.execute(each)] for each in asked]
    db.session.rollback()
    return found


def _versions() -> set[int]:
    asked = sa.select(Case.version_id).where(TRANSFERS).distinct()
    found = set(db.session.scalars(asked))
    db.session.rollback()
    return found


def _decide_to_the_end(bench: Bench) -> None:
    """Everybody agrees, and who has to look once more says that it is done."""
    waiting = sa.select(Task.id, Task.office_id, Task.key, Task.duty).where(Task.status == TaskStatus.OPEN)
    for case_id in bench.cases:
        for _ in (*STEPS, NEW_STEP):
            task = db.session.execute(waiting.where(Task.case_id == case_id)).one()
            form = {}
            if task.key == "pull":
                form = {"directive": db.session.scalar(sa.select(Directive.number).where(Directive.case_id == case_id))}
            db.session.rollback()
            answer = Answer("acknowledge" if task.key == NEW_STEP else "agree", form=form)
            with transaction(reads_first=True):
                operations.decide(task.id, answer, actor=bench.actors[(task.office_id, task.duty)])


def _check_ends(target: int) -> None:
    """Each has been agreed on the other version, by way of its step; nothing waits; the record holds together."""
    ends = sa.select(Case.status, Case.outcome, Case.version_id, sa.func.count()).where(TRANSFERS)
    ends = ends.group_by(Case.status, Case.outcome, Case.version_id)
    found = [tuple(row) for row in db.session.execute(ends)]
    assert found == [(CaseStatus.CLOSED, CaseOutcome.AGREED, target, CASES)], found
    passed = sa.select(sa.func.count(), sa.func.count(Task.case_id.distinct())).where(
        Task.key == NEW_STEP, Task.status == TaskStatus.DONE
    )
    assert tuple(db.session.execute(passed).one()) == (CASES, CASES)
    still_open = sa.select(sa.func.count()).select_from(Task).join(Case, Case.id == Task.case_id)
    assert db.session.scalar(still_open.where(TRANSFERS, Task.status == TaskStatus.OPEN)) == 0
    db.session.rollback()
    assert list(audit.verify()) == []


def _prepare(bench: Bench) -> tuple[Actor, Actor, int]:
    """The cases, whoever looks once more, the version; an analyst, a publisher and the version's number."""
    for here, there in PAIRS:
        open_transfers(bench, here, there, CASES // len(PAIRS))
    for office_id in db.session.scalars(sa.select(Task.office_id).where(Task.status == TaskStatus.OPEN).distinct()):
        office = db.session.get_one(factories.Office, office_id)
        bench.actors[(office_id, "operator")] = factories.a_user(office, "operator").posts[0].actor()
    province = factories.a_bureau("330000")
    analyst, publisher = (factories.a_user(province, duty).posts[0].actor() for duty in ("analyst", "publisher"))
    publish_at_once("transfer", *FURTHER_STEP)
    current = db.session.get_one(Process, "transfer").current
    assert current
    return analyst, publisher, current.number


def _measure(kind: str) -> dict[str, Figure]:
    with a_bench(kind, cases=0) as bench:
        analyst, publisher, number = _prepare(bench)
        before = _running()
        [source] = _versions()
        first = _start(analyst, publisher, number)
        moved = _spent_on(bench, _work)
        _check(first, MigratedStatus.MOVED)
        [target] = _versions()
        assert target != source
        after = _running()

        _undo(first, publisher)
        undone = _spent_on(bench, _work)
        _check(first, MigratedStatus.UNDONE)
        assert _running() == before

        second = _start(analyst, publisher, number)
        again = _spent_on(bench, _work)
        _check(second, MigratedStatus.MOVED)
        assert _running() == after

        decided = _spent_on(bench, lambda: _decide_to_the_end(bench))
        _check_ends(target)

    load = f"load of the machine {os.getloadavg()[0]:.1f} of {os.cpu_count()}"
    seconds, rate, goal = "s", round(CASES * 2 / (moved.cpu + again.cpu)), "≤ 60"
    note = f"{kind}, {CASES:,} transfers, one more step; {load}"
    ended = f"decided to the end in {decided.wall:.0f} s, {CASES * (len(STEPS) + 1):,} decisions"
    return {
        f"migration.thousand_s.{kind}": Figure(round(max(moved.wall, again.wall), 1), seconds, goal, 2, note),
        f"migration.cases_per_s.{kind}": Figure(rate, "cases/CPU-s", "≥ 17", 2, ended),
        f"migration.undo_s.{kind}": Figure(round(undone.wall, 1), seconds, goal, 1, f"CPU {undone.cpu:.1f} s"),
    }


def measure() -> dict[str, Figure]:
    """Migration lines, on SQLite and where it answers on PostgreSQL."""
    figures: dict[str, Figure] = {}
    for kind in ["sqlite", *(["postgresql"] if postgres_answers() else [])]:
        figures |= _measure(kind)
    return figures
