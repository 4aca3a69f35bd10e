"""Reads for those who watch, each within the caller's jurisdiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Batch, BatchRow, Case, CaseStatus, RowStatus
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import beneath, inside
from app.errors import Missing
from app.schools.models import Quota, Stage
from app.students.models import Change, Enrolment, Student, Suspension
from app.students.queries import locked_since, running_suspensions
from app.students.queries.lookups import look_up, looks_up
from app.students.rules.locks import BY_THE_SUPERIOR

#: processes that write what is locked, beside the registrations that go on as 补录
AFTER_LOCK = (*BY_THE_SUPERIOR, "correction", "late_registration")


@dataclass(frozen=True)
class Line:
    """Plan against registered of one office: a school's own figures, or the sum of a bureau's schools."""

    office: Office
    total: int
    used: int
    reserved: int
    refused: int

    @property
    def is_school(self) -> bool:
        return self.office.kind is OfficeKind.SCHOOL

    @property
    def free(self) -> int:
        return self.total - self.used - self.reserved


def office_to_watch(actor: Actor, code: str | None) -> Office:
    """The bureau whose table is wanted, the actor's own by default. Raises Missing outside the jurisdiction."""
    office: Office | None = (
        db.session.scalar(sa.select(Office).where(Office.code == code))
        if code
        else db.session.get(Office, actor.office_id)
    )
    if office is None or not actor.answers_for(office.path):
        raise Missing()
    return office


def plan_and_registered(office: Office, stage: Stage, year: int) -> list[Line]:
    """One line per office right below, in the order of their codes; offices without a plan are left out."""
    below, school = sa.orm.aliased(Office), sa.orm.aliased(Office)
    figures = (
        sa.select(
            below.id,
            sa.func.sum(Quota.total).label("total"),
            sa.func.sum(Quota.used).label("used"),
            sa.func.sum(Quota.reserved).label("reserved"),
        )
        .select_from(below)
        .join(school, beneath(below.path, school.path))
        .join(Quota, Quota.school_id == school.id)
        .where(below.superior_id == office.id, Quota.stage == stage, Quota.entry_year == year)
        .group_by(below.id)
    )
    refused = _refused_below(office, year)
    rows = {row.id: row for row in db.session.execute(figures)}
    return [
        Line(each, rows[each.id].total, rows[each.id].used, rows[each.id].reserved, refused.get(each.id, 0))
        for each in db.session.scalars(sa.select(Office).where(Office.id.in_(rows)).order_by(Office.code))
    ]


def seats_of(office: Office, year: int) -> Sequence[Any]:
    """The seats of that year's cohorts below an office, or its own: a row for each stage: total, used, reserved."""
    school = sa.orm.aliased(Office)
    return db.session.execute(
        sa.select(Quota.stage, *(sa.func.sum(each) for each in (Quota.total, Quota.used, Quota.reserved)))
        .join(school, school.id == Quota.school_id)
        .where(beneath(office.path, school.path), Quota.entry_year == year)
        .group_by(Quota.stage)
        .order_by(sa.case({each: place for place, each in enumerate(Stage)}, value=Quota.stage))
    ).all()


def _refused_below(office: Office, year: int) -> dict[int, int]:
    below, school = sa.orm.aliased(Office), sa.orm.aliased(Office)
    begins = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    rows = db.session.execute(
        sa.select(below.id, sa.func.count())
        .select_from(BatchRow)
        .join(Batch, Batch.case_id == BatchRow.case_id)
        .join(school, school.id == Batch.school_id)
        .join(below, beneath(below.path, school.path))
        .where(
            below.superior_id == office.id,
            BatchRow.status == RowStatus.REFUSED,
            BatchRow.worked_at >= begins,
            BatchRow.worked_at < begins.replace(year=year + 1),
        )
        .group_by(below.id)
    )
    return dict(rows.all())


@dataclass(frozen=True)
class RefusedChild:
    """One child who could not be registered, for the bureau that must place the child (S20)."""

    case: str
    position: int
    name: str
    number: str
    school: str
    guardian: str
    phone: str
    code: str
    detail: str
    at: dt.datetime
    placed_at: str  # the school where the child is enrolled by now, empty while there is none


def refused_children(
    actor: Actor, *, year: int, unplaced: bool = True, after: tuple[int, int] | None = None, limit: int = 50
) -> list[RefusedChild]:
    """Children refused in that year at schools of the actor's jurisdiction, by case and place in its list."""
    school, enrolled_at = sa.orm.aliased(Office), sa.orm.aliased(Office)
    begins = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    query = (
        sa.select(BatchRow, Case.number, school.name.label("school"), enrolled_at.name.label("placed_at"))
        .join(Batch, Batch.case_id == BatchRow.case_id)
        .join(Case, Case.id == BatchRow.case_id)
        .join(school, school.id == Batch.school_id)
        .outerjoin(Student, Student.main_number_hash == BatchRow.number_hash)
        .outerjoin(Enrolment, sa.and_(Enrolment.student_id == Student.id, Enrolment.ends_on.is_(None)))
        .outerjoin(enrolled_at, enrolled_at.id == Enrolment.school_id)
        .where(
            inside(actor, school.path),
            BatchRow.status == RowStatus.REFUSED,
            BatchRow.worked_at >= begins,
            BatchRow.worked_at < begins.replace(year=year + 1),
        )
        .order_by(BatchRow.case_id, BatchRow.position)
        .limit(limit)
    )
    if unplaced:
        query = query.where(Enrolment.id.is_(None))
    if after:
        query = query.where(sa.tuple_(BatchRow.case_id, BatchRow.position) > sa.tuple_(*map(sa.literal, after)))
    return [_refused(row) for row in db.session.execute(query)]


def _refused(row: Any) -> RefusedChild:
    listed = row.BatchRow
    guardian = orjson.loads(listed.content).get("guardian") or {}
    return RefusedChild(
        case=row.number,
        position=listed.position,
        name=listed.name,
        number=listed.number_masked,
        school=row.school,
        guardian=guardian.get("name", ""),
        phone=guardian.get("phone", ""),
        code=listed.code,
        detail=listed.detail,
        at=listed.worked_at,
        placed_at=row.placed_at or "",
    )


def place_of(case: str, position: int) -> list[int]:
    """The place of a refused child in the list, as its cursor carries it."""
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == case)).one()
    return [case_id, position]


def changed_after_lock(
    actor: Actor, *, year: int, before: int | None = None, limit: int = 50
) -> Sequence[tuple[Change, Case, Student]]:
    """Who changed what of the cohort of that year after it was locked, the newest first."""
    written = sa.select(Case.id).where(sa.or_(Case.process_key.in_(AFTER_LOCK), Case.late_at.is_not(None)))

    def changed(case_id: Any) -> sa.Select[Any]:
        query = (
            sa.select(Change.id)
            .join(Enrolment, sa.and_(Enrolment.student_id == Change.student_id, Enrolment.epoch == Change.epoch))
            .join(Office, Office.id == Change.school_id)
            .where(inside(actor), Enrolment.entry_year == year, Change.recorded_at >= locked_since(year))
            .where(case_id)
        )
        return query.where(Change.id < before) if before else query

    if looks_up():  # such cases are few among all, and PostgreSQL does not know how few
        found = look_up(written, lambda key: changed(Change.case_id == key))
    else:
        found = changed(Change.case_id.in_(written)).subquery()
    page = sa.select(found.c.id).order_by(found.c.id.desc()).limit(limit).subquery()
    query = (
        sa.select(Change, Case, Student)
        .join(page, page.c.id == Change.id)
        .join(Case, Case.id == Change.case_id)
        .join(Student, Student.id == Change.student_id)
        .order_by(Change.id.desc())
    )
    return [(change, case, student) for change, case, student in db.session.execute(query)]


def suspensions_ending(
    actor: Actor, by: dt.date, *, after: tuple[dt.date, int] | None = None, limit: int = 50
) -> Sequence[Suspension]:
    """Running suspensions whose last interval ends by that day, within the jurisdiction, the longest overdue first."""
    query = (
        running_suspensions(by)
        .join(Enrolment, Enrolment.id == Suspension.enrolment_id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(inside(actor))
        .options(sa.orm.joinedload(Suspension.student), sa.orm.joinedload(Suspension.enrolment))
        .order_by(Suspension.ends_on, Suspension.id)
        .limit(limit)
    )
    if after:
        query = query.where(sa.tuple_(Suspension.ends_on, Suspension.id) > sa.tuple_(*map(sa.literal, after)))
    return db.session.scalars(query).all()


def registrations_under_way(office: Office, year: int) -> tuple[int, int]:
    """Open registrations of that year's cohort below an office: how many cases, about how many children."""
    school = sa.orm.aliased(Office)
    row = db.session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Batch.total), 0))
        .select_from(Batch)
        .join(Case, Case.id == Batch.case_id)
        .join(school, school.id == Batch.school_id)
        .where(
            beneath(office.path, school.path),
            Case.status != CaseStatus.CLOSED,
            Case.opened_at >= dt.datetime(year, 1, 1, tzinfo=dt.UTC),
        )
    ).one()
    return row[0], row[1]
