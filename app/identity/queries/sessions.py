"""Who is signed in, and which posts they hold."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor, OnBehalf
from app.database import db, execute, table
from app.divisions.models import Office, OfficeKind
from app.identity.models import DUTY_NAMES, Delegation, Duty, FailedSignIn, KnownPlace, Post, SignIn, User
from app.identity.rules import CEILING_WINDOW, IDLE, KNOWN_FOR, LOCKED_FOR, NAMES_WINDOW, WINDOW
from app.web.sign_in_places import Place


def digest(secret: str) -> str:
    """What of a session's secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """Who is signed in."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class OfficeOfPost:
    """The office of a post that is held today."""

    id: int
    code: str
    name: str
    kind: OfficeKind
    path: str

    def answers_for(self, other: Office) -> bool:
        """True for the office itself and every office below it."""
        return other.path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that the signed-in person holds today."""

    id: int
    duty: Duty
    user: SignedInUser
    office: OfficeOfPost
    starts_on: dt.date
    ends_on: dt.date | None  # last day
    on_behalf: OnBehalf | None = None  # of a colleague's post: the id is of one's own at that office

    @property
    def duty_name(self) -> str:
        return DUTY_NAMES[self.duty]

    def actor(self) -> Actor:
        """The person acting in this post."""
        office, behalf = self.office, self.on_behalf
        name = f"{self.user.name}（代{behalf.name}）" if behalf else self.user.name
        return Actor(
            self.user.id, name, self.id, self.duty.value,
            office.id, office.code, office.name, office.kind.value, office.path, behalf,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """A living session: whose, and the post chosen in the browser."""

    id: int
    user: SignedInUser
    post_id: int | None
    seen_at: dt.datetime
    first_password: bool = False  # set by somebody else: to be changed before anything
    delegation_id: int | None = None  # in which of those they act
    delegations: int = 0  # that they have been given today

    @property
    def user_id(self) -> int:
        return self.user.id


def signed_in(secret: str) -> tuple[Session, list[HeldPost]] | None:
    """The living session of that secret with the posts held today, in one statement; None when it is over."""
    now = clock.now()
    rows = execute(_session_with_posts(), {"secret_hash": digest(secret), "today": clock.today()}).all()
    if not rows:
        return None
    first = rows[0]
    if first.expires_at <= now or first.seen_at + IDLE <= now:
        return None
    user = SignedInUser(first.user_id, first.username, first.name)
    given = first.first_password, first.delegation_id, first.delegations
    session = Session(first.id, user, first.post_id, first.seen_at, *given)
    return session, [_post(row, user) for row in rows if row.held_id]


def _post(row: Any, user: SignedInUser) -> HeldPost:
    office = OfficeOfPost(row.office_id, row.code, row.office_name, row.kind, row.path)
    return HeldPost(row.held_id, row.duty, user, office, row.starts_on, row.ends_on)


@functools.cache
def _session_with_posts() -> sa.Select[Any]:
    """Built once: the session with the digest `secret_hash`, a row for each post held on `today`."""
    session, user, post, office = (table(each) for each in (SignIn, User, Post, Office))
    today = sa.bindparam("today", type_=sa.Date)
    held = sa.and_(
        post.c.user_id == session.c.user_id,
        post.c.starts_on <= today,
        sa.or_(post.c.ends_on.is_(None), post.c.ends_on >= today),
    )
    delegation = table(Delegation)
    given = (
        sa.select(sa.func.count())
        .where(delegation.c.to_user_id == session.c.user_id, delegation.c.revoked_at.is_(None))
        .where(delegation.c.starts_on <= today, delegation.c.ends_on >= today)
        .correlate(session)
    )
    return (
        sa.select(
            session.c.id,
            session.c.user_id,
            session.c.post_id,
            session.c.delegation_id,
            given.scalar_subquery().label("delegations"),
            session.c.seen_at,
            session.c.expires_at,
            user.c.username,
            user.c.name,
            user.c.first_password,
            post.c.id.label("held_id"),
            post.c.duty,
            post.c.starts_on,
            post.c.ends_on,
            office.c.id.label("office_id"),
            office.c.code,
            office.c.name.label("office_name"),
            office.c.kind,
            office.c.path,
        )
        .select_from(
            session.join(user, user.c.id == session.c.user_id)
            .outerjoin(post, held)
            .outerjoin(office, office.c.id == post.c.office_id)
        )
        .where(
            session.c.secret_hash == sa.bindparam("secret_hash", type_=sa.String),
            session.c.ended_at.is_(None),
            user.c.enabled,
        )
        .order_by(post.c.id)
    )


def delegated_posts(posts: Sequence[HeldPost], user: SignedInUser) -> list[HeldPost]:
    """The posts of colleagues in which that person may act today; posts -- their own, one of them at the same office.

    Of people who still hold the post, may sign in, and have not taken it back; in a duty that is one's own there, too.
    """
    today, owner = clock.today(), sa.orm.aliased(User)
    lasts = sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)
    asked = (
        sa.select(Delegation, Post, owner.name)
        .join(Post, Post.id == Delegation.post_id)
        .join(owner, owner.id == Post.user_id)
        .where(Delegation.to_user_id == user.id, Delegation.revoked_at.is_(None), owner.enabled)
        .where(Delegation.starts_on <= today, Delegation.ends_on >= today, Post.starts_on <= today, lasts)
        .order_by(Delegation.id)
    )
    found = []
    for given, post, name in db.session.execute(asked):
        own = next((each for each in posts if each.office.id == post.office_id and each.duty == post.duty), None)
        if own is None:
            continue
        elsewhere = frozenset(each.office.id for each in posts) - {post.office_id}
        processes = None if given.processes is None else frozenset(given.processes)
        behalf = OnBehalf(given.id, post.user_id, name, processes, elsewhere)
        found.append(HeldPost(own.id, post.duty, user, own.office, given.starts_on, given.ends_on, behalf))
    return found


def user_of(session: Session) -> User:
    """Whose session it is."""
    return db.session.get_one(User, session.user_id)


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
