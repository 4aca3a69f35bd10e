"""Will a task be decided in time? Judged by how long its own office has taken at that step. Pure answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST = 5  # decided tasks that have taken as long already: of fewer nothing is said
HALF = 0.5


@dataclass(frozen=True)
class Forecast:
    """Of the tasks that its office took as long for as this one has waited, how many took longer than its limit.

    of -- how many there were; late -- those of them
    """

    of: int
    late: int

    @property
    def is_late(self) -> bool:
        """True where more of them were too late than not."""
        return self.of >= LEAST and self.late > self.of * HALF


def forecast(taken: Mapping[int, int], waited: int, limit: int) -> Forecast:
    """What becomes of a task that has waited so many working days of so many.

    taken -- working days to how many tasks its office has decided in them at that step
    """
    as_long = {days: count for days, count in taken.items() if days >= waited}
    return Forecast(sum(as_long.values()), sum(count for days, count in as_long.items() if days > limit))
