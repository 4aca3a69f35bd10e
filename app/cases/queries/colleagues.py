"""Who works at an office: to whom a task may be handed over, who may be asked about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.database import db
from app.identity.models import Delegation, Duty, Post, User

MOST_COLLEAGUES = 200  # of one office and duty that are offered
DUTIES = (Duty.OPERATOR, Duty.APPROVER)
ON_LEAVE = (Delegation.leave, Delegation.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of an office with what they do there; nothing else of them is read."""

    id: int
    name: str
    username: str
    duties: frozenset[str]


def colleagues_at(office_id: int) -> Sequence[Colleague]:
    """Who is an operator or an approver of that office today, by name; nobody who is on leave."""
    today = clock.today()
    held = Post.office_id == office_id, Post.duty.in_(DUTIES), Post.starts_on <= today
    lasts = sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)
    asked = sa.select(User.id, User.name, User.username, Post.duty).join(Post, Post.user_id == User.id)
    away = sa.exists().where(Delegation.post_id == Post.id, *ON_LEAVE, Delegation.starts_on <= today)
    at_work = sa.not_(away.where(Delegation.ends_on >= today))
    ordered = asked.where(*held, lasts, User.enabled, at_work).order_by(User.name, User.id)
    found: dict[tuple[int, str, str], set[str]] = {}
    for user_id, name, username, duty in db.session.execute(ordered.limit(MOST_COLLEAGUES * len(DUTIES))):
        found.setdefault((user_id, name, username), set()).add(duty)
    return [Colleague(*who, frozenset(duties)) for who, duties in found.items()]


def people_at(desks: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[Colleague]]:
    """Who holds these duties at these offices today, each desk's people by name: office and duty to people."""
    found: dict[tuple[int, str], list[Colleague]] = {desk: [] for desk in desks}
    if not desks:
        return found
    today = clock.today()
    lasts = sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)
    wanted = sa.tuple_(Post.office_id, Post.duty).in_([(office, Duty(duty)) for office, duty in desks])
    asked = sa.select(Post.office_id, Post.duty, User.id, User.name, User.username).join(User, User.id == Post.user_id)
    rows = asked.where(wanted, Post.starts_on <= today, lasts, User.enabled).order_by(User.name, User.id)
    for row in db.session.execute(rows.limit(MOST_COLLEAGUES)):
        people = found[row.office_id, row.duty.value]
        if all(each.id != row.id for each in people):
            people.append(Colleague(row.id, row.name, row.username, frozenset({row.duty})))
    return found
