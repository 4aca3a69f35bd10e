"""查找学生: one search by part of a name, its first letters, or a complete number, within one's jurisdiction."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.access import Actor
from app.database import db, table
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.encryption import keyed_hash
from app.schools.models import School
from app.students.models import Enrolment, NumberKind, Standing, Student, StudentNumber
from app.students.models.kept import KeptStudent
from app.students.models.names import NamePart, range_of
from app.students.queries.lookups import are_few, look_up, looks_up
from app.students.rules.documents import OTHER_DOCUMENTS, plain_number
from app.students.rules.sealed_numbers import document_hash
from app.web import canonical

DOCUMENT = re.compile(r"[A-Z0-9]{5,20}")  # a document's number may have its letters anywhere (domain.md 4.2)
SCHOOLS = 50  # schools whose name holds what was typed
Place = tuple[int, int]  # office and child


@dataclass(frozen=True)
class Listed:
    """One line of a list of children, and by which office it is there: its place in the list."""

    office_id: int
    student: Student

    @property
    def place(self) -> Place:
        return self.office_id, self.student.id


def students_of(actor: Actor, **wanted: Any) -> list[Student]:
    """The children of one page of `students_listed`."""
    return [each.student for each in students_listed(actor, **wanted)]


def students_listed(
    actor: Actor,
    *,
    q: str | None = None,
    name: str | None = None,
    school: str | None = None,
    grade: str | None = None,
    standing: str | None = None,
    after: Place | None = None,
    limit: int = 20,
) -> list[Listed]:
    """Children whom the actor's office answers for, school by school, after the given place.

    Those enrolled at a school within the jurisdiction, and those who are enrolled nowhere any more and whose archive is
    kept within it (graduates, say), with its keeper. With a standing, whoever had it at one of these schools.

    q -- part of the name, its first letters, or a complete number; name -- the whole name; school -- its code
    """
    schools = list(db.session.scalars(_schools(actor, school))) if school else None
    wanted = _Wanted(actor, _named(q, name), schools, grade, Standing(standing) if standing else None, after, limit)
    # asked apart: a condition with OR over two offices would read a whole jurisdiction for one page
    places = list(heapq.merge(wanted.enrolled(), wanted.kept()))[:limit]
    children = {
        each.id: each
        for each in db.session.scalars(
            sa.select(Student)
            .where(Student.id.in_([student_id for _office, student_id in places]))
            .options(selectinload(Student.enrolments).joinedload(Enrolment.school).joinedload(School.office))
            .options(joinedload(Student.archive))
        )
    }
    return [Listed(office_id, children[student_id]) for office_id, student_id in places]


@dataclass(frozen=True)
class _Named:
    """Which children are meant: `few` are looked up one by one, else `condition` is asked of each line's child."""

    few: sa.Select[Any] | None = None
    condition: Callable[[Any], sa.ColumnElement[bool]] | None = None


def _named(q: str | None, name: str | None) -> list[_Named]:
    named = [_reading(q)] if q else []
    if name:
        whole = sa.select(Student.id).where(Student.name == canonical.name(name))
        named.append(_Named(few=whole, condition=lambda child: child.in_(whole)))
    return named


def _reading(typed: str) -> _Named:
    """Whoever bears this complete number, or whose name reads so; no name holds a digit."""
    number = canonical.code(typed)
    digits = any(each.isdigit() for each in number)
    bearers = bearers_of(number) if digits or DOCUMENT.fullmatch(plain_number(number)) else []
    part = range_of(typed)
    reading = sa.select(NamePart.student_id).where(part)
    found = sa.select(Student.id).where(Student.id.in_(bearers))
    if digits:
        return _Named(found, lambda child: child.in_(bearers))
    if are_few(reading):
        few = sa.select(found.union(reading).subquery()) if bearers else reading
        return _Named(few, lambda child: child.in_(few))

    def reads(child: Any) -> sa.ColumnElement[bool]:
        one = sa.select(sa.literal(1)).where(NamePart.student_id == child, part).limit(1)
        is_read = one.correlate_except(NamePart).scalar_subquery().is_not(None)
        return sa.or_(child.in_(bearers), is_read) if bearers else is_read

    return _Named(condition=reads)


@dataclass(frozen=True)
class _Wanted:
    """One page of children: where its two halves are read."""

    actor: Actor
    named: list[_Named]
    schools: list[int] | None
    grade: str | None
    standing: Standing | None
    after: Place | None
    limit: int

    def enrolled(self) -> list[Place]:
        """Children at a school of the jurisdiction; with a standing, also those who had it there, each once."""
        row = table(Enrolment).alias("mine").c
        conditions = [*self._of(row), row.ends_on.is_(None)]
        if self.standing:
            other = table(Enrolment).alias("other").c
            before = sa.tuple_(other.school_id, other.epoch) < sa.tuple_(row.school_id, row.epoch)
            same = [other.student_id == row.student_id, before, *self._of(other)]
            conditions = [*self._of(row), ~sa.exists().where(*same, self._is_inside(other.school_id))]
        return self._page(row.school_id, row.student_id, conditions, self.schools)

    def kept(self) -> list[Place]:
        """Children who are enrolled nowhere and whose archive is kept within the jurisdiction.

        With a standing not those whose last school lies within it: they are among the enrolled.
        """
        row = table(KeptStudent).alias("mine").c
        conditions = self._of(row)
        if self.standing:
            conditions.append(~self._is_inside(row.school_id))
        return self._page(row.custodian_id, row.student_id, conditions)

    def _of(self, row: Any) -> list[Any]:
        """What is asked of an enrolment, the present or the last."""
        conditions = []
        if self.schools is not None:
            conditions.append(row.school_id.in_(self.schools))
        if self.grade:
            conditions.append(row.grade == self.grade)
        if self.standing:
            conditions.append(row.standing == self.standing)
        return conditions

    def _is_inside(self, office_id: Any) -> sa.ColumnElement[bool]:
        office = sa.orm.aliased(Office)
        return sa.exists().where(office.id == office_id, inside(self.actor, office.path))

    def _page(
        self, office_id: Any, student_id: Any, conditions: list[Any], only: list[int] | None = None
    ) -> list[Place]:
        """The first places of a half: an office after the other, or, where few children are meant, these.

        only -- ids of the offices, where the others need not be asked
        """
        driving = next((each.few for each in self.named if each.few is not None), None)
        others = [each for each in self.named if each.few is not driving or driving is None]
        conditions = [*conditions, *(each.condition(student_id) for each in others if each.condition)]
        if self.after:
            conditions.append(sa.tuple_(office_id, student_id) > sa.tuple_(*map(sa.literal, self.after)))
        offices = sa.select(Office.id).where(inside(self.actor))
        if only is not None:
            offices = offices.where(Office.id.in_(only))
        if self.after:
            offices = offices.where(Office.id >= self.after[0])
        rows = sa.select(office_id.label("office_id"), student_id.label("student_id")).where(*conditions)
        if driving is not None:
            rows = rows.where(office_id.in_(offices))
            if looks_up():
                lines: Any = look_up(driving, lambda child: rows.where(student_id == child))
            else:
                lines = rows.where(student_id.in_(driving)).subquery()
        elif looks_up():
            one = offices.order_by(Office.id).offset(0).subquery()
            in_one = rows.where(office_id == one.c.id).order_by(student_id).limit(self.limit).lateral()
            ordered = sa.select(one.c.id, in_one.c.student_id).select_from(one.join(in_one, sa.true()))
            return _places(ordered.order_by(one.c.id, in_one.c.student_id).limit(self.limit))
        else:
            lines = rows.where(office_id.in_(offices)).subquery()
        return _places(sa.select(lines).order_by(lines.c.office_id, lines.c.student_id).limit(self.limit))


def _places(query: sa.Select[Any]) -> list[Place]:
    return [(office_id, student_id) for office_id, student_id in db.session.execute(query)]


def _schools(actor: Actor, typed: str) -> sa.Select[int]:
    """Schools by their code, or by part of their name; those from which a kept archive came may lie elsewhere."""
    named = Office.name.contains(typed, autoescape=True)
    return (
        sa.select(Office.id)
        .where(Office.kind == OfficeKind.SCHOOL, sa.or_(Office.code == typed, sa.and_(inside(actor), named)))
        .limit(SCHOOLS)
    )


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
