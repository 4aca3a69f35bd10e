"""People and their posts: what an administrator does."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.identity.models import Duty, Post, User
from app.identity.operations.sessions import end_sessions
from app.identity.rules import OwnAccount


def add_user(username: str, name: str, password_hash: str, *, actor: Actor, first: bool = False) -> User:
    """A new user without posts; the password was hashed before.

    first -- somebody else has set it: its owner chooses another before anything else
    """
    user = User(username=username, name=name, password_hash=password_hash, password_changed_at=clock.now())
    user.first_password = first
    db.session.add(user)
    audit.record("identity/add_user", f"user:{username}", actor=actor)
    return user


def give_post(
    user: User,
    office: Office,
    duty: Duty,
    *,
    actor: Actor,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Post:
    """Let the user act for an office, from today and without an end where no day is given."""
    post = Post(user=user, office=office, duty=duty, starts_on=starts_on or clock.today(), ends_on=ends_on)
    db.session.add(post)
    after = {"office": office.code, "duty": duty.value}
    audit.record("identity/give_post", f"user:{user.username}", actor=actor, after=after)
    return post


def end_post(post: Post, *, actor: Actor, on: dt.date | None = None) -> dt.date:
    """The user acts in this post no longer; return its last day. A post that began today is served to its end.

    on -- the last day, where the post goes on until then
    """
    before = {"ends_on": post.ends_on.isoformat() if post.ends_on else None}
    post.ends_on = on or _last_day(post)
    audit.record(
        "identity/end_post",
        f"user:{post.user.username}",
        actor=actor,
        before=before,
        after={"office": post.office.code, "duty": post.duty.value, "ends_on": post.ends_on.isoformat()},
    )
    return post.ends_on


def _last_day(post: Post) -> dt.date:
    return max(post.starts_on, clock.today() - dt.timedelta(days=1))


def end_posts(office: Office, *, actor: Actor) -> int:
    """Nobody acts for the office any more; return how many posts ended. Who holds another post keeps it."""
    today = clock.today()
    held = db.session.scalars(
        sa.select(Post).where(Post.office_id == office.id, sa.or_(Post.ends_on.is_(None), Post.ends_on >= today))
    ).all()
    for post in held:
        post.ends_on = _last_day(post)
    audit.record("identity/end_posts", f"office:{office.code}", actor=actor, after={"posts": len(held)})
    return len(held)


def disable(user: User, *, actor: Actor) -> None:
    """Let a user no longer sign in; sessions that are open end with it, the posts stay."""
    user.enabled = False
    end_sessions(user)
    audit.record("identity/disable", f"user:{user.username}", actor=actor)


def reopen(user: User, *, actor: Actor) -> None:
    """Let a user whose account was sealed sign in again."""
    user.enabled, user.reopened_at = True, clock.now()
    audit.record("identity/reopen", f"user:{user.username}", actor=actor)


def seal(user: User, *, actor: Actor) -> None:
    """封存 by a security administrator: as `disable`, not of oneself; twice is once. Raises OwnAccount."""
    if user.id == actor.user_id:
        raise OwnAccount()
    if user.enabled:
        disable(user, actor=actor)


def unseal(user: User, *, actor: Actor) -> None:
    """恢复 by a security administrator, who has made sure of its owner: as `reopen`; twice is once."""
    if not user.enabled:
        reopen(user, actor=actor)


def reset_password(user: User, password_hash: str, *, actor: Actor) -> None:
    """Give a user who has lost it another password; every open session ends, the old password is worth nothing."""
    user.password_hash, user.password_changed_at, user.is_demo = password_hash, clock.now(), False
    end_sessions(user)
    audit.record("identity/reset_password", f"user:{user.username}", actor=actor)
