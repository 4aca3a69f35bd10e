"""The figures of the product, measured side by side with what they are compared to.

A module of this package offers `measure() -> Mapping[str, Figure]`; `python -m tests.bench [word …]` runs them all, or
those whose name holds one of the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured line: its value, the goal in words, how many rounds stand behind it."""

    value: Any
    unit: str
    goal: str
    rounds: int
    note: str = ""
