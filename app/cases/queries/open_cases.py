"""Which children an open case holds or is about: as reads, and as conditions for statements about sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import BatchRow, Case, CaseStatus, RowStatus, Task, TaskStatus
from app.cases.models.coming_changes import ComingChange
from app.cases.queries.cases import seen_by
from app.database import db
from app.definitions.models import Process
from app.errors import Refused
from app.students.models import Student


class SchoolCaseOpen(Refused):
    """The school has the same case open already."""

    code = "E-CASE-02"
    text = "本校已有在办的同类办件 {number}，办结后才能再次提出。"


def open_case_of(student_id: int, *, process: str | None = None) -> tuple[str, str] | None:
    """Process and step of the case that holds the child, None when there is none.

    process -- of the open case of that process about the child instead, whether or not it holds the child
    """
    found = _open(Case.student_id == student_id, Case.process_key == process if process else Case.holds_student)
    return (found[0].process, found[0].step) if found else None


def open_cases_of(student_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The cases that hold the children, by the child's id."""
    found = _open(Case.student_id.in_(student_ids), Case.holds_student)
    return {each.student_id: (each.process, each.step) for each in found if each.student_id}


@dataclass(frozen=True)
class OpenCase:
    """An open case as a child's page tells of it."""

    number: str
    student_id: int | None
    process: str
    step: str


def open_cases_about(student_id: int, actor: Actor) -> list[OpenCase]:
    """Every open case about the child, the oldest first: its own, and lists on which it waits; but for those whose
    change has been agreed to and waits for its day.

    Of the cases that the actor's office sees; whoever had the child before has no part in them.
    """
    listed = (
        sa.select(BatchRow.case_id)
        .join(Student, Student.main_number_hash == BatchRow.number_hash)
        .where(Student.id == student_id, BatchRow.status == RowStatus.WAITING)
    )
    about = sa.or_(Case.student_id == student_id, Case.id.in_(listed))
    return _open(about, ComingChange.case_id.is_(None), seen_by(actor))


def _open(*about: Any) -> list[OpenCase]:
    coming = sa.and_(ComingChange.case_id == Case.id, ComingChange.ended_at.is_(None))
    rows = db.session.execute(
        sa.select(Case.number, Case.student_id, Process.name, sa.func.min(Task.name), ComingChange.takes_effect_on)
        .select_from(Case)
        .join(Process, Process.key == Case.process_key)
        .outerjoin(Task, sa.and_(Task.case_id == Case.id, Task.status == TaskStatus.OPEN))
        .outerjoin(ComingChange, coming)
        .where(*about, Case.status != CaseStatus.CLOSED)
        .group_by(Case.id, Case.number, Case.student_id, Process.name, ComingChange.takes_effect_on)
        .order_by(Case.id)
    )
    return [OpenCase(number, child, process, _step(task, day)) for number, child, process, task, day in rows]


def _step(task: str | None, takes_effect_on: dt.date | None) -> str:
    return f"已核准，自 {takes_effect_on:%Y-%m-%d} 起生效" if takes_effect_on else task or "办理中"


def is_held(student_id: Any) -> sa.ColumnElement[bool]:
    """The condition "an open case of status holds this child", for set-based statements."""
    unfinished = Case.status != sa.literal_column("'closed'")  # as the index says it
    return sa.exists().where(Case.student_id == student_id, Case.holds_student, unfinished)


def is_about(student_id: Any) -> sa.ColumnElement[bool]:
    """The condition "an open case is about this child": its own, or one with its number on the list."""
    unfinished = Case.status != sa.literal_column("'closed'")
    listed = (
        sa.exists()
        .where(BatchRow.case_id == Case.id, unfinished, BatchRow.status == RowStatus.WAITING)
        .where(BatchRow.number_hash == Student.main_number_hash, Student.id == student_id)
    )
    return sa.or_(is_held(student_id), listed)


def same_open(process: str, office_id: int, **about: Any) -> list[Refused]:
    """The same process of the same office about the same thing is not open twice: E-CASE-02 for each that is."""
    present = db.session.execute(
        sa.select(Case.number, Case.application).where(
            Case.applicant_office_id == office_id, Case.process_key == process, Case.status != CaseStatus.CLOSED
        )
    )
    return [SchoolCaseOpen(number=number) for number, application in present if about.items() <= application.items()]
