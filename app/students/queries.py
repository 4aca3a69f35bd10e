"""Reads of the record, each within somebody's jurisdiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.errors import Missing
from app.schools.models import School
from app.sealing import keyed_hash
from app.students.cohorts import Certificate, Discrepancy, LockPostponement
from app.students.contests import Contest
from app.students.issued import Photo, Proof
from app.students.models import (
    Archive,
    Change,
    Directive,
    Enrolment,
    NumberKind,
    Sex,
    Standing,
    Student,
    StudentNumber,
    Suspension,
)
from app.students.rules import UnknownChild


def child_by_number(main_number: str, name: str) -> Student:
    """One child anywhere in the province, by number and name together. Raises UnknownChild for either fault."""
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(Student.main_number_hash == keyed_hash(main_number.upper()))
        .options(selectinload(Student.enrolments), joinedload(Student.archive))
    )
    student = kept_record(student)
    if student is None or student.name != name:
        raise UnknownChild(field="main_number")
    return student


def kept_record(student: Student | None) -> Student | None:
    """The record into which this one was merged, or itself."""
    while student is not None and student.merged_into_id is not None:
        student = db.session.get(Student, student.merged_into_id)
    return student


def known_by(main_number: str) -> Student | None:
    """Whoever bears this main number in the province, or once did (省库检索); None for nobody."""
    number_hash = keyed_hash(main_number.upper())
    former = sa.select(StudentNumber.student_id).where(
        StudentNumber.kind == NumberKind.FORMER_MAIN, StudentNumber.value == number_hash
    )
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(sa.or_(Student.main_number_hash == number_hash, Student.id.in_(former)))
        .options(selectinload(Student.enrolments), joinedload(Student.archive).joinedload(Archive.custodian))
        .order_by(Student.main_number_hash != number_hash)
        .limit(1)
    )
    return kept_record(student)


def namesakes_of(name: str, sex: str, born_on: str) -> Sequence[Student]:
    """Children of the same name, sex and birth date: perhaps the same child under another number."""
    return db.session.scalars(
        sa.select(Student)
        .where(Student.name == name, Student.sex == Sex(sex), Student.born_on == dt.date.fromisoformat(born_on))
        .options(selectinload(Student.enrolments))
        .order_by(Student.id)
    ).all()


def keeps(actor: Actor, student: Student) -> bool:
    """True for the school that keeps the child and the bureaus above it: they see the whole record."""
    keeper = keeper_of(student)
    return keeper is not None and actor.answers_for(keeper.path)


def keeper_of(student: Student) -> Office | None:
    """The school where the child is enrolled, else whoever keeps the archive."""
    enrolment = student.open_enrolment
    if enrolment is not None:
        return enrolment.school.office
    return student.archive.custodian if student.archive else None


def student_for(actor: Actor, student_id: int) -> Student:
    """One student inside the actor's jurisdiction: kept there now, or once enrolled there. Raises Missing."""
    student = db.session.get(
        Student,
        student_id,
        options=[
            selectinload(Student.enrolments),
            selectinload(Student.numbers),
            joinedload(Student.archive).joinedload(Archive.custodian),
        ],
    )
    if student is None:
        raise Missing()
    paths = [each.school.office.path for each in student.enrolments]
    paths += [student.archive.custodian.path] if student.archive else []
    if not any(actor.answers_for(path) for path in paths):
        raise Missing()
    return student


def student_kept(actor: Actor, student_id: int) -> Student:
    """A student that the actor's office keeps, or answers for the keeper of, below the province. Raises Missing."""
    student = student_for(actor, student_id)
    if not keeps(actor, student) or actor.office_kind == "province":
        raise Missing()
    return student


def suspensions_of(student_id: int) -> Sequence[Suspension]:
    """The certified intervals of a child's suspensions, in order."""
    return db.session.scalars(
        sa.select(Suspension).where(Suspension.student_id == student_id).order_by(Suspension.id)
    ).all()


def certificate_of_suspension(case_id: int) -> str | None:
    """The number of the certificate that a case has led to."""
    number: str | None = db.session.scalar(sa.select(Suspension.certificate).where(Suspension.case_id == case_id))
    return number


def photo_of(student_id: int) -> Photo | None:
    """The row of a child's photo."""
    return db.session.get(Photo, student_id)


def proofs_of(student_id: int) -> Sequence[Proof]:
    """The proofs of enrolment that were issued for a child, the newest first."""
    return db.session.scalars(
        sa.select(Proof).where(Proof.student_id == student_id).order_by(Proof.id.desc()).limit(20)
    ).all()


def students_of(
    actor: Actor,
    *,
    school: str | None = None,
    grade: str | None = None,
    standing: str | None = None,
    name: str | None = None,
    after: int = 0,
    limit: int = 20,
) -> Sequence[Student]:
    """Students with an enrolment inside the actor's jurisdiction, by id, after the given one; open ones by default."""
    query = (
        sa.select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(inside(actor), Student.id > after)
        .options(selectinload(Student.enrolments).joinedload(Enrolment.school).joinedload(School.office))
        .options(joinedload(Student.archive))
        .order_by(Student.id)
        .limit(limit)
    )
    query = (
        query.where(Enrolment.standing == Standing(standing)) if standing else query.where(Enrolment.ends_on.is_(None))
    )
    if school:
        query = query.where(Office.code == school)
    if grade:
        query = query.where(Enrolment.grade == grade)
    if name:
        query = query.where(Student.name == name)
    return db.session.scalars(query).unique().all()


def open_contest_of(student_id: int, *, for_update: bool = False) -> Contest | None:
    """The doubt about this record that nobody has settled yet."""
    query = sa.select(Contest).where(
        Contest.cleared_at.is_(None), sa.or_(Contest.student_id == student_id, Contest.other_id == student_id)
    )
    query = query.order_by(Contest.id).limit(1)
    contest: Contest | None = db.session.scalar(query.with_for_update() if for_update else query)
    return contest


def contests_for(actor: Actor, *, after: int = 0, limit: int = 20) -> Sequence[Contest]:
    """Open contests of children inside the actor's jurisdiction, the oldest first."""
    keeper = sa.orm.aliased(Office)
    mine = (
        sa.select(Archive.student_id).join(keeper, keeper.id == Archive.custodian_id).where(inside(actor, keeper.path))
    )
    return db.session.scalars(
        sa.select(Contest)
        .where(Contest.cleared_at.is_(None), Contest.id > after)
        .where(sa.or_(Contest.student_id.in_(mine), Contest.other_id.in_(mine)))
        .options(joinedload(Contest.student), joinedload(Contest.other), joinedload(Contest.marked_by))
        .order_by(Contest.id)
        .limit(limit)
    ).all()


def changes_of(student_id: int, *, after: int = 0) -> Sequence[Change]:
    """The child's changes, oldest first, each with what took it back."""
    return db.session.scalars(
        sa.select(Change)
        .where(Change.student_id == student_id, Change.id > after)
        .options(selectinload(Change.reversed_by))
        .order_by(Change.id)
    ).all()


def changes_after(change: Change) -> Sequence[Change]:
    """The child's changes that came after this one, oldest first."""
    return changes_of(change.student_id, after=change.id)


def directives_for(
    actor: Actor, *, student: int | None = None, status: str | None = None, after: int = 0, limit: int = 20
) -> Sequence[Directive]:
    """Directives issued by, or made out to, an office inside the actor's jurisdiction."""
    issuer, target = sa.orm.aliased(Office), sa.orm.aliased(Office)
    query = (
        sa.select(Directive)
        .join(issuer, issuer.id == Directive.issuer_id)
        .join(target, target.id == Directive.to_school_id)
        .where(sa.or_(inside(actor, issuer.path), inside(actor, target.path)), Directive.id > after)
        .order_by(Directive.id)
        .limit(limit)
    )
    if student is not None:
        query = query.where(Directive.student_id == student)
    if status:
        query = query.where(Directive.status == status)
    return db.session.scalars(query).unique().all()


def directive_of(case_id: int) -> Directive | None:
    """The newest directive issued under a case."""
    directive: Directive | None = db.session.scalar(
        sa.select(Directive).where(Directive.case_id == case_id).order_by(Directive.id.desc()).limit(1)
    )
    return directive


def directive_by_number(number: str) -> Directive | None:
    """A directive by its ASCII number."""
    directive: Directive | None = db.session.scalar(sa.select(Directive).where(Directive.number == number))
    return directive


def certificates_of(student: Student) -> Sequence[Certificate]:
    """Certificates of graduation, completion or leaving, the oldest first."""
    return db.session.scalars(
        sa.select(Certificate).where(Certificate.student_id == student.id).order_by(Certificate.id)
    ).all()


def discrepancies_for(
    actor: Actor, *, everything: bool = False, after: int = 0, limit: int = 20
) -> Sequence[Discrepancy]:
    """Discrepancies of the schools the actor answers for, by id after the given one; only the open ones unless told."""
    query = _discrepancies(actor).where(Discrepancy.id > after).order_by(Discrepancy.id).limit(limit)
    if not everything:
        query = query.where(Discrepancy.settled_at.is_(None))
    return db.session.scalars(query).all()


def discrepancy_for(actor: Actor, discrepancy_id: int) -> Discrepancy:
    """One of them. Raises Missing."""
    found: Discrepancy | None = db.session.scalar(_discrepancies(actor).where(Discrepancy.id == discrepancy_id))
    if found is None:
        raise Missing()
    return found


def _discrepancies(actor: Actor) -> sa.Select[Discrepancy]:
    return (
        sa.select(Discrepancy)
        .join(Office, Office.id == Discrepancy.school_id)
        .where(inside(actor))
        .options(joinedload(Discrepancy.school))
    )


def locked_since(entry_year: int) -> dt.datetime:
    """When the data of that cohort close, or closed: 30 September 24:00 unless the province has postponed it."""
    postponed: dt.datetime | None = db.session.scalar(
        sa.select(LockPostponement.locks_at)
        .where(LockPostponement.entry_year == entry_year)
        .order_by(LockPostponement.id.desc())
        .limit(1)
    )
    return postponed or clock.locked_since(entry_year)


def running_suspensions(by: dt.date) -> sa.Select[Suspension]:
    """Suspensions that run and whose last certified interval ends by that day: a renewal takes its place."""
    later = sa.orm.aliased(Suspension)
    renewed = sa.select(later.id).where(
        later.enrolment_id == Suspension.enrolment_id, later.ends_on > Suspension.ends_on
    )
    return sa.select(Suspension).where(Suspension.ended_on.is_(None), Suspension.ends_on <= by, ~renewed.exists())
