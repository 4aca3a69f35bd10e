"""What is halted, and what could not be done by the clock and the worker: 运行管理."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Batch, Case, CaseStatus, ComingChange, FailedDecision, Task, TaskStatus
from app.cases.models.halts import Halt
from app.database import db
from app.definitions.models import Process
from app.studio.queries.drafts import require_studio

MOST = 200  # failed decisions that are listed, the oldest


@dataclass(frozen=True)
class Incident:
    """A case that a fault has held up: what was to be done, since when, and why it could not be.

    tried_again -- by the clock or the worker, by themselves; what a person has to decide waits for a person.
    """

    number: str
    process: str
    what: str
    since: dt.datetime
    code: str
    detail: str
    tried_again: bool = True
    times: int | None = None  # that a person has tried


def halts(actor: Actor) -> Sequence[Halt]:
    """Everything that is halted now, the latest first; what an office has paused is its own. Raises NotAllowed."""
    require_studio(actor)
    asked = sa.select(Halt).where(Halt.ended_at.is_(None), Halt.office_id.is_(None)).order_by(Halt.id.desc())
    return db.session.scalars(asked.options(joinedload(Halt.process), joinedload(Halt.case), joinedload(Halt.by))).all()


def halt_of(key: str | None, case_id: int | None, *, lock: bool = False) -> Halt | None:
    """The halt of a process or of a case that stands, by whoever runs the processes."""
    asked = sa.select(Halt).where(Halt.ended_at.is_(None), Halt.office_id.is_(None))
    asked = asked.where(Halt.process_key == key if key is not None else Halt.case_id == case_id)
    if lock:
        asked = asked.with_for_update(of=Halt).execution_options(populate_existing=True)
    return db.session.scalar(asked)


def incidents(actor: Actor) -> Sequence[Incident]:
    """What could not be done, the oldest first: changes on their day, lists, and what people have decided.

    Raises NotAllowed.
    """
    require_studio(actor)
    asked = sa.select(Case.number, Process.name.label("process"), Case.opened_at)
    asked = asked.join(Process, Process.key == Case.process_key).where(Case.status != CaseStatus.CLOSED)
    changes = asked.add_columns(ComingChange.fault, ComingChange.takes_effect_on, ComingChange.agreed_at)
    changes = changes.join(ComingChange, ComingChange.case_id == Case.id)
    lists = asked.add_columns(Batch.fault, Batch.released_at).join(Batch, Batch.case_id == Case.id)
    found = [
        Incident(
            row.number, row.process, f"自 {row.takes_effect_on:%Y-%m-%d} 起生效", row.agreed_at, row.fault["code"],
            row.fault["detail"],
        )
        for row in db.session.execute(changes.where(ComingChange.ended_at.is_(None), ComingChange.fault.is_not(None)))
        if row.fault
    ]  # fmt: skip
    found += [
        Incident(row.number, row.process, "办理名单", row.released_at, row.fault["code"], row.fault["detail"])
        for row in db.session.execute(lists.where(Batch.finished_at.is_(None), Batch.fault.is_not(None)))
        if row.fault
    ]
    found += _of_decisions()
    return sorted(found, key=lambda each: (each.since, each.number))


def _of_decisions() -> Sequence[Incident]:
    """The decisions that a fault has undone, while their task still waits for one."""
    columns = (Case.number, Process.name.label("process"), Task.name, FailedDecision)
    asked = (
        sa.select(*columns)
        .join(Task, Task.id == FailedDecision.task_id)
        .join(Case, Case.id == FailedDecision.case_id)
        .join(Process, Process.key == Case.process_key)
        .where(FailedDecision.ended_at.is_(None), Task.status == TaskStatus.OPEN)
        .order_by(FailedDecision.id)
        .limit(MOST)
    )
    return [
        Incident(row.number, row.process, f"办理“{row.name}”", kept.since, kept.code, kept.detail, False, kept.times)
        for row in db.session.execute(asked)
        for kept in [row.FailedDecision]
    ]
