"""How long steps take, in working days. Pure answers."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app import clock


def working_days(since: dt.date, until: dt.date) -> int:
    """As deadlines count them: the day of arrival does not count, 0 is the same day."""
    return max(0, clock.working_days_between(since, until))


@dataclass(frozen=True)
class Times:
    """How long something took: of how many, the median, and within how many working days nine of ten were done."""

    decided: int = 0
    median: int | None = None
    slow: int | None = None


def times_of(taken: Iterable[tuple[int, int]]) -> Times:
    """The times of what took so many working days, so often."""
    days: Counter[int] = Counter()
    for each, count in taken:
        days[each] += count
    total = days.total()
    return Times(total, _quantile(days, total, 50), _quantile(days, total, 90)) if total else Times()


def _quantile(days: Counter[int], total: int, percent: int) -> int:
    """The least number of days within which so many percent were done."""
    wanted, reached = -(-total * percent // 100), 0
    for taken in sorted(days):
        reached += days[taken]
        if reached >= wanted:
            return taken
    return max(days)
