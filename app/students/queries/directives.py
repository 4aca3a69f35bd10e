"""Reads of 调档 directives: those a caller may see, the one of a case, one by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.errors import Missing
from app.schools.models import School
from app.students.models import Directive, DirectiveStatus
from app.students.queries.lookups import looks_up

PARTIES = (Directive.issuer_id, Directive.from_office_id, Directive.to_school_id)
SHOWN = (joinedload(Directive.issuer), joinedload(Directive.to_school).joinedload(School.office))
#: built once: every page of a child asks it
OF_STUDENT = (
    sa.select(Directive)
    .where(Directive.student_id == sa.bindparam("student"), Directive.id > sa.bindparam("after"))
    .order_by(Directive.id)
    .options(*SHOWN, joinedload(Directive.from_office))
)


def directives_for(
    actor: Actor, *, student: int | None = None, status: str | None = None, after: int = 0, limit: int = 20
) -> Sequence[Directive]:
    """Directives to which an office of the actor's jurisdiction is a party, in the order of their issue."""
    if student is not None:
        return _of_student(actor, student, status, after)[:limit]
    conditions = [Directive.id > after]
    if status:
        issued: Any = sa.literal_column("'issued'")  # as the indexes say it
        conditions.append(Directive.status == (issued if status == DirectiveStatus.ISSUED.value else status))
    if looks_up():
        page = _first_of_parties(actor, conditions, limit).subquery()
        query = sa.select(Directive).join(page, page.c.id == Directive.id)
    else:
        query = _seen_by(actor).where(*conditions).limit(limit)
    return db.session.scalars(query.order_by(Directive.id).options(*SHOWN)).unique().all()


def _of_student(actor: Actor, student: int, status: str | None, after: int) -> list[Directive]:
    """The same of one child, whose directives are few: all of them are read, and those of others left out here."""
    return [
        each
        for each in db.session.scalars(OF_STUDENT, {"student": student, "after": after})
        if (not status or each.status == status) and any(_sees(actor, office) for office in _parties(each))
    ]


def _parties(directive: Directive) -> tuple[Office, Office, Office]:
    return directive.issuer, directive.from_office, directive.to_school.office


def _sees(actor: Actor, office: Office) -> bool:
    """What `_within` asks, of an office that was read."""
    if actor.office_kind != OfficeKind.PROVINCE.value:
        return actor.answers_for(office.path)
    of_its_own = office.kind is OfficeKind.SCHOOL and office.superior_id == actor.office_id
    return office.id == actor.office_id or of_its_own


def _first_of_parties(actor: Actor, conditions: list[Any], limit: int) -> sa.Select[Any]:
    """The ids of the first directives of many parties: a page holds those of so many at most, and their first ones.

    Each office of the jurisdiction is asked for its first one as issuer, as keeper and as receiver.
    """
    parties = []
    for party in PARTIES:
        office = sa.orm.aliased(Office)
        first = sa.select(Directive.id).where(party == office.id, *conditions).order_by(Directive.id)
        head = first.limit(1).correlate(office).lateral()
        heads = sa.select(office.id.label("office_id"), head.c.id).select_from(office).join(head, sa.true())
        few = heads.where(_within(actor, office)).order_by(head.c.id).limit(limit).subquery()
        mine = sa.select(Directive.id).where(party == few.c.office_id, *conditions).order_by(Directive.id)
        each = mine.limit(limit).correlate(few).lateral()
        parties.append(sa.select(each.c.id).select_from(few.join(each, sa.true())))
    found = sa.union(*parties).subquery()
    return sa.select(found.c.id).order_by(found.c.id).limit(limit)


def directive_for(actor: Actor, number: str) -> Directive:
    """The directive of that number, if the actor may see it. Raises Missing."""
    directive: Directive | None = db.session.scalar(_seen_by(actor).where(Directive.number == number))
    if directive is None:
        raise Missing()
    return directive


def _seen_by(actor: Actor) -> sa.Select[Directive]:
    """The parties see a directive, and who answers for them: whoever issued it, gives the archive, and may pull it.

    The province sees basic records; of a directive as of its case no more than where it is a party itself: by its own
    act, or for a school directly below it (domain.md, Decisions and 1.3).
    """
    issuer, source, target = (sa.orm.aliased(Office) for _ in range(3))
    return (
        sa.select(Directive)
        .join(issuer, issuer.id == Directive.issuer_id)
        .join(source, source.id == Directive.from_office_id)
        .join(target, target.id == Directive.to_school_id)
        .where(sa.or_(*(_within(actor, each) for each in (issuer, source, target))))
    )


def _within(actor: Actor, office: type[Office]) -> sa.ColumnElement[bool]:
    """The condition that what the office is a party to is the actor's to see."""
    if actor.office_kind != OfficeKind.PROVINCE.value:
        return inside(actor, office.path)
    of_its_own = sa.and_(office.kind == OfficeKind.SCHOOL, office.superior_id == actor.office_id)
    return sa.or_(office.id == actor.office_id, of_its_own)


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
