"""Notices that nobody has passed on yet become mails and pushes.

The notice is written in the transaction of the decision, and is itself what that transaction leaves to be sent: the
decision asks nobody who wants mail. Passing it on twice writes each message once, by its key.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Notice
from app.database import db, execute, table
from app.notifications.models import Delivery, NotificationPreference, Way
from app.notifications.operations.contents import mail_of, push_of
from app.notifications.queries import kind_of, notice_rows, receivers_at, webhooks_of
from app.notifications.rules import AT_ONCE, due_after_quiet, duties_concerned
from app.sequences import insert_for

BATCH = 200  # notices in one transaction


def pass_on(*, mails: bool, limit: int = BATCH) -> int:
    """Write the messages of the oldest notices that were not passed on; return how many notices.

    mails -- False where no server takes mail: nothing is kept for one that is set up later
    """
    waiting = sa.select(Notice.id).where(Notice.passed_on_at.is_(None)).order_by(Notice.id).limit(limit)
    ids = db.session.scalars(waiting.with_for_update(skip_locked=True)).all()
    if not ids:
        return 0
    now = clock.now()
    rows = db.session.execute(notice_rows().where(Notice.id.in_(ids)).order_by(Notice.id)).all()
    messages = [*(_mails(rows, now) if mails else ()), *_pushes(rows, now)]
    if messages:
        execute(insert_for()(table(Delivery)).values(messages).on_conflict_do_nothing())
    execute(sa.update(table(Notice)).where(table(Notice).c.id.in_(ids)).values(passed_on_at=now))
    return len(ids)


def _mails(rows: Sequence[Any], now: dt.datetime) -> Iterator[dict[str, Any]]:
    told: dict[int, list[tuple[str, NotificationPreference]]] = defaultdict(list)
    for office_id, duty, preference in receivers_at({row.office_id for row in rows}):
        told[office_id].append((duty.value, preference))
    for row in rows:
        kind, receivers = kind_of(row), {}
        duties = duties_concerned(kind, row.task_duty)
        for duty, preference in told[row.office_id]:
            named = row.assignee_id if kind not in ("escalation", "result") else None
            if duty in duties and named in (None, preference.user_id) and preference.ways.get(kind) == AT_ONCE:
                receivers[preference.user_id] = preference
        for preference in receivers.values():
            due = due_after_quiet(now, preference.quiet_from, preference.quiet_until)
            whose = {"way": Way.MAIL, "user_id": preference.user_id, "webhook_id": None}
            content = mail_of(row, kind, preference.user.name)
            yield _message(f"notice-{row.id}-user-{preference.user_id}", content, now, due, notice_id=row.id, **whose)


def _pushes(rows: Sequence[Any], now: dt.datetime) -> Iterator[dict[str, Any]]:
    hooks = webhooks_of({row.office_id for row in rows})
    for row in rows:
        hook, kind = hooks.get(row.office_id), kind_of(row)
        if hook is not None and kind in hook.kinds:
            whose = {"way": Way.WEBHOOK, "user_id": None, "webhook_id": hook.id}
            key = f"notice-{row.id}-webhook-{hook.id}"
            yield _message(key, push_of(row, kind), now, now, notice_id=row.id, **whose)


def _message(key: str, content: Any, now: dt.datetime, due: dt.datetime, **more: Any) -> dict[str, Any]:
    return {"key": key, "content": content, "written_at": now, "due_at": due, "attempts": 0, "fault": "", **more}
