"""Reads of rosters: the list of one, how far it has come, the children of an area who are wanted elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from app.access import Actor
from app.cases.models import Case, Task, TaskStatus
from app.database import db
from app.definitions.queries import compiled_version
from app.divisions.models import BUREAUS, Office
from app.processes.recruitment.models import ChildStatus, Filing, Plan, PlanStatus, Roster, RosterChild
from app.schools.models import School, Stage
from app.students.models import Enrolment, Student
from workflows import Kind


def roster_of(case_id: int) -> Roster | None:
    """The roster of a case with its plan, None for any other case."""
    return db.session.scalar(
        sa.select(Roster)
        .where(Roster.case_id == case_id)
        .options(joinedload(Roster.plan).joinedload(Plan.filing), joinedload(Roster.source), joinedload(Roster.here))
    )


def counts_of(case_id: int) -> dict[ChildStatus, int]:
    """How many children of a roster stand where."""
    counted = db.session.execute(
        sa.select(RosterChild.status, sa.func.count())
        .where(RosterChild.case_id == case_id)
        .group_by(RosterChild.status)
    )
    return {status: count for status, count in counted.all()}  # noqa: C416 – a row is no pair to mypy


def children_of(
    case_id: int, *, status: str | None = None, after: int = 0, limit: int = 50, only: Sequence[int] = ()
) -> Sequence[RosterChild]:
    """The children of a roster in the order of the list, after a position; `only` -- these positions."""
    query = (
        sa.select(RosterChild)
        .where(RosterChild.case_id == case_id, RosterChild.position > after)
        .options(joinedload(RosterChild.row), joinedload(RosterChild.directive))
        .order_by(RosterChild.position)
        .limit(limit)
    )
    if status:
        query = query.where(RosterChild.status == ChildStatus(status))
    if only:
        query = query.where(RosterChild.position.in_(only))
    return db.session.scalars(query).all()


def records_behind(children: Sequence[RosterChild], school_id: int) -> dict[int, tuple[Student, Enrolment]]:
    """By position, the record of each child and the last enrolment that it had before that school."""
    hashes = {child.row.number_hash: child.position for child in children}
    rows = db.session.execute(
        sa.select(Student, Enrolment)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Student.main_number_hash.in_(hashes), Enrolment.school_id != school_id)
        .options(joinedload(Enrolment.school).joinedload(School.office))
        .order_by(Enrolment.epoch)
    )
    return {hashes[student.main_number_hash]: (student, enrolment) for student, enrolment in rows}


def marked_by(case_id: int, side: str) -> Sequence[RosterChild]:
    """Whom an office has noted that it will not confirm."""
    code = getattr(RosterChild, f"{side}_code")
    return db.session.scalars(
        sa.select(RosterChild).where(RosterChild.case_id == case_id, code != "").order_by(RosterChild.position)
    ).all()


def side_to_answer(case: Case, actor: Actor) -> str | None:
    """here or source, when the actor's office is to confirm this list now."""
    for task in case.tasks:
        if task.status is TaskStatus.OPEN and task.office_id == actor.office_id and case.version_id is not None:
            spec = compiled_version(case.version_id).diagrams.tasks[task.key]
            if spec.kind is Kind.CONFIRMATION:
                return spec.side
    return None


def wanted_elsewhere(
    actor: Actor, *, status: str | None = None, after: tuple[int, int] | None = None, limit: int = 50
) -> Sequence[RosterChild]:
    """我县学生被外地录取: children of the areas the bureau answers for, from when the list has come to its source.

    The newest lists first. Nothing for schools, nor for the province, which is no party to it.
    """
    if actor.office_kind not in BUREAUS:
        return []
    arrived = sa.select(Task.id).where(Task.case_id == Roster.case_id, Task.office_id == Roster.source_id).exists()
    source = sa.orm.aliased(Office)
    query = (
        sa.select(RosterChild)
        .join(RosterChild.roster)
        .join(source, source.id == Roster.source_id)
        .where(sa.or_(source.id == actor.office_id, source.path.startswith(actor.office_path)), arrived)
        .options(
            contains_eager(RosterChild.roster).joinedload(Roster.case),
            contains_eager(RosterChild.roster)
            .joinedload(Roster.plan)
            .joinedload(Plan.school)
            .joinedload(School.office),
            joinedload(RosterChild.row),
            joinedload(RosterChild.directive),
        )
        .order_by(RosterChild.case_id.desc(), RosterChild.position)
        .limit(limit)
    )
    if status:
        query = query.where(RosterChild.status == ChildStatus(status))
    if after:
        case_id, position = after
        same = sa.and_(RosterChild.case_id == case_id, RosterChild.position > position)
        query = query.where(sa.or_(RosterChild.case_id < case_id, same))
    return db.session.scalars(query).all()


def open_plans_of(school_id: int) -> Sequence[Any]:
    """A school's filed plans, the newest first: number, source, how many, until when."""
    return list(
        db.session.execute(
            sa.select(Filing.number, Office.name.label("source"), Plan.cap, Plan.closes_on, Plan.entry_year)
            .join(Plan, Plan.id == Filing.plan_id)
            .join(Office, Office.id == Plan.source_id)
            .where(Plan.school_id == school_id, Plan.status == PlanStatus.FILED)
            .order_by(Plan.id.desc())
            .limit(20)
        )
    )


def filing_of(case_id: int) -> str | None:
    """The number of the filed plan that a case has led to; None for any other case."""
    return db.session.scalar(
        sa.select(Filing.number)
        .join(Plan, Plan.id == Filing.plan_id)
        .where(Plan.case_id == case_id, Plan.status == PlanStatus.FILED)
    )


def plan_of_case(case_id: int) -> Plan | None:
    plan: Plan | None = db.session.scalar(sa.select(Plan).where(Plan.case_id == case_id))
    return plan


def live_plan(school_id: int, stage: Stage, entry_year: int, source_id: int) -> Plan | None:
    """The school's plan for that source in that year, unless it has ended."""
    plan: Plan | None = db.session.scalar(
        sa.select(Plan).where(*_live(school_id, stage, entry_year), Plan.source_id == source_id)
    )
    return plan


def promised(school_id: int, stage: Stage, entry_year: int, *, but_for: int) -> int:
    """The caps of the cohort's live plans together. but_for -- the source whose own plan does not count."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Plan.cap), 0))
    return db.session.scalar(total.where(*_live(school_id, stage, entry_year), Plan.source_id != but_for)) or 0


def _live(school_id: int, stage: Stage, entry_year: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Plan.school_id == school_id,
        Plan.stage == stage,
        Plan.entry_year == entry_year,
        Plan.status != PlanStatus.ENDED,
    )
