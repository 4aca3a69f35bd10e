"""How late a task or a report is. Pure answers."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from app import clock

Light = Literal["green", "yellow", "red", "paused"]
LIGHT_NAMES: dict[Light, str] = {
    "red": "已超期",
    "yellow": "三个工作日内到期",
    "green": "时限充裕",
    "paused": "暂停计时",
}
SOON = 3  # working days before its deadline in which a task is yellow


def light(deadline: dt.datetime, now: dt.datetime, *, paused: bool = False) -> Light:
    """green, yellow (the last working days), red (overdue) or paused."""
    if paused:
        return "paused"
    if now > deadline:
        return "red"
    return "yellow" if days_left(deadline, now) <= SOON else "green"


def days_left(deadline: dt.datetime, now: dt.datetime) -> int:
    """Whole working days until the deadline's day; negative when it has passed."""
    return clock.working_days_between(clock.local(now).date(), clock.local(deadline).date())


def time_left(deadline: dt.datetime, now: dt.datetime, *, paused: bool = False) -> str:
    """剩 3 个工作日, 今日到期, 超期 2 个工作日, 暂停计时."""
    if paused:
        return "暂停计时"
    left = days_left(deadline, now)
    if now > deadline:
        return f"超期 {max(1, -left)} 个工作日"
    return f"剩 {left} 个工作日" if left else "今日到期"


def reported_late(title: str, on: dt.date, days: int, submitted: dt.datetime) -> str | None:
    """What whoever decides must know of an event that was to be reported within so many working days; None in time.

    Nothing is refused: a late report is still a report, and the record must not go on as if nothing had happened
    (教基一〔2013〕7 号, article 22: the death of a pupil within ten working days).
    """
    last, day = clock.add_working_days(on, days), clock.local(submitted).date()
    if day <= last:
        return None
    return (
        f"{title}为 {on:%Y-%m-%d}，须在 {days} 个工作日内（最迟 {last:%Y-%m-%d}）报告；"
        f"本件于 {day:%Y-%m-%d} 提交，逾期 {clock.working_days_between(last, day)} 个工作日。"
    )


REMINDERS = ((1, 2), (4, 5))  # of its time, after which a desk is reminded


def next_reminder(arrived: dt.datetime, deadline: dt.datetime, after: dt.datetime) -> dt.datetime | None:
    """When half, and when four fifths of the working days between arrival and deadline have gone, and the deadline
    itself: the first such moment after that one; None when there is no other.
    """
    came = clock.local(arrived).date()
    days = clock.working_days_between(came, clock.local(deadline).date())
    moments = [clock.end_of(clock.add_working_days(came, days * part // whole)) for part, whole in REMINDERS]
    within = [each for each in moments if arrived < each < deadline]
    return next((each for each in (*within, deadline) if each > after), None)


def last_yellow(today: dt.date) -> dt.date:
    """The last day on which a deadline is yellow."""
    return clock.add_working_days(today, SOON)


def after_yellow(now: dt.datetime) -> dt.datetime:
    """The first deadline that is green."""
    return clock.end_of(last_yellow(clock.local(now).date())) + dt.timedelta(seconds=1)


def deadline_bounds(wanted: str | None, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The deadlines that show a light while the clock runs: (before, since); all of them for `paused` and for none."""
    soon = after_yellow(now)
    match wanted:
        case "red":
            return now, None
        case "yellow":
            return soon, now
        case "green":
            return None, soon
    return None, None
