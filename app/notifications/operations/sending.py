"""What is due to be sent: taken under a lease, so that whatever a killed worker had taken is tried again.

It may then arrive twice; the key goes along with it, by which the receiver knows a repeat.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db, execute, table
from app.errors import Missing, Refused
from app.notifications.models import Delivery, NotificationPreference, Way, Webhook
from app.notifications.operations.confirmations import code_of
from app.notifications.operations.contents import confirmation_of
from app.notifications.rules import KEPT_FOR, LEASE, wait_after

DELIVERIES = table(Delivery)
FORGOTTEN_AT_ONCE = 1000


class NotFailed(Refused):
    code = "E-DELIVERY"
    text = "该条已送达或仍在发送，不必重发。"


@dataclass(frozen=True)
class Taken:
    """A message that this worker sends now: to a mail address, or to a webhook with its secret."""

    id: int
    key: str
    address: str
    secret: str
    content: Any
    attempts: int


def claim(way: Way, now: dt.datetime) -> Taken | None:
    """Take the message that has been due longest; None when there is none. Who no longer has an address gets none."""
    free = sa.or_(DELIVERIES.c.leased_until.is_(None), DELIVERIES.c.leased_until < now)
    unsent = DELIVERIES.c.sent_at.is_(None), DELIVERIES.c.failed_at.is_(None)
    waits = DELIVERIES.c.way == sa.literal_column(f"'{way.value}'"), *unsent, DELIVERIES.c.due_at <= now, free
    asked = sa.select(DELIVERIES).where(*waits).order_by(DELIVERIES.c.due_at, DELIVERIES.c.id).limit(1)
    while (row := execute(asked.with_for_update(skip_locked=True)).one_or_none()) is not None:
        attempts = row.attempts + 1
        address, secret, content = _receiver(row)
        if address:
            _update(row.id, leased_until=now + LEASE, attempts=attempts)
            return Taken(row.id, row.key, address, secret, content, attempts)
        _update(row.id, failed_at=now, leased_until=None, attempts=attempts, fault="接收人已取消此方式。")
    return None


def _receiver(row: Any) -> tuple[str, str, Any]:
    """Address, secret and content; no address where the receiver wants it no more, or has not confirmed it.

    Only the mail that asks for it goes to an address that nobody has confirmed; it takes its code on the way out.
    """
    if row.webhook_id is not None:
        hook = db.session.get_one(Webhook, row.webhook_id, populate_existing=True)
        return (hook.url if hook.enabled else "", hook.secret, row.content)
    preference = db.session.get(NotificationPreference, row.user_id, populate_existing=True)
    if preference is None:
        return "", "", row.content
    if not row.content.get("confirms"):
        return (preference.email if preference.confirmed_at else "", "", row.content)
    if preference.confirmed_at or preference.asked_at is None:
        return "", "", row.content
    return preference.email, "", confirmation_of(preference.user.name, code_of(preference))


def arrived(delivery_id: int) -> None:
    """The other side has it."""
    _update(delivery_id, sent_at=clock.now(), leased_until=None, fault="")


def failed(taken: Taken, fault: str, *, final: bool) -> None:
    """It could not be handed over: tried again later each time, until it is given up; final -- given up at once."""
    now, wait = clock.now(), None if final else wait_after(taken.attempts)
    ends = {"failed_at": now} if wait is None else {"due_at": now + wait}
    _update(taken.id, leased_until=None, fault=fault[:200], **ends)


def _update(delivery_id: int, **values: Any) -> None:
    execute(sa.update(DELIVERIES).where(DELIVERIES.c.id == delivery_id).values(**values))


def send_again(delivery_id: int, webhook: Webhook, *, actor: Actor) -> None:
    """Try a message of that webhook once more from the beginning, which nobody tried any longer.

    Raises Missing, NotFailed (E-DELIVERY).
    """
    delivery = db.session.get(Delivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.webhook_id != webhook.id:
        raise Missing()
    if delivery.failed_at is None:
        raise NotFailed()
    delivery.failed_at, delivery.attempts, delivery.due_at = None, 0, clock.now()
    after = {"delivery": delivery_id}
    audit.record("notifications/send_again", f"office:{webhook.office.code}", actor=actor, after=after)


def forget_old(now: dt.datetime) -> int:
    """Delete what was written long ago, whatever became of it; return how many."""
    old = sa.select(DELIVERIES.c.id).where(DELIVERIES.c.written_at < now - KEPT_FOR).limit(FORGOTTEN_AT_ONCE)
    done = execute(sa.delete(DELIVERIES).where(DELIVERIES.c.id.in_(old.scalar_subquery())))
    return int(done.rowcount)
