"""Signing in and out, and changing a password: first try the password, then write what came of it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, serialise
from app.divisions.models import Office
from app.errors import Objected, Refused
from app.identity.models import FailedSignIn, SignIn, User
from app.identity.operations import failures, passwords
from app.identity.queries import HeldPost, Session, digest, user_by_name
from app.identity.rules import (
    LONGEST,
    Locked,
    NoPost,
    Restricted,
    TooManyNames,
    WrongPassword,
    objections_to_password,
)
from app.web.sign_in_places import Place

Refusals = WrongPassword | Locked | Restricted | TooManyNames


@dataclass(frozen=True)
class Attempt:
    """A password that was tried, before anything of it is written: for which name, against which hash, how it went."""

    username: str
    stored: str | None
    right: bool
    refusal: Refusals | None = None


@dataclass(frozen=True)
class Opened:
    """A session: whose, its secret, until when, and the wrong passwords of which the owner has not heard."""

    user: User
    sign_in_id: int
    secret: str
    expires_at: dt.datetime
    failures: Sequence[FailedSignIn] = field(default=())


def nobody(name: str = "系统") -> Actor:
    """The actor of what nobody in particular does: the clock, a failed sign-in. It belongs to the province."""
    named = (Office.id, Office.code, Office.name, Office.kind, Office.path)  # a schema of before may have no others
    office = db.session.execute(sa.select(*named).where(Office.superior_id.is_(None))).one_or_none()
    if office is None:
        return Actor(None, name, None, "clock", 0, "000000", "", "province", "")
    return Actor(None, name, None, "clock", office.id, office.code, office.name, office.kind.value, office.path)


def try_password(username: str, password: str, place: Place) -> Attempt:
    """Compare a password outside any transaction, unless none may be tried from there. Raises Busy."""
    if not username.isprintable():
        return Attempt(username, None, False, WrongPassword())
    user = user_by_name(username)
    refusal = failures.objection(username, user, place, clock.now())
    if refusal is not None:
        return Attempt(username, None, False, refusal)
    stored = user.password_hash if user else None
    return Attempt(username, stored, passwords.matches(stored, password))


def sign_in(attempt: Attempt, place: Place, *, for_program: bool) -> Opened | Refusals | NoPost:
    """Open a session after `try_password`, or say why not.

    A refusal is returned, not raised: the failure it counts must be committed. The place is asked again: of passwords
    tried at the same time, none is told right once five were wrong. A name that nobody has is answered in the same
    way. Who holds no post today has nothing to do here.
    """
    user = _proven(attempt, place)
    if isinstance(user, Refused):
        return user
    now = clock.now()
    failures.forgive(user, place)
    if not any(post.holds_on(clock.today()) for post in user.posts):
        return NoPost()
    failures.remember(user, place, now)
    secret = secrets.token_urlsafe(32)
    session = SignIn(
        secret_hash=digest(secret),
        user_id=user.id,
        started_at=now,
        seen_at=now,
        expires_at=now + LONGEST,
        for_program=for_program,
    )
    db.session.add(session)
    db.session.flush()
    audit.record("identity/sign_in", f"user:{user.username}", actor=acting(user), after={"program": for_program})
    return Opened(user, session.id, secret, session.expires_at, () if for_program else failures.tell(user))


def _proven(attempt: Attempt, place: Place) -> User | Refusals:
    """The user whose password it was and still is, from a place that may be told so."""
    if attempt.refusal is not None:
        return attempt.refusal
    serialise(f"sign-in:{attempt.username}")
    user, now = user_by_name(attempt.username), clock.now()
    refusal = failures.objection(attempt.username, user, place, now)
    if refusal is not None:
        return refusal
    if attempt.right and user is not None and user.enabled and user.password_hash == attempt.stored:
        return user
    return failures.count_failure(attempt.username, user, place, now, actor=nobody())


def acting(user: User) -> Actor:
    """The user in the first post held today; in none, still by name."""
    held = [post for post in user.posts if post.holds_on(clock.today())]
    return held[0].actor() if held else nobody(user.name)


def seen(session_id: int) -> None:
    """The session was used now: its idle time begins again."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == session_id).values(seen_at=clock.now()))


def sign_out(session: Session, *, actor: Actor) -> None:
    """End this session."""
    _change(session, ended_at=clock.now())
    audit.record("identity/sign_out", f"user:{session.user.username}", actor=actor)


def choose_post(session: Session, post: HeldPost) -> None:
    """Act in this post from now on, of one's own or of a colleague on their behalf."""
    behalf = post.on_behalf
    _change(session, post_id=post.id, delegation_id=behalf.id if behalf else None)


def _change(session: Session, **values: Any) -> None:
    db.session.execute(sa.update(SignIn).where(SignIn.id == session.id).values(**values))


def new_password(username: str, old: str, new: str) -> str:
    """The hash of a new password, made outside any transaction. Raises Objected with all that is wrong, Busy."""
    faults = objections_to_password(new, username=username, old=old)
    if faults:
        raise Objected(list(faults))
    return passwords.hashed(new)


def change_password(
    session: Session, attempt: Attempt, new_hash: str, place: Place, *, actor: Actor
) -> Refusals | None:
    """Set a new password and end the user's other sessions; or why not, counted as at signing in.

    One guess too many ends this session as well.
    """
    user, now = _proven(attempt, place), clock.now()
    if isinstance(user, Refused):
        if isinstance(user, Locked):
            _change(session, ended_at=now)
        return user
    failures.forgive(user, place)
    user.password_hash, user.password_changed_at, user.is_demo = new_hash, now, False
    user.first_password = False
    end_sessions(user, but=session)
    audit.record("identity/change_password", f"user:{user.username}", actor=actor)
    return None


def end_sessions(user: User, *, but: Session | None = None) -> None:
    """End every open session of the user, except that one."""
    others = sa.update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    if but is not None:
        others = others.where(SignIn.id != but.id)
    db.session.execute(others.values(ended_at=clock.now()))
