"""Who is signed in, and which posts they hold."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from app import clock
from app.database import db
from app.identity.models import Duty, FailedSignIn, KnownPlace, Post, SignIn, User
from app.identity.rules import CEILING_WINDOW, IDLE, KNOWN_FOR, LOCKED_FOR, NAMES_WINDOW, WINDOW
from app.web.sign_in_places import Place


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


def known_places(user: User | None, place: Place) -> frozenset[str]:
    """From which of this place's hashes the user has signed in: the address's, the browser's or the program's."""
    if user is None:
        return frozenset()
    asked = [each for each in (place.address_hash, place.device_hash, place.program_hash) if each]
    found = sa.select(KnownPlace.place_hash).where(
        KnownPlace.user_id == user.id,
        KnownPlace.place_hash.in_(asked),
        KnownPlace.seen_at > clock.now() - KNOWN_FOR,
    )
    return frozenset(db.session.scalars(found))


def is_known_mark(place: Place) -> bool:
    """True when somebody has signed in with this browser: its mark is ours."""
    if not place.device_hash:
        return False
    found = sa.select(KnownPlace.user_id).where(KnownPlace.place_hash == place.device_hash).limit(1)
    return db.session.scalar(found) is not None


def locked_until(name_hash: str, place: Place, known: frozenset[str], now: dt.datetime) -> dt.datetime | None:
    """Until when that pair of name and place is locked; None when it is not.

    A browser or a program that the owner has used locks by what came from it alone; an address also by what came from
    such a browser or program.
    """
    at = place.counted_at(known)
    latest = sa.select(sa.func.max(FailedSignIn.at)).where(
        FailedSignIn.name_hash == name_hash,
        FailedSignIn.address_hash == at if at == place.address_hash else FailedSignIn.place_hash == at,
        FailedSignIn.at > now - LOCKED_FOR,
        FailedSignIn.locks,
        FailedSignIn.counts,
    )
    locked_at = db.session.scalar(latest)
    return locked_at + LOCKED_FOR if locked_at else None


def failures_at(name_hash: str, place_hash: str, now: dt.datetime, within: dt.timedelta = WINDOW) -> int:
    """The wrong passwords for a name from one place that count now."""
    return _count(
        FailedSignIn.name_hash == name_hash, FailedSignIn.place_hash == place_hash, FailedSignIn.at > now - within
    )


def failures_of(name_hash: str, now: dt.datetime) -> int:
    """The wrong passwords for a name from all places that count now."""
    return _count(FailedSignIn.name_hash == name_hash, FailedSignIn.at > now - CEILING_WINDOW)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    found = sa.select(sa.func.count()).select_from(FailedSignIn).where(*conditions, FailedSignIn.counts)
    return db.session.scalar(found) or 0


def names_failed_from(address_hash: str, now: dt.datetime) -> int:
    """For how many names wrong passwords came from that address and were not followed by the right one."""
    found = sa.select(sa.func.count(FailedSignIn.name_hash.distinct())).where(
        FailedSignIn.address_hash == address_hash, FailedSignIn.at > now - NAMES_WINDOW, FailedSignIn.counts
    )
    return db.session.scalar(found) or 0


def untold_failures(user: User) -> Sequence[FailedSignIn]:
    """The wrong passwords for a user that the owner has not heard of, the latest first."""
    found = sa.select(FailedSignIn).where(FailedSignIn.user_id == user.id, FailedSignIn.told.is_(False))
    return db.session.scalars(found.order_by(FailedSignIn.at.desc(), FailedSignIn.id.desc())).all()


def recent_failures(user: User, limit: int = 20) -> Sequence[FailedSignIn]:
    """The latest wrong passwords for a user."""
    found = sa.select(FailedSignIn).where(FailedSignIn.user_id == user.id)
    return db.session.scalars(found.order_by(FailedSignIn.at.desc(), FailedSignIn.id.desc()).limit(limit)).all()


def post_held(user: User, office_code: str, duty: Duty) -> Post | None:
    """The user's post of that duty at that office that is held today or begins later."""
    return next(
        (
            post
            for post in user.posts
            if post.office.code == office_code
            and post.duty is duty
            and (post.ends_on is None or post.ends_on >= clock.today())
        ),
        None,
    )


def demo_users() -> Sequence[User]:
    """Accounts whose password everybody knows; none outside a demonstration."""
    wanted = ("330000.%", "330106.%", "330212.%", "2133010601.%", "2133021201.%")
    condition = sa.or_(*(User.username.like(pattern) for pattern in wanted))
    return db.session.scalars(sa.select(User).where(User.is_demo, condition).order_by(User.id).limit(30)).all()
