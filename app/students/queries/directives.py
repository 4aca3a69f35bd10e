"""Reads of 调档 directives: those a caller may see, the one of a case, one by its number."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.errors import Missing
from app.students.models import Directive


def directives_for(
    actor: Actor, *, student: int | None = None, status: str | None = None, after: int = 0, limit: int = 20
) -> Sequence[Directive]:
    """Directives to which an office of the actor's jurisdiction is a party, in the order of their issue."""
    query = _seen_by(actor).where(Directive.id > after).order_by(Directive.id).limit(limit)
    if student is not None:
        query = query.where(Directive.student_id == student)
    if status:
        query = query.where(Directive.status == status)
    return db.session.scalars(query).unique().all()


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

    def within(office: type[Office]) -> sa.ColumnElement[bool]:
        if actor.office_kind != OfficeKind.PROVINCE.value:
            return inside(actor, office.path)
        of_its_own = sa.and_(office.kind == OfficeKind.SCHOOL, office.superior_id == actor.office_id)
        return sa.or_(office.id == actor.office_id, of_its_own)

    return (
        sa.select(Directive)
        .join(issuer, issuer.id == Directive.issuer_id)
        .join(source, source.id == Directive.from_office_id)
        .join(target, target.id == Directive.to_school_id)
        .where(sa.or_(*(within(each) for each in (issuer, source, target))))
    )


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
