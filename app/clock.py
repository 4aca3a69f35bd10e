"""The one clock: now, today, the school year, and working days with make-up days (调休).

`XUEJI_NOW` (an ISO time) sets the time at which the clock starts; tests set it with `set_to`.
The calendar of exceptions, 2010–2026, is `calendar.csv`: days off that are no weekend, weekends that are worked,
after the State Council's yearly notices. Later years are imported by the province and told to the clock (`learn`).
Until then a year has its statutory holidays, which fall where the law puts them (全国年节及纪念日放假办法, 2025);
days moved around them wait for the notice.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import functools
import os
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from zoneinfo import ZoneInfo

from holidays.countries.china import China

ZONE = ZoneInfo("Asia/Shanghai")
CLOSING = dt.time(17, 30)  # an office's day ends: a deadline is the end of its last working day

_offset = dt.timedelta(0)
_ahead: ContextVar[dt.timedelta] = ContextVar("ahead", default=_offset)


def now() -> dt.datetime:
    """This instant, in UTC, as the product's clock shows it."""
    return dt.datetime.now(dt.UTC) + _offset + _ahead.get()


@contextlib.contextmanager
def ahead(days: int) -> Iterator[None]:
    """Within the block, and for nobody else, it is so many days later: for what is rehearsed and undone."""
    before = _ahead.set(_ahead.get() + dt.timedelta(days=days))
    try:
        yield
    finally:
        _ahead.reset(before)


def today() -> dt.date:
    """Today's date in China."""
    return local(now()).date()


def local(instant: dt.datetime) -> dt.datetime:
    """The same instant on a Chinese clock."""
    return instant.astimezone(ZONE)


def set_to(instant: dt.datetime | None) -> None:
    """Let the clock go on from `instant`; None returns it to the machine's time."""
    global _offset
    _offset = dt.timedelta(0) if instant is None else instant - dt.datetime.now(dt.UTC)


def start_from_environment() -> None:
    """Set the clock as `XUEJI_NOW` says; a time without zone is Chinese time. Raises ValueError when unreadable."""
    text = os.environ.get("XUEJI_NOW")
    if text:
        instant = dt.datetime.fromisoformat(text)
        set_to(instant if instant.tzinfo else instant.replace(tzinfo=ZONE))


def school_year(day: dt.date) -> int:
    """The year in which the school year of `day` began: it turns on 1 August, when registration opens."""
    return day.year if day.month >= 8 else day.year - 1


@functools.cache
def _shipped() -> dict[dt.date, bool]:
    with Path(__file__).with_name("calendar.csv").open(encoding="utf-8") as file:
        return {dt.date.fromisoformat(row["day"]): row["works"] == "1" for row in csv.DictReader(file)}


@functools.cache
def shipped_years() -> tuple[int, ...]:
    """The years that came with the program, in order."""
    return tuple(sorted({day.year for day in _shipped()}))


_learnt: dict[int, Mapping[dt.date, bool]] = {}
_exceptions: dict[dt.date, bool] = {}


def learn(years: Mapping[int, Mapping[dt.date, bool]]) -> None:
    """Know these years' exceptions beside the shipped ones, in the place of what was learnt before.

    A year that is learnt replaces the shipped one: the State Council has changed a year that had begun.
    """
    global _learnt, _exceptions
    known = {day: works for day, works in _shipped().items() if day.year not in years}
    for year in sorted(years):
        known |= years[year]
    _learnt, _exceptions = dict(years), known  # whole at once: other threads are reading


def known_years() -> set[int]:
    """Every year whose days off and make-up days are known."""
    return {*shipped_years(), *_learnt}


@functools.cache
def statutory_holidays(year: int) -> frozenset[dt.date]:
    """元旦、春节、清明、劳动节、端午、中秋、国庆 of a year by the law alone: no day is moved (调休, 补假)."""
    days = China(years=year, observed=False, language="zh_CN")
    return frozenset(day for day, name in days.items() if not name.startswith("休息日"))


def is_working_day(day: dt.date) -> bool:
    """True when offices work on that day, make-up days included.

    In a year without a notice, from Monday to Friday but for the statutory holidays.
    """
    known = (_exceptions or _shipped()).get(day)
    if known is not None:
        return known
    return day.weekday() < 5 and (day.year in known_years() or day not in statutory_holidays(day.year))


def add_working_days(start: dt.date, days: int) -> dt.date:
    """The day on which `days` working days have passed after `start`; the day of arrival does not count."""
    day = start
    while days > 0:
        day += dt.timedelta(days=1)
        days -= is_working_day(day)
    return day


def working_days_between(start: dt.date, end: dt.date) -> int:
    """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + dt.timedelta(days=n)) for n in range(1, (end - start).days + 1))


def end_of(day: dt.date) -> dt.datetime:
    """The closing hour of an office on that day, in UTC."""
    return dt.datetime.combine(day, CLOSING, ZONE).astimezone(dt.UTC)


def deadline_after(instant: dt.datetime, days: int) -> dt.datetime:
    """The closing hour of the last of `days` working days after `instant`, in UTC."""
    return end_of(add_working_days(local(instant).date(), days))
