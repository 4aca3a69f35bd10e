"""新生信息锁定: a cohort's data close by the clock, whether or not anybody worked that night. Pure answers.

Who writes a closed cohort's record: P06 and what else its superior decides of one child's data (each write proved by
the digest of the rest), 补录, and approved changes of status. Of what a school changes alone, only the fields that the
policy table of `correction` leaves to it. Photos and classes are no data of the lock: a picture is of its day, and a
class is a change of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from app import clock
from app.errors import InvalidInput, Refused
from app.students.rules.family import column_of

#: processes in which the superior decides of a child's own data, before the lock and after it
BY_THE_SUPERIOR = ("key_correction", "locked_correction", "contested_record", "reversal")
LATEST = (12, 31)  # 月、日: no cohort stays open into the next calendar year


class Locked(Refused):
    """The September lock: the cohort's data close at 30 September 24:00 of its entry year."""

    code = "E-LOCK-01"
    text = "新生信息已于 {date}锁定，修改须经学校上级教育行政部门批准，请办理“锁后修改”。"


class LockedForRegistration(Locked):
    """The same lock, for a child who is not registered yet."""

    text = "新生信息已于 {date}锁定，补录须经学校上级教育行政部门批准，请办理“补录”。"


class NotLocked(Refused):
    """A cohort that is still open needs no correction after the lock."""

    code = "E-LOCK-02"
    text = "该届学生信息尚未锁定（{date}锁定），请办理“一般信息变更”或“关键信息变更”。"


class AlreadyLocked(Refused):
    """A lock is postponed before it falls, never lifted."""

    code = "E-LOCK-03"
    text = "该届新生信息已于 {date}锁定，不能再推迟。"


def earliest_lock(entry_year: int) -> dt.datetime:
    """30 September 24:00 of the entry year, in UTC: the cohort closes then unless the province has postponed it.

    Whether it has, `queries.locked_since` knows; this is for what must never come too late to prove.
    """
    return dt.datetime.combine(dt.date(entry_year, 10, 1), dt.time(0), clock.ZONE).astimezone(dt.UTC)


def last_moment(locked_since: dt.datetime) -> str:
    """The lock as people say it: 2026 年 9 月 30 日 24 时."""
    day = clock.local(locked_since) - dt.timedelta(seconds=1)
    return f"{day.year} 年 {day.month} 月 {day.day} 日 24 时"


def objections_to_fields(
    process: str,
    fields: Collection[str],
    policy: Mapping[str, Any],
    locked_since: dt.datetime,
    now: dt.datetime,
    *,
    new: bool,
) -> list[Refused]:
    """Why these fields of a child may not be written by that process; [] until the very moment of the lock.

    policy -- by field whether it is left to the school after the lock: always, later (once the child's cohort is no
    longer the newest that has closed), never; new -- it is the newest.
    """
    if now < locked_since or process in BY_THE_SUPERIOR:
        return []
    left = ("always",) if new else ("always", "later")
    date = last_moment(locked_since)
    return [Locked(date=date, field=name) for name in sorted(fields) if policy.get(column_of(name)) not in left]


def objections_to_registration_when_locked(locked_since: dt.datetime, now: dt.datetime) -> list[Refused]:
    """Why no child may be registered into a cohort any more (then only 补录); [] until the very moment of the lock."""
    return [LockedForRegistration(date=last_moment(locked_since), field="entry_year")] if now >= locked_since else []


def objections_to_postponement(
    entry_year: int, until: dt.date, locked_since: dt.datetime, now: dt.datetime
) -> list[Refused]:
    """P05: later than the present lock, in the same calendar year, and before the lock has fallen."""
    if now >= locked_since:
        return [AlreadyLocked(date=last_moment(locked_since), field="year")]
    if not clock.local(locked_since).date() <= until <= dt.date(entry_year, *LATEST):
        sentence = f"推迟后的锁定日期须晚于 {last_moment(locked_since)}，不晚于当年 12 月 31 日。"
        return [InvalidInput(sentence=sentence, field="until")]
    return []
