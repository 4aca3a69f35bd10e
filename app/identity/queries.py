"""Who is signed in, and which posts they hold."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app import clock
from app.audit import EVENTS
from app.database import db, execute
from app.identity.models import Post, SignIn, User
from app.identity.rules import IDLE, LOCK_AFTER, LOCKED_FOR, WINDOW


def digest(secret: str) -> str:
    """What of a session's secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signed_in(secret: str) -> tuple[SignIn, list[Post]] | None:
    """The living session of that secret with the posts held today, in one statement; None when it is over."""
    today, now = clock.today(), clock.now()
    held = sa.and_(
        Post.user_id == SignIn.user_id, Post.starts_on <= today, sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)
    )
    rows = db.session.execute(
        sa.select(SignIn, Post)
        .join(SignIn.user)
        .outerjoin(Post, held)
        .where(SignIn.secret_hash == digest(secret), SignIn.ended_at.is_(None), User.enabled)
        .options(contains_eager(SignIn.user))
        .order_by(Post.id)
    ).all()
    if not rows:
        return None
    session = rows[0][0]
    if session.expires_at <= now or session.seen_at + IDLE <= now:
        return None
    return session, [row[1] for row in rows if row[1] is not None]


def user_by_name(username: str) -> User | None:
    user: User | None = db.session.scalar(sa.select(User).where(User.username == username))
    return user


def strangers_failures(subject: str, now: dt.datetime) -> tuple[int, dt.datetime | None]:
    """For a name that nobody has: the wrong passwords that count now, and until when it was locked last."""
    latest = (
        sa.select(EVENTS.c.verb, EVENTS.c.at)
        .where(EVENTS.c.subject == subject, EVENTS.c.at > now - LOCKED_FOR)
        .order_by(EVENTS.c.at.desc(), EVENTS.c.place.desc())
        .limit(LOCK_AFTER)
    )
    failures = 0
    for verb, at in execute(latest):
        if verb == "identity/lock":
            return failures, at + LOCKED_FOR
        failures += at > now - WINDOW
    return failures, None


def demo_users() -> Sequence[User]:
    """Accounts whose password everybody knows; none outside a demonstration."""
    wanted = ("330000.%", "330106.%", "330212.%", "2133010601.%", "2133021201.%")
    condition = sa.or_(*(User.username.like(pattern) for pattern in wanted))
    return db.session.scalars(sa.select(User).where(User.is_demo, condition).order_by(User.id).limit(30)).all()
