"""Reads of preferences, webhooks and deliveries, each limited to whose they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case, Notice, Task
from app.database import db
from app.definitions.models import Process
from app.divisions.models import Office
from app.divisions.queries import inside
from app.errors import Missing
from app.identity.models import Duty, Post, User
from app.notifications.models import Delivery, NotificationPreference, Webhook

DUTIES = (Duty.OPERATOR, Duty.APPROVER)  # whoever has notices


def kind_of(row: Any) -> str:
    """An urge by the superior is a supervision."""
    return "supervision" if row.supervision_id is not None else str(row.kind.value)


def notice_rows() -> Any:
    """Notices with what may be said of them outside: rows of case number, process, step, office."""
    return (
        sa.select(
            Notice.id,
            Notice.kind,
            Notice.supervision_id,
            Notice.at,
            Notice.office_id,
            Case.number,
            Case.process_key,
            Process.name.label("process_name"),
            Task.key.label("task_key"),
            Task.name.label("task_name"),
            Task.duty.label("task_duty"),
            Task.assignee_id,
            Office.name.label("office_name"),
            Office.code.label("office_code"),
        )
        .join(Case, Case.id == Notice.case_id)
        .join(Office, Office.id == Notice.office_id)
        .outerjoin(Process, Process.key == Case.process_key)
        .outerjoin(Task, Task.id == Notice.task_id)
    )


def held_today() -> sa.ColumnElement[bool]:
    """The condition that a post is held today by somebody who can sign in."""
    today = clock.today()
    lasts = sa.or_(Post.ends_on.is_(None), Post.ends_on >= today)
    return sa.and_(Post.starts_on <= today, lasts, Post.duty.in_(DUTIES), User.enabled)


def receivers_at(offices: Collection[int]) -> Sequence[Any]:
    """Who of these offices hears by mail, at an address that they have confirmed: rows of office, duty, preference."""
    asked = (
        sa.select(Post.office_id, Post.duty, NotificationPreference)
        .join(User, User.id == Post.user_id)
        .join(NotificationPreference, NotificationPreference.user_id == User.id)
        .where(Post.office_id.in_(offices), held_today(), NotificationPreference.confirmed_at.is_not(None))
    )
    return db.session.execute(asked).all()


def webhooks_of(offices: Collection[int]) -> dict[int, Webhook]:
    """The webhooks that are switched on, by office."""
    asked = sa.select(Webhook).where(Webhook.office_id.in_(offices), Webhook.enabled)
    return {each.office_id: each for each in db.session.scalars(asked)}


def posts_today(user_id: int) -> Sequence[Post]:
    """The posts with tasks that a person holds today."""
    asked = sa.select(Post).join(User, User.id == Post.user_id).where(Post.user_id == user_id, held_today())
    return db.session.scalars(asked.order_by(Post.id)).all()


def notices_since(offices: Collection[int], since: dt.datetime, limit: int) -> Sequence[Any]:
    """What was told to these offices since then, newest first."""
    asked = notice_rows().where(Notice.office_id.in_(offices), Notice.at > since)
    return db.session.execute(asked.order_by(Notice.id.desc()).limit(limit)).all()


def preference_of(user_id: int) -> NotificationPreference | None:
    """What a person has chosen; None where nothing."""
    return db.session.get(NotificationPreference, user_id)


def own_preference(actor: Actor) -> NotificationPreference:
    """The same, locked, of whoever acts. Raises Missing where they have chosen nothing."""
    found = db.session.get(NotificationPreference, actor.user_id or 0, with_for_update={"of": NotificationPreference})
    if found is None:
        raise Missing()
    return found


def mails_of(user_id: int, limit: int = 10) -> Sequence[Delivery]:
    """The latest mails to a person, newest first."""
    asked = sa.select(Delivery).where(Delivery.user_id == user_id).order_by(Delivery.id.desc()).limit(limit)
    return db.session.scalars(asked).all()


def webhooks(actor: Actor, *, after: int = 0, limit: int = 50) -> Sequence[Any]:
    """The webhooks of the jurisdiction, with how many of their messages nobody tries to send any longer."""
    dead = (
        sa.select(sa.func.count())
        .select_from(Delivery)
        .where(Delivery.webhook_id == Webhook.id, Delivery.failed_at.is_not(None))
        .scalar_subquery()
    )
    asked = sa.select(Webhook, dead.label("dead")).join(Office, Office.id == Webhook.office_id)
    return db.session.execute(asked.where(inside(actor), Webhook.id > after).order_by(Webhook.id).limit(limit)).all()


def webhook_for(actor: Actor, webhook_id: int) -> Webhook:
    """A webhook of the jurisdiction. Raises Missing."""
    asked = sa.select(Webhook).join(Office, Office.id == Webhook.office_id)
    found: Webhook | None = db.session.scalar(asked.where(Webhook.id == webhook_id, inside(actor)))
    if found is None:
        raise Missing()
    return found


def office_within(actor: Actor, code: str) -> Office | None:
    """An office of the jurisdiction by its code."""
    found: Office | None = db.session.scalar(sa.select(Office).where(Office.code == code, inside(actor)))
    return found


def deliveries_of(webhook_id: int, *, dead: bool, before: int = 0, limit: int = 50) -> Sequence[Delivery]:
    """The messages of a webhook, newest first; dead -- only those that nobody tries to send any longer."""
    asked = sa.select(Delivery).where(Delivery.webhook_id == webhook_id).order_by(Delivery.id.desc()).limit(limit)
    if dead:
        asked = asked.where(Delivery.failed_at.is_not(None))
    if before:
        asked = asked.where(Delivery.id < before)
    return db.session.scalars(asked).all()
