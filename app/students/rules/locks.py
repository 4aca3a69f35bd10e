"""新生信息锁定: a cohort's basic data close by the clock, whether or not anybody worked that night. Pure answers."""

from __future__ import annotations

import datetime as dt

from app import clock
from app.errors import InvalidInput, Refused

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


def last_moment(locked_since: dt.datetime) -> str:
    """The lock as people say it: 2026 年 9 月 30 日 24 时."""
    day = clock.local(locked_since) - dt.timedelta(seconds=1)
    return f"{day.year} 年 {day.month} 月 {day.day} 日 24 时"


def objections_to_edit(locked_since: dt.datetime, now: dt.datetime, field: str) -> list[Refused]:
    """Why a basic field may not be edited without the superior; [] until the very moment of the lock."""
    return [Locked(date=last_moment(locked_since), field=field)] if now >= locked_since else []


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
