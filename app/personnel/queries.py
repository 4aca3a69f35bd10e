"""Reads of people, their posts and what is proposed of them, each limited to the jurisdiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Actor
from app.cases.models import Task, TaskStatus
from app.cases.models.task_claims import TaskClaim
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.errors import Missing
from app.identity.models import ASKED_OF, Duty, Post, SignIn, User
from app.personnel.models import PostProposal, ProposalKind, ProposalStatus
from app.personnel.rules import LOOKED_BACK


def not_over(today: dt.date) -> sa.ColumnElement[bool]:
    """The condition that a post is held, or begins later."""
    return sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)


def offices_led(actor: Actor) -> Sequence[Office]:
    """The actor's own office and those right below it, whose leader they are or stand in for."""
    theirs = sa.or_(Office.id == actor.office_id, Office.superior_id == actor.office_id)
    return db.session.scalars(sa.select(Office).where(theirs, Office.closed_on.is_(None)).order_by(Office.path)).all()


def office_led(actor: Actor, code: str) -> Office:
    """One of them by its code. Raises Missing."""
    found: Office | None = db.session.scalar(
        sa.select(Office).where(
            Office.code == code, sa.or_(Office.id == actor.office_id, Office.superior_id == actor.office_id)
        )
    )
    if found is None:
        raise Missing()
    return found


def posts_at(office_id: int, *, after: int = 0, limit: int = 100) -> Sequence[Post]:
    """The posts of an office that are not over, in the order of their making."""
    asked = sa.select(Post).where(Post.office_id == office_id, not_over(clock.today()), Post.id > after)
    return db.session.scalars(asked.options(joinedload(Post.user)).order_by(Post.id).limit(limit)).all()


def post_led(actor: Actor, post_id: int) -> Post:
    """A post, not over, of an office that the actor leads. Raises Missing."""
    post = db.session.get(Post, post_id, populate_existing=True)
    if post is None or actor.office_id not in (post.office_id, post.office.superior_id):
        raise Missing()
    if post.ends_on is not None and post.ends_on < clock.today():
        raise Missing()
    return post


def duties_of(user_id: int, since: dt.date, until: dt.date | None) -> set[Duty]:
    """The duties that a person holds on any day of that span."""
    overlaps = [sa.or_(Post.ends_on.is_(None), Post.ends_on >= since)]
    if until is not None:
        overlaps.append(Post.starts_on <= until)
    return set(db.session.scalars(sa.select(Post.duty).where(Post.user_id == user_id, *overlaps)))


def holds(user_id: int, office_id: int, duty: Duty, since: dt.date, until: dt.date | None) -> bool:
    """True when the person has that very post on any day of that span."""
    mine = Post.user_id == user_id, Post.office_id == office_id, Post.duty == duty
    overlaps = [sa.or_(Post.ends_on.is_(None), Post.ends_on >= since)]
    if until is not None:
        overlaps.append(Post.starts_on <= until)
    return db.session.scalar(sa.select(Post.id).where(*mine, *overlaps).limit(1)) is not None


def proposals_of(office_id: int, *, before: int = 0, limit: int = 20) -> Sequence[PostProposal]:
    """What was proposed for an office, newest first."""
    asked = sa.select(PostProposal).where(PostProposal.office_id == office_id)
    if before:
        asked = asked.where(PostProposal.id < before)
    wanted = joinedload(PostProposal.proposed_by), joinedload(PostProposal.decided_by)
    return db.session.scalars(asked.options(*wanted).order_by(PostProposal.id.desc()).limit(limit)).all()


def open_proposal(office_id: int, username: str, duty: Duty, kind: ProposalKind) -> PostProposal | None:
    """The same thing proposed already, and not decided."""
    found: PostProposal | None = db.session.scalar(
        sa.select(PostProposal).where(
            PostProposal.office_id == office_id,
            PostProposal.username == username,
            PostProposal.duty == duty,
            PostProposal.kind == kind,
            PostProposal.status == ProposalStatus.OPEN,
        )
    )
    return found


def open_proposals(actor: Actor, *, after: int = 0, limit: int = 50) -> Sequence[PostProposal]:
    """What waits within the jurisdiction for a security administrator, the oldest first."""
    asked = (
        sa.select(PostProposal)
        .join(Office, Office.id == PostProposal.office_id)
        .where(PostProposal.status == sa.literal_column("'open'"), inside(actor), PostProposal.id > after)
    )
    wanted = joinedload(PostProposal.proposed_by), joinedload(PostProposal.successor)
    return db.session.scalars(asked.options(*wanted).order_by(PostProposal.id).limit(limit)).all()


def count_open_proposals(actor: Actor, most: int) -> int:
    """The same, counted no further than that."""
    rows = (
        sa.select(sa.literal(1))
        .select_from(PostProposal)
        .join(Office, Office.id == PostProposal.office_id)
        .where(PostProposal.status == sa.literal_column("'open'"), inside(actor))
        .limit(most)
    )
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def proposal_for(actor: Actor, proposal_id: int) -> PostProposal:
    """A proposal within the jurisdiction, locked. Raises Missing."""
    found = db.session.get(PostProposal, proposal_id, with_for_update={"of": PostProposal}, populate_existing=True)
    if found is None or not actor.answers_for(found.office.path):
        raise Missing()
    return found


def granting_office(office: Office, beside: set[int]) -> Office | None:
    """Whose security administrators grant posts at an office: its own, else the nearest superior's that has one.

    beside -- people who do not count: who has proposed it, and whom it is about
    """
    today, ids = clock.today(), [int(each) for each in office.path.split(".") if each]
    held = Post.duty == Duty.SECADMIN, Post.starts_on <= today, not_over(today), User.enabled
    asked = (
        sa.select(Office)
        .join(Post, Post.office_id == Office.id)
        .join(User, User.id == Post.user_id)
        .where(Office.id.in_(ids), *held, User.id.not_in(beside))
        .order_by(sa.func.length(Office.path).desc())
        .limit(1)
    )
    found: Office | None = db.session.scalar(asked)
    return found


# --- open tasks of somebody who leaves


def tasks_held(user_id: int, office_id: int, duty: Duty) -> Sequence[int]:
    """The open tasks that were handed over to somebody, or that they have taken to read."""
    claimed = sa.select(TaskClaim.task_id).where(TaskClaim.user_id == user_id)
    asked = sa.select(Task.id).where(
        Task.office_id == office_id,
        Task.duty == duty,
        Task.status == TaskStatus.OPEN,
        sa.or_(Task.assignee_id == user_id, Task.id.in_(claimed)),
    )
    return db.session.scalars(asked.order_by(Task.id)).all()


def tasks_left_behind(limit: int = 100) -> Sequence[Any]:
    """Open tasks that only somebody decides whose post has ended: rows of task, post; the oldest first."""
    today, again = clock.today(), sa.orm.aliased(Post)
    ended = Post.ends_on < today, Post.ends_on >= today - LOOKED_BACK
    still = sa.exists().where(
        again.user_id == Post.user_id,
        again.office_id == Post.office_id,
        again.duty == Post.duty,
        again.starts_on <= today,
        sa.or_(again.ends_on.is_(None), again.ends_on >= today),
    )
    waits = Task.office_id == Post.office_id, Task.duty == Post.duty, Task.assignee_id == Post.user_id
    asked = (
        sa.select(Task.id.label("task_id"), Post.id.label("post_id"), Post.user_id)
        .join(Task, sa.and_(*waits, Task.status == sa.literal_column("'open'")))
        .where(*ended, ~still)
    )
    return db.session.execute(asked.order_by(Task.id).limit(limit)).all()


def successor_of(post_id: int) -> int | None:
    """To whom a post's open tasks go by the proposal that ended it."""
    return db.session.scalar(
        sa.select(PostProposal.successor_id)
        .where(PostProposal.post_id == post_id, PostProposal.status == ProposalStatus.GRANTED)
        .order_by(PostProposal.id.desc())
        .limit(1)
    )


def accounts_to_ask(now: dt.datetime, limit: int = 200) -> Sequence[tuple[User, dt.datetime]]:
    """Accounts of which the clock asks now whether anybody uses them, with when they were last used, made, changed or
    reopened: a range of an index, however many accounts there are. Demo accounts are left alone.
    """
    seen = sa.select(sa.func.max(SignIn.seen_at, type_=SignIn.seen_at.type)).where(SignIn.user_id == User.id)
    asked = sa.select(User, seen.scalar_subquery()).where(ASKED_OF, User.use_asked_at <= now)
    ordered = asked.order_by(User.use_asked_at, User.id).limit(limit).with_for_update(skip_locked=True, of=User)
    return [
        (user, max(each for each in (user.password_changed_at, user.reopened_at, last) if each is not None))
        for user, last in db.session.execute(ordered)
    ]
