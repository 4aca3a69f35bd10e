"""How much of the demo province is loaded: the whole of it, or enough of everything for a test."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Size:
    """The divisions whose schools are founded (None: all of them), and how many cases are opened."""

    divisions: Collection[str] | None
    transfers: int  # open ones
    each: int  # open cases of each other process
    plans: int
    lived_in: int = 0  # how full the shown desks are, in percent; at all, months have passed

    def includes(self, division: str) -> bool:
        """True when the schools of that county or city are founded."""
        return self.divisions is None or division in self.divisions


WHOLE = Size(None, transfers=270, each=6, plans=36, lived_in=100)
SMALL = Size(("330100", "330105", "330106", "330203", "330212"), transfers=8, each=1, plans=4)
SMALL_LIVED_IN = replace(SMALL, lived_in=15)
