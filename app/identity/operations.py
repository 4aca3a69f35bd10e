"""Signing in and out, changing a password, giving posts."""

from __future__ import annotations

import datetime as dt
import functools
import secrets

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app

from app import audit, clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.errors import Objected
from app.identity.models import Duty, Post, SignIn, User
from app.identity.queries import digest, strangers_failures, user_by_name
from app.identity.rules import (
    LOCK_AFTER,
    LOCKED_FOR,
    LONGEST,
    WINDOW,
    Locked,
    NoPost,
    WrongPassword,
    objections_to_password,
)
from app.sealing import keyed_hash


def hasher() -> PasswordHasher:
    """argon2id; tests make it cheap by configuration."""
    cost = current_app.config.get("PASSWORD_COST", (3, 65536, 2))
    return _hasher(*cost)


@functools.lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_cost: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)


@functools.lru_cache(maxsize=4)
def _nobodys_hash(present: PasswordHasher) -> str:
    return present.hash(secrets.token_urlsafe())


def check_password(username: str, password: str) -> User | None:
    """The user when the password is theirs, None when not; takes as long for a name that nobody has."""
    user = user_by_name(username)
    try:
        hasher().verify(user.password_hash if user else _nobodys_hash(hasher()), password)
    except VerificationError:
        return None
    return user if user and user.enabled else None


def nobody(name: str = "系统") -> Actor:
    """The actor of what nobody in particular does: the clock, a failed sign-in. It belongs to the province."""
    office = db.session.scalar(sa.select(Office).where(Office.superior_id.is_(None)))
    if office is None:
        return Actor(None, name, None, "clock", 0, "000000", "", "province", "")
    return Actor(None, name, None, "clock", office.id, office.code, office.name, office.kind.value, office.path)


def sign_in(
    username: str, password: str, *, for_program: bool
) -> tuple[User, str, dt.datetime] | WrongPassword | Locked | NoPost:
    """Open a session: (user, secret, expiry), or why not.

    A refusal is returned, not raised: the failure it counts must be committed. Five wrong passwords within
    15 minutes lock the account for 30; a name that nobody has is answered in the same way, so that trying
    tells nobody who exists. Who holds no post today has nothing to do here.
    """
    now = clock.now()
    if not username.isprintable():
        return WrongPassword()
    until = locked_until(username, now)
    if until and until > now:
        return _locked(until, now)
    user = check_password(username, password)
    if user is None:
        return count_failure(username, now)
    user.failures, user.failing_since, user.locked_until = 0, None, None
    if not any(post.holds_on(clock.today()) for post in user.posts):
        return NoPost()
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
    audit.record("identity/sign_in", f"user:{user.username}", actor=acting(user), after={"program": for_program})
    return user, secret, session.expires_at


def acting(user: User) -> Actor:
    """The user in the first post held today; in none, still by name."""
    held = [post for post in user.posts if post.holds_on(clock.today())]
    return held[0].actor() if held else nobody(user.name)


def locked_until(username: str, now: dt.datetime) -> dt.datetime | None:
    """Until when that name is locked; a stranger's lock stands in the audit, there being no account to hold it."""
    user = user_by_name(username)
    return user.locked_until if user else strangers_failures(stranger(username), now)[1]


def stranger(username: str) -> str:
    """The audit's subject for a name that nobody has: what was typed there may be a password."""
    return f"user:?{keyed_hash(username)[:16]}"


def _locked(until: dt.datetime, now: dt.datetime) -> Locked:
    return Locked(minutes=max(1, -(-int((until - now).total_seconds()) // 60)))


def count_failure(username: str, now: dt.datetime) -> WrongPassword | Locked:
    """Write a wrong password down, and lock the name when it is one too many."""
    user = user_by_name(username)
    subject = f"user:{user.username}" if user else stranger(username)
    failures = _one_more(user, now) if user else strangers_failures(subject, now)[0] + 1
    audit.record("identity/wrong_password", subject, actor=nobody(), after={"failures": failures})
    if failures < LOCK_AFTER:
        return WrongPassword()
    if user:
        user.locked_until, user.failures, user.failing_since = now + LOCKED_FOR, 0, None
    audit.record("identity/lock", subject, actor=nobody())
    return _locked(now + LOCKED_FOR, now)


def _one_more(user: User, now: dt.datetime) -> int:
    if user.failing_since is None or now - user.failing_since > WINDOW:
        user.failures, user.failing_since = 0, now
    # one statement, so that guesses made at the same time are all counted
    db.session.flush()
    db.session.execute(sa.update(User).where(User.id == user.id).values(failures=User.failures + 1))
    db.session.refresh(user)
    return user.failures


def seen(session_id: int) -> None:
    """The session was used now: its idle time begins again."""
    db.session.execute(sa.update(SignIn).where(SignIn.id == session_id).values(seen_at=clock.now()))


def sign_out(session: SignIn, *, actor: Actor) -> None:
    """End this session."""
    session.ended_at = clock.now()
    audit.record("identity/sign_out", f"user:{session.user.username}", actor=actor)


def choose_post(session: SignIn, post: Post) -> None:
    """Act in this post from now on."""
    session.post_id = post.id


def change_password(session: SignIn, old: str, new: str, *, actor: Actor) -> WrongPassword | Locked | None:
    """Set a new password and end the user's other sessions; or why not, counted as at signing in. Raises Objected.

    One guess too many ends this session as well.
    """
    user, now = session.user, clock.now()
    if check_password(user.username, old) is None:
        refusal = count_failure(user.username, now)
        if isinstance(refusal, Locked):
            session.ended_at = now
        return refusal
    faults = objections_to_password(new, username=user.username, old=old)
    if faults:
        raise Objected(list(faults))
    user.password_hash, user.password_changed_at, user.is_demo = hasher().hash(new), now, False
    user.failures, user.failing_since = 0, None
    others = sa.update(SignIn).where(SignIn.user_id == user.id, SignIn.id != session.id, SignIn.ended_at.is_(None))
    db.session.execute(others.values(ended_at=now))
    audit.record("identity/change_password", f"user:{user.username}", actor=actor)
    return None


def add_user(username: str, name: str, password: str, *, actor: Actor) -> User:
    """A new user without posts."""
    user = User(username=username, name=name, password_hash=hasher().hash(password), password_changed_at=clock.now())
    db.session.add(user)
    audit.record("identity/add_user", f"user:{username}", actor=actor)
    return user


def give_post(user: User, office: Office, duty: Duty, *, actor: Actor) -> Post:
    """Let the user act for an office from today."""
    post = Post(user=user, office=office, duty=duty, starts_on=clock.today())
    db.session.add(post)
    after = {"office": office.code, "duty": duty.value}
    audit.record("identity/give_post", f"user:{user.username}", actor=actor, after=after)
    return post


def end_posts(office: Office, *, actor: Actor) -> int:
    """Nobody acts for the office any more; return how many posts ended. Who holds another post keeps it."""
    today = clock.today()
    held = db.session.scalars(
        sa.select(Post).where(Post.office_id == office.id, sa.or_(Post.ends_on.is_(None), Post.ends_on >= today))
    ).all()
    for post in held:
        post.ends_on = max(post.starts_on, today - dt.timedelta(days=1))  # a last day is served to its end
    audit.record("identity/end_posts", f"office:{office.code}", actor=actor, after={"posts": len(held)})
    return len(held)


def disable(user: User, *, actor: Actor) -> None:
    """Let a user no longer sign in; sessions that are open end with it."""
    user.enabled = False
    audit.record("identity/disable", f"user:{user.username}", actor=actor)
