"""查找学生: one search by part of a name, its first letters, or a complete number, within one's jurisdiction."""

from __future__ import annotations

import heapq
import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.access import Actor
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.encryption import keyed_hash
from app.schools.models import School
from app.students.models import Archive, Enrolment, NumberKind, Standing, Student, StudentNumber
from app.students.models.names import reads
from app.students.rules.documents import OTHER_DOCUMENTS, plain_number
from app.students.rules.sealed_numbers import document_hash
from app.web import canonical

DOCUMENT = re.compile(r"[A-Z0-9]{5,20}")  # a document's number may have its letters anywhere (domain.md 4.2)
SCHOOLS = 50  # schools whose name holds what was typed


def students_of(
    actor: Actor,
    *,
    q: str | None = None,
    name: str | None = None,
    school: str | None = None,
    grade: str | None = None,
    standing: str | None = None,
    after: int = 0,
    limit: int = 20,
) -> Sequence[Student]:
    """Children whom the actor's office answers for, by id, after the given one.

    Those enrolled at a school within the jurisdiction, and those who are enrolled nowhere any more and whose archive is
    kept within it (graduates, say). With a standing, whoever had it at one of these schools.

    q -- part of the name, its first letters, or a complete number; name -- the whole name; school -- its code
    """
    here, kept = _enrolled(actor, standing), _kept(actor)
    if standing:
        kept = kept.where(Enrolment.standing == Standing(standing))
    queries = []
    for query in (here, kept):
        if q:
            query = query.where(matching(q))
        if name:
            query = query.where(Student.name == canonical.name(name))
        if school:
            query = query.where(Enrolment.school_id.in_(_schools(actor, school)))
        if grade:
            query = query.where(Enrolment.grade == grade)
        queries.append(query.where(Student.id > after).order_by(Student.id).limit(limit))
    # asked apart: a condition with OR over two offices would read a whole jurisdiction for one page
    found = (db.session.scalars(query).unique().all() for query in queries)
    merged = {each.id: each for each in heapq.merge(*found, key=lambda each: each.id)}
    return list(merged.values())[:limit]


def _children() -> sa.Select[Student]:
    return (
        sa.select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .options(selectinload(Student.enrolments).joinedload(Enrolment.school).joinedload(School.office))
        .options(joinedload(Student.archive))
    )


def _enrolled(actor: Actor, standing: str | None) -> sa.Select[Student]:
    """Children at a school of the jurisdiction; with a standing, also those who had it there."""
    query = _children().join(Office, Office.id == Enrolment.school_id).where(inside(actor))
    if standing:
        return query.where(Enrolment.standing == Standing(standing))
    return query.where(Enrolment.ends_on.is_(None))


def _kept(actor: Actor) -> sa.Select[Student]:
    """Children who are enrolled nowhere and whose archive is kept within the jurisdiction, by their last enrolment."""
    later = aliased(Enrolment)
    newer = sa.select(later.id).where(later.student_id == Enrolment.student_id, later.epoch > Enrolment.epoch)
    return (
        _children()
        .join(Archive, Archive.student_id == Student.id)
        .join(Office, Office.id == Archive.custodian_id)
        .where(inside(actor), Enrolment.ends_on.is_not(None), ~newer.exists())
    )


def _schools(actor: Actor, typed: str) -> sa.Select[int]:
    """Schools by their code, or by part of their name; those from which a kept archive came may lie elsewhere."""
    named = Office.name.contains(typed, autoescape=True)
    return (
        sa.select(Office.id)
        .where(Office.kind == OfficeKind.SCHOOL, sa.or_(Office.code == typed, sa.and_(inside(actor), named)))
        .limit(SCHOOLS)
    )


def matching(typed: str) -> sa.ColumnElement[bool]:
    """The condition that a child bears this complete number, or that its name reads so; no name holds a digit."""
    number = canonical.code(typed)
    if any(each.isdigit() for each in number):
        return Student.id.in_(bearers_of(number))
    bearers = bearers_of(number) if DOCUMENT.fullmatch(plain_number(number)) else []
    return sa.or_(Student.id.in_(bearers), reads(typed)) if bearers else reads(typed)


def bearers_of(number: str) -> Sequence[int]:
    """Whose number this is: the main one, an earlier one, or one beside it; sealed ones are found by their keyed hash.

    Found first, for they are few: as a part of a larger condition they would be looked for in every row.
    """
    typed, number = number, canonical.identity_number(number)
    hashes = [keyed_hash(number), *([keyed_hash(number[1:])] if number.startswith("G") else [])]
    beside = sa.select(StudentNumber.student_id).where(  # every kind, so that the indexes on kind and number serve
        StudentNumber.kind.in_(list(NumberKind)), StudentNumber.student_id.is_not(None)
    )
    in_clear = beside.where(StudentNumber.value == number)
    sealed = beside.where(StudentNumber.number_hash.in_(hashes))
    main = sa.select(Student.id).where(Student.main_number_hash.in_(hashes))
    documents = [document_hash({"document_type": kind, "document_number": typed}) for kind in OTHER_DOCUMENTS]
    document = sa.select(Student.id).where(Student.document_hash.in_(documents))
    return db.session.scalars(main.union(document, in_clear, sealed)).all()
