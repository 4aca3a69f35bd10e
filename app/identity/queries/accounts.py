"""Accounts as a security administrator sees them: those that hold a post within the jurisdiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app import clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.errors import Missing
from app.identity.models import FailedSignIn, Post, SignIn, User
from app.identity.rules import LOCKED_FOR
from app.web.formatting import MOST_COUNTED


@dataclass(frozen=True)
class Account:
    """One account: whose, in which posts, whether it can sign in now, and when somebody last did."""

    id: int
    username: str
    name: str
    posts: Sequence[Post]
    enabled: bool
    locked_until: dt.datetime | None  # at one place at least
    seen_at: dt.datetime | None


def accounts(actor: Actor, *, q: str = "", locked: bool = False, after: int = 0, limit: int = 50) -> list[Account]:
    """Accounts within the actor's jurisdiction in the order of their making, after one; by the beginning of the sign-in
    name, or by the whole name. locked -- only those that are locked somewhere now"""
    asked = sa.select(User).where(User.id > after, _within(actor)).order_by(User.id).limit(limit)
    if q:
        asked = asked.where(sa.or_(User.username.startswith(q, autoescape=True), User.name == q))
    if locked:
        asked = asked.where(User.id.in_(_locked(clock.now())))
    found = db.session.scalars(asked.options(selectinload(User.posts))).all()
    until, seen = _locked_until([each.id for each in found]), _seen([each.id for each in found])
    today = clock.today()
    return [
        Account(
            each.id,
            each.username,
            each.name,
            [post for post in each.posts if post.holds_on(today) and actor.answers_for(post.office.path)],
            each.enabled,
            until.get(each.id),
            seen.get(each.id),
        )
        for each in found
    ]


def account_for(actor: Actor, user_id: int) -> User:
    """An account within the actor's jurisdiction. Raises Missing."""
    found: User | None = db.session.scalar(sa.select(User).where(User.id == user_id, _within(actor)))
    if found is None:
        raise Missing()
    return found


def count_locked(actor: Actor) -> int:
    """How many accounts of the jurisdiction are locked somewhere now, counted no further than MOST_COUNTED."""
    rows = sa.select(User.id).where(User.id.in_(_locked(clock.now())), _within(actor)).limit(MOST_COUNTED).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def _within(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that a user holds a post in the jurisdiction, held now or to come."""
    held = sa.or_(Post.ends_on.is_(None), Post.ends_on >= clock.today())
    return sa.exists().where(Post.user_id == User.id, held, Office.id == Post.office_id, inside(actor))


def _locked(now: dt.datetime) -> sa.Select[int | None]:
    since = now - LOCKED_FOR
    locks = (FailedSignIn.at > since, FailedSignIn.locks, FailedSignIn.counts, FailedSignIn.user_id.is_not(None))
    return sa.select(FailedSignIn.user_id).where(*locks)


def _locked_until(users: Sequence[int]) -> dict[int, dt.datetime]:
    last = sa.func.max(FailedSignIn.at, type_=FailedSignIn.at.type)
    asked = sa.select(FailedSignIn.user_id, last).where(
        FailedSignIn.user_id.in_(users), FailedSignIn.at > clock.now() - LOCKED_FOR, FailedSignIn.locks,
        FailedSignIn.counts,
    )  # fmt: skip
    return {user: at + LOCKED_FOR for user, at in db.session.execute(asked.group_by(FailedSignIn.user_id)) if user}


def _seen(users: Sequence[int]) -> dict[int, dt.datetime]:
    last = sa.func.max(SignIn.seen_at, type_=SignIn.seen_at.type)
    asked = sa.select(SignIn.user_id, last).where(SignIn.user_id.in_(users)).group_by(SignIn.user_id)
    return dict(db.session.execute(asked).all())
