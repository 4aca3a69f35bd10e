"""Small cells: how few children a figure stands for is not said outside the school that keeps them.

A figure of children (how many came, left, were registered, were refused) is one; of work (tasks, acts, seats) is none.
"""

from __future__ import annotations

SMALL = 5  # fewer children than this are not said of a school by anybody else
FEW = f"少于 {SMALL}"
NOTE = f"{SMALL} 人以下的只显示“{FEW}”。"


def is_small(count: int) -> bool:
    """True for some children who are so few that a figure might tell who they are."""
    return 0 < count < SMALL


def shown(count: int, *, owns: bool = False) -> int | str:
    """The figure as whoever reads it may see it; owns -- the reader is the school that keeps these children."""
    return FEW if is_small(count) and not owns else count


def sum_shown(counts: list[int]) -> int | str:
    """The sum beneath some figures: where one alone is not said it would tell it, and is not said exactly either."""
    hidden = [each for each in counts if is_small(each)]
    if len(hidden) == 1 and len([each for each in counts if each]) > 1:
        return f"{sum(counts) - hidden[0]} 以上"
    return shown(sum(counts))
