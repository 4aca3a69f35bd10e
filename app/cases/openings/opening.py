"""The shelf of prechecks: one per process, by its key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseStatus, Task, TaskStatus
from app.database import db
from app.divisions.models import Office
from app.errors import Refused
from app.processes.models import Process
from app.schools.plans import Plan
from app.students.models import Student


@dataclass(frozen=True)
class RowOpening:
    """One child of a batch, as it is kept."""

    content: Mapping[str, Any]
    #: by which the child is held while the case is open: the keyed hash of the main number, or of another document
    number_hash: str
    shown: str  # the number, to be masked
    #: what the deciding offices should know
    warning: Refused | None = None


@dataclass(frozen=True)
class Opening:
    """What an accepted application opens a case with."""

    facts: Mapping[str, bool | str] = field(default_factory=dict)
    student: Student | None = None
    #: a status case: while it is open no other one of this child may be
    holds_student: bool = True
    receiving: Office | None = None
    releasing: Office | None = None
    #: the application as it is kept, where it differs from what was typed
    application: Mapping[str, Any] | None = None
    #: the offices of roles that follow from more than the two schools, such as both sides of a recruiting plan
    offices: Mapping[str, Office] = field(default_factory=dict)
    #: the work list of a batch: one application per child
    rows: Sequence[RowOpening] = ()
    #: the keyed hash of the number that nobody else may register while the case is open
    reserves: str | None = None
    #: what the first office should know
    warning: Refused | None = None
    #: the filed plan under which the work list recruits from outside
    plan: Plan | None = None


Precheck = Callable[..., Opening]
OPENINGS: dict[str, Precheck] = {}


def opens(*keys: str) -> Callable[[Precheck], Precheck]:
    """Register the precheck of these processes."""

    def register(precheck: Precheck) -> Precheck:
        OPENINGS.update(dict.fromkeys(keys, precheck))
        return precheck

    return register


#: process key -> field -> what may be chosen there about a child, as (value, words)
CHOICES: dict[str, dict[str, Callable[[Student, Actor], Sequence[tuple[Any, str]]]]] = {}


def offers(key: str, field: str) -> Callable[..., Any]:
    """Register what a field of an opening form offers, where that depends on the child."""

    def register(choices: Callable[[Student, Actor], Sequence[tuple[Any, str]]]) -> Any:
        CHOICES.setdefault(key, {})[field] = choices
        return choices

    return register


#: process key -> the application as it is kept after a repair, checked as at its opening
REPAIRS: dict[str, Callable[[Mapping[str, Any], int], Mapping[str, Any]]] = {}
#: process key -> what stands in the opening form before anything is typed
DRAFTS: dict[str, Callable[[Actor], Mapping[str, Any]]] = {}


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


def open_cases_of(student_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The same for many children at once, by the child's id."""
    rows = db.session.execute(
        sa.select(Case.student_id, Process.name, Task.name)
        .select_from(Case)
        .join(Process, Process.key == Case.process_key)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.status == TaskStatus.OPEN))
        .where(Case.student_id.in_(student_ids), Case.holds_student, Case.status != CaseStatus.CLOSED)
    )
    return {student_id: (process, step or "办理中") for student_id, process, step in rows if student_id}
