"""Reads of the record, each within somebody's jurisdiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.divisions.rules.provinces import PROVINCES
from app.encryption import keyed_hash
from app.errors import Missing
from app.students.models import (
    CHANGE_NAMES,
    Archive,
    Change,
    Enrolment,
    NumberKind,
    Sex,
    Student,
    StudentNumber,
    Suspension,
)
from app.students.models.cohorts import Certificate, Discrepancy, LockPostponement
from app.students.models.issued import Photo, Proof
from app.students.rules import UnknownChild
from app.students.rules.locks import earliest_lock
from app.web import canonical


def child_by_number(main_number: str, name: str) -> Student:
    """One child anywhere in the province, by number and name together. Raises UnknownChild for either fault."""
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(Student.main_number_hash == keyed_hash(canonical.identity_number(main_number)))
        .options(selectinload(Student.enrolments), joinedload(Student.archive))
    )
    student = kept_record(student)
    if student is None or not canonical.same_name(student.name, name):
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
        StudentNumber.kind == NumberKind.FORMER_MAIN, StudentNumber.number_hash == number_hash
    )
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(sa.or_(Student.main_number_hash == number_hash, Student.id.in_(former)))
        .options(selectinload(Student.enrolments), joinedload(Student.archive).joinedload(Archive.custodian))
        .order_by(Student.main_number_hash != number_hash)
        .limit(1)
    )
    return kept_record(student)


def known_by_document(document_hash: str) -> Student | None:
    """Whoever bears the document with this keyed hash (of its type and number) in the province; None for nobody."""
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(Student.document_hash == document_hash)
        .options(selectinload(Student.enrolments), joinedload(Student.archive).joinedload(Archive.custodian))
    )
    return kept_record(student)


def known_by_national(number: str) -> Student | None:
    """Whoever bears this national number (全国学籍号) in the province, or once did; None for nobody."""
    bearer = sa.select(StudentNumber.student_id).where(
        StudentNumber.kind == NumberKind.NATIONAL, StudentNumber.number_hash == keyed_hash(number)
    )
    student: Student | None = db.session.scalar(
        sa.select(Student)
        .where(Student.id.in_(bearer))
        .options(selectinload(Student.enrolments), joinedload(Student.archive).joinedload(Archive.custodian))
    )
    return kept_record(student)


def namesakes_of(name: str, sex: str, born_on: str) -> Sequence[Student]:
    """Children of the same name, sex and birth date: perhaps the same child under another number."""
    return db.session.scalars(
        sa.select(Student)
        .where(
            Student.name == canonical.name(name),
            Student.sex == Sex(sex),
            Student.born_on == dt.date.fromisoformat(born_on),
        )
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


def custody_of(student: Student) -> str:
    """Who keeps the archive, in words: the office, or the province it has gone to while the office keeps a copy."""
    archive = student.archive
    if archive is None:
        return "—"
    name = archive.custodian.name
    return f"{PROVINCES[archive.left_to]}（已转出，{name}留存电子副本）" if archive.left_to else name


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
    if not may_see(actor, student):
        raise Missing()
    return student


def may_see(actor: Actor, student: Student) -> bool:
    """True when the record of the child opens for the actor."""
    paths = [each.school.office.path for each in student.enrolments]
    paths += [student.archive.custodian.path] if student.archive else []
    return any(actor.answers_for(path) for path in paths)


def opens_for(actor: Actor, student_id: int) -> bool:
    """The same of a child whose record is not read: one statement."""
    return any(actor.answers_for(path) for path in db.session.scalars(PATHS, {"student": student_id}))


_student: sa.BindParameter[int] = sa.bindparam("student")
#: built once, the offices of `may_see`: a school has its office's id
PATHS = sa.union(
    sa.select(Office.path).join(Enrolment, Enrolment.school_id == Office.id).where(Enrolment.student_id == _student),
    sa.select(Office.path).join(Archive, Archive.custodian_id == Office.id).where(Archive.student_id == _student),
)


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


def count_enrolments_under(case_id: int) -> int:
    """How many enrolments a case has opened."""
    return db.session.scalar(sa.select(sa.func.count()).where(Enrolment.case_id == case_id)) or 0


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


def changes_of(student_id: int, *, after: int = 0) -> Sequence[Change]:
    """The child's changes, oldest first, each with what took it back."""
    return db.session.scalars(
        sa.select(Change)
        .where(Change.student_id == student_id, Change.id > after)
        .options(selectinload(Change.reversed_by))
        .order_by(Change.id)
    ).all()


def reversed_on(case_id: int, student_id: int) -> dt.date | None:
    """The day on which what a case changed of the child was taken back (反向更正); None while it holds."""
    return next(
        (
            each.reversed_by.effective_on
            for each in changes_of(student_id)
            if each.case_id == case_id and each.reversed_by
        ),
        None,
    )


def restored_since(student_id: int, at: dt.datetime, fields: Collection[str]) -> bool:
    """True when a change that held at that moment, and gave one of these fields its value, was taken back since."""
    return any(
        each.recorded_at <= at < each.reversed_by.recorded_at and not set(each.after).isdisjoint(fields)
        for each in changes_of(student_id)
        if each.reversed_by
    )


def changes_after(change: Change) -> Sequence[Change]:
    """The child's changes that came after this one, oldest first."""
    return changes_of(change.student_id, after=change.id)


def last_change_of_standing(student_id: int, epoch: int) -> tuple[dt.date, str] | None:
    """From when the child's present standing in that enrolment holds, with the name of what led to it.

    What was taken back does not count, nor does what took it back; what lies ahead counts from its record.
    """
    taken_back = sa.orm.aliased(Change)
    entries = db.session.execute(
        sa.select(Change.effective_on, Change.recorded_at, Change.code, Change.after)
        .where(Change.student_id == student_id, Change.epoch == epoch, Change.reverses_id.is_(None))
        .where(~sa.exists().where(taken_back.reverses_id == Change.id))
        .order_by(Change.id.desc())
    )
    for effective_on, recorded_at, code, after in entries:
        if "standing" in after:
            return min(effective_on, clock.local(recorded_at).date()), CHANGE_NAMES.get(code, code)
    return None


def certificates_of(student: Student, *, revoked: bool = False) -> Sequence[Certificate]:
    """Certificates of graduation, completion or leaving, the oldest first; with revoked ones when asked for them."""
    query = sa.select(Certificate).where(Certificate.student_id == student.id).order_by(Certificate.id)
    return db.session.scalars(query if revoked else query.where(Certificate.revoked_case_id.is_(None))).all()


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
    return postponed or earliest_lock(entry_year)


def running_suspensions(by: dt.date) -> sa.Select[Suspension]:
    """Suspensions that run and whose last certified interval ends by that day: a renewal takes its place."""
    later = sa.orm.aliased(Suspension)
    renewed = sa.select(later.id).where(
        later.enrolment_id == Suspension.enrolment_id, later.ends_on > Suspension.ends_on
    )
    return sa.select(Suspension).where(Suspension.ended_on.is_(None), Suspension.ends_on <= by, ~renewed.exists())
