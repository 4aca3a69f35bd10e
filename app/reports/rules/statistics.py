"""Working days of a step, causes of a refused attempt. Pure answers."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass

from app import clock

SMALL = 5  # fewer children than this are not said of a school by anybody else
#: 原因 of a refused attempt, by the beginning of its code; the founding document's control of over-enrolment
CAUSES = {
    "over": ("超额", ("E-QUOTA",)),
    "area": ("跨区", ("E-PLAN", "E-SCOPE")),
    "directive": ("无指令或档案未到", ("E-DIR", "E-ARCH")),
    "double": ("重复建档", ("E-DUP",)),
}


def cause_of(code: str) -> str | None:
    """The cause for which a refusal's code stands, None where it is none of these."""
    return next((cause for cause, (_name, begins) in CAUSES.items() if code.startswith(begins)), None)


@functools.lru_cache(maxsize=20_000)
def working_days(since: dt.date, until: dt.date) -> int:
    """As deadlines count them: the day of arrival does not count, 0 is the same day."""
    return max(0, clock.working_days_between(since, until))


@dataclass(frozen=True)
class Times:
    """How long something took: of how many, the median, and within how many working days nine of ten were done."""

    decided: int
    median: int | None
    slow: int | None


def times_of(spans: Iterable[tuple[dt.date, dt.date, int]]) -> Times:
    """The times of so many that arrived on one day and ended on another."""
    days: dict[int, int] = {}
    for since, until, count in spans:
        taken = working_days(since, until)
        days[taken] = days.get(taken, 0) + count
    total = sum(days.values())
    return Times(total, _quantile(days, total, 50), _quantile(days, total, 90)) if total else Times(0, None, None)


def _quantile(days: dict[int, int], total: int, percent: int) -> int:
    """The least number of days within which so many percent were done."""
    wanted, reached = -(-total * percent // 100), 0
    for taken in sorted(days):
        reached += days[taken]
        if reached >= wanted:
            return taken
    return max(days)
