"""Where a case waits, and moves of cases; of a case its number, its steps and their offices, never the child."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only

from app.access import Actor, found
from app.cases.models import Case, CaseStatus, Move, MoveStatus, Task, TaskStatus
from app.cases.queries.moves import open_case_of, targets_of
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.studio.queries.drafts import require_studio


@dataclass(frozen=True)
class Target:
    """Another task of the diagram; why_not -- why the case cannot go there, empty where it can."""

    key: str
    name: str
    why_not: str


@dataclass(frozen=True)
class WaitsAt:
    """A task at which a case waits, and where it might go from there."""

    key: str
    name: str
    office: str
    arrived_at: dt.datetime
    deadline: dt.datetime
    targets: Sequence[Target]


@dataclass(frozen=True)
class Position:
    """Where a case stands. version -- its number; waits_at -- nothing where it is closed, or waits for nobody."""

    number: str
    process: str
    process_key: str
    version: int
    variant: str | None  # the code of the bureau of whose variant it is a version
    closed: bool
    waits_at: Sequence[WaitsAt]


def position_of(actor: Actor, number: str) -> Position:
    """Where a case stands. Raises NotAllowed, Missing."""
    require_studio(actor)
    columns = (Case.id, Case.status, Case.version_id, Case.process_key, Process.name, ProcessVersion.number)
    asked = sa.select(*columns).join(Process, Process.key == Case.process_key)
    asked = asked.join(ProcessVersion, ProcessVersion.id == Case.version_id).where(Case.number == number)
    case = found(db.session.execute(asked).first())
    closed = case.status == CaseStatus.CLOSED
    waits_at = [] if closed else _waiting(case.id, case.version_id)
    return Position(
        number, case.name, case.process_key, case.number, compiled_version(case.version_id).variant_of, closed, waits_at
    )


def _waiting(case_id: int, version_id: int) -> Sequence[WaitsAt]:
    columns = (Task.key, Task.name, Office.name.label("office"), Task.arrived_at, Task.deadline)
    asked = sa.select(*columns).join(Office, Office.id == Task.office_id)
    open_ones = Task.case_id == case_id, Task.status == TaskStatus.OPEN
    tasks, case = compiled_version(version_id).diagrams.tasks, open_case_of(case_id)
    return [
        WaitsAt(*row, [Target(to, tasks[to].name, why_not) for to, why_not in targets_of(case, row.key).items()])
        for row in db.session.execute(asked.where(*open_ones).order_by(Task.id))
    ]


def moves(actor: Actor, *, case: str | None = None, most: int = 100) -> Sequence[Move]:
    """Moves of cases, the newest first. Raises NotAllowed."""
    require_studio(actor)
    asked = sa.select(Move).join(Case, Case.id == Move.case_id).options(*WITH)
    if case is not None:
        asked = asked.where(Case.number == case)
    return db.session.scalars(asked.order_by(Move.id.desc()).limit(most)).all()


WITH = (
    joinedload(Move.case).options(load_only(Case.number, Case.process_key)),
    joinedload(Move.proposed_by),
    joinedload(Move.decided_by),
)


def move_for(actor: Actor, move_id: int, *, lock: bool = False) -> Move:
    """A move. lock -- let no other transaction change it. Raises NotAllowed, Missing."""
    require_studio(actor)
    asked = sa.select(Move).where(Move.id == move_id)
    if lock:
        asked = asked.with_for_update(of=Move).execution_options(populate_existing=True)
    move: Move = found(db.session.scalar(asked))
    return move


def waiting_move_of(case_id: int) -> Move | None:
    """The move of a case that waits to be decided."""
    return db.session.scalar(sa.select(Move).where(Move.case_id == case_id, Move.status == MoveStatus.PROPOSED))


def open_task_of(case_id: int, key: str) -> tuple[int, str] | None:
    """Id and name of the open task of that key; None where the case does not wait there."""
    asked = sa.select(Task.id, Task.name).where(Task.case_id == case_id, Task.key == key)
    row = db.session.execute(asked.where(Task.status == TaskStatus.OPEN)).first()
    return None if row is None else (row.id, row.name)
