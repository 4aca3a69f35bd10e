"""委托 and 请假: what somebody has given to colleagues and was given, and which leaves begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Task, TaskClaim, TaskStatus
from app.cases.queries.colleagues import Colleague, colleagues_at
from app.database import db
from app.errors import Missing
from app.identity.models import Delegation, Post

MOST = 100  # delegations that are listed, the newest


def delegations_of(actor: Actor) -> Sequence[Delegation]:
    """What that person has given and was given at the actor's office, the newest first."""
    asked = sa.select(Delegation).join(Post, Post.id == Delegation.post_id).where(Post.office_id == actor.office_id)
    mine = asked.where(sa.or_(Post.user_id == actor.user_id, Delegation.to_user_id == actor.user_id))
    wanted = joinedload(Delegation.post).joinedload(Post.user), joinedload(Delegation.to_user)
    return db.session.scalars(mine.options(*wanted).order_by(Delegation.id.desc()).limit(MOST)).all()


def delegation_of(delegation_id: int, actor: Actor) -> Delegation:
    """One that this person has given, locked. Raises Missing."""
    asked = sa.select(Delegation).join(Post, Post.id == Delegation.post_id).where(Delegation.id == delegation_id)
    found = db.session.scalar(asked.where(Post.user_id == actor.user_id).with_for_update(of=Delegation))
    if found is None:
        raise Missing()
    return found


def people_to_delegate_to(actor: Actor) -> Sequence[Colleague]:
    """Colleagues of the actor's office who hold the same duty and are at work today."""
    return [each for each in colleagues_beside(actor) if actor.duty in each.duties]


def colleagues_beside(actor: Actor) -> Sequence[Colleague]:
    """Everybody else who is an operator or an approver of the actor's office and at work today."""
    return [each for each in colleagues_at(actor.office_id) if each.id != actor.user_id]


def overlapping(post_id: int, starts_on: dt.date, ends_on: dt.date) -> Delegation | None:
    """A delegation of that post, not taken back, on any of those days."""
    stands = Delegation.post_id == post_id, Delegation.revoked_at.is_(None)
    days = Delegation.starts_on <= ends_on, Delegation.ends_on >= starts_on
    return db.session.scalar(sa.select(Delegation).where(*stands, *days).limit(1))


def away_on(user_id: int, office_id: int, starts_on: dt.date, ends_on: dt.date) -> Delegation | None:
    """A leave of that person at that office on any of those days."""
    asked = sa.select(Delegation).join(Post, Post.id == Delegation.post_id)
    whose = Post.user_id == user_id, Post.office_id == office_id, Delegation.leave, Delegation.revoked_at.is_(None)
    days = Delegation.starts_on <= ends_on, Delegation.ends_on >= starts_on
    return db.session.scalar(asked.where(*whose, *days).limit(1))


def leaves_begun(today: dt.date) -> list[int]:
    """The leaves that have begun and of which the tasks are not all handed over yet."""
    due = Delegation.leave, Delegation.handed_over_at.is_(None), Delegation.revoked_at.is_(None)
    asked = sa.select(Delegation.id).where(*due, Delegation.starts_on <= today, Delegation.ends_on >= today)
    return list(db.session.scalars(asked.order_by(Delegation.id)))


def tasks_held_by(delegation_id: int) -> list[int]:
    """The open tasks of the post that are its holder's own: handed over to them, or taken to read."""
    given = db.session.get_one(Delegation, delegation_id)
    post = given.post
    claimed = sa.exists().where(TaskClaim.task_id == Task.id, TaskClaim.user_id == post.user_id)
    desk = Task.office_id == post.office_id, Task.duty == post.duty, Task.status == TaskStatus.OPEN
    asked = sa.select(Task.id).where(*desk, sa.or_(Task.assignee_id == post.user_id, claimed))
    return list(db.session.scalars(asked.order_by(Task.id)))
