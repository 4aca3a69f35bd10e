"""The shelf of prechecks: one per process, by its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.cases.models import Case, CaseStatus, Task, TaskStatus
from app.database import db
from app.divisions.models import Office
from app.processes.models import Process
from app.students.models import Student


@dataclass(frozen=True)
class Opening:
    """What an accepted application opens a case with."""

    facts: Mapping[str, bool] = field(default_factory=dict)
    student: Student | None = None
    #: a status case: while it is open no other one of this child may be
    holds_student: bool = True
    receiving: Office | None = None
    releasing: Office | None = None
    #: the application as it is kept, where it differs from what was typed
    application: Mapping[str, Any] | None = None
    #: the work list of a batch: one application per child
    rows: Sequence[Mapping[str, Any]] = ()


Precheck = Callable[..., Opening]
OPENINGS: dict[str, Precheck] = {}


def opens(*keys: str) -> Callable[[Precheck], Precheck]:
    """Register the precheck of these processes."""

    def register(precheck: Precheck) -> Precheck:
        OPENINGS.update(dict.fromkeys(keys, precheck))
        return precheck

    return register


def open_case_of(student_id: int) -> tuple[str, str] | None:
    """Process and step of the case that holds the child, None when there is none."""
    row = db.session.execute(
        sa.select(Process.name, Task.name)
        .select_from(Case)
        .join(Process, Process.key == Case.process_key)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.status == TaskStatus.OPEN))
        .where(Case.student_id == student_id, Case.holds_student, Case.status != CaseStatus.CLOSED)
        .limit(1)
    ).first()
    return (row[0], row[1] or "办理中") if row else None
