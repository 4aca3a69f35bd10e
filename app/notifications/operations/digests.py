"""每日汇总: one mail a working day of what waits and what was told since the last one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.queries.desk_counts import desk_counts
from app.database import db, execute, table
from app.identity.models import User
from app.notifications.models import Delivery, NotificationPreference, Way
from app.notifications.operations.contents import digest_of
from app.notifications.queries import kind_of, notices_since, posts_today
from app.notifications.rules import DIGEST_LINES, IN_DIGEST, digest_time, due_after_quiet, duties_concerned
from app.sequences import insert_for

BATCH = 50  # people in one transaction
FIRST = dt.timedelta(days=1)  # of which the first digest tells


def write_digests(now: dt.datetime, limit: int = BATCH) -> int:
    """Write today's digest of people who wait for it; return for how many. Who has nothing to hear gets no mail."""
    since = digest_time(now)
    if since is None:
        return 0
    last = NotificationPreference.digested_at
    enabled = sa.select(User.id).where(User.id == NotificationPreference.user_id, User.enabled).exists()
    due = (
        sa.select(NotificationPreference)
        .where(NotificationPreference.digest, sa.or_(last.is_(None), last < since), enabled)
        .where(NotificationPreference.confirmed_at.is_not(None))
        .order_by(NotificationPreference.user_id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=NotificationPreference)
    )
    found = db.session.scalars(due).all()
    for preference in found:
        _write(preference, now)
        preference.digested_at = now
    return len(found)


def _write(preference: NotificationPreference, now: dt.datetime) -> None:
    posts = posts_today(preference.user_id)
    desks = []
    for post in posts:
        desk = desk_counts(post.actor(), now)
        if desk.waiting:
            counts = {"total": desk.waiting, "overdue": desk.red, "soon": desk.yellow}
            desks.append({"office": post.office.name, "duty": post.duty_name, **counts})
    notices = list(_told(preference, {post.office_id: set() for post in posts}, posts, now))
    if not desks and not notices:
        return
    day = clock.local(now).date()
    content = digest_of(preference.user.name, day, desks, notices)
    message = {
        "key": f"digest-{day}-user-{preference.user_id}",
        "way": Way.MAIL,
        "user_id": preference.user_id,
        "content": content,
        "written_at": now,
        "due_at": due_after_quiet(now, preference.quiet_from, preference.quiet_until),
        "attempts": 0,
        "fault": "",
    }
    execute(insert_for()(table(Delivery)).values(message).on_conflict_do_nothing())


def _told(
    preference: NotificationPreference, duties: dict[int, set[str]], posts: Any, now: dt.datetime
) -> Iterator[tuple[Any, str]]:
    """The notices of the kinds that this person reads in the digest, for the duties held at each office."""
    for post in posts:
        duties[post.office_id].add(post.duty.value)
    for row in notices_since(duties, preference.digested_at or now - FIRST, DIGEST_LINES * 4):
        kind = kind_of(row)
        if preference.ways.get(kind) == IN_DIGEST and duties[row.office_id] & duties_concerned(kind, row.task_duty):
            yield row, kind
