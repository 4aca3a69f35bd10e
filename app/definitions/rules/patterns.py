"""Which regular expressions a form may ask for: those that a text cannot keep busy.

Python tries one way through a pattern after the other, and `^(a+)+$` has two to the power of the text's length. A
pattern is allowed where each character of a text can stand in one place of it only, reached in one way (a strongly
one-unambiguous expression, after Brüggemann-Klein and Wood 1998): then a wrong turn is over at its first character,
and the time is that of the text's length. Whatever is not plainly of that kind is refused; sets of characters are
taken too wide rather than too narrow.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LONGEST = 100  # characters of a pattern
MOST_PLACES = 500  # characters that it stands for, its repetitions written out
TWO_WAYS = "有的文字有不止一种匹配方法（如嵌套或相邻的重复），可能使系统停顿"

Ranges = tuple[tuple[int, int], ...]  # of code points, first and last
EVERY: Ranges = ((0, 0x10FFFF),)
BEYOND_ASCII = (0x80, 0x10FFFF)
CATEGORIES: dict[str, Ranges] = {  # wider than they are: what lies beyond ASCII belongs to each
    "CATEGORY_DIGIT": ((0x30, 0x39), BEYOND_ASCII),
    "CATEGORY_SPACE": ((0x09, 0x0D), (0x1C, 0x20), BEYOND_ASCII),
    "CATEGORY_WORD": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), BEYOND_ASCII),
}


class _Unfit(Exception):
    """Says why a pattern is refused."""


@dataclass(frozen=True)
class _Part:
    """A part of a pattern: may it be empty, with which places may it begin and end."""

    empty: bool
    first: frozenset[int]
    last: frozenset[int]


NOTHING = _Part(True, frozenset(), frozenset())


def fault_of_pattern(pattern: object) -> str | None:
    """What is wrong with a field's `pattern`, in a sentence without its end; None where it may be published."""
    if not isinstance(pattern, str):
        return "pattern 须为文字"
    if len(pattern) > LONGEST:
        return f"pattern 不能超过 {LONGEST} 个字符"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a set that Python will read otherwise one day
            re.compile(pattern)
            parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]
    except (re.error, OverflowError, RecursionError, Warning):
        return "pattern 不是正确的正则表达式"
    if parsed.state.flags & ~re.UNICODE.value:
        return "pattern 中不能有标志（如 (?i)）"
    if not _begins_at_the_start(list(parsed)):
        return "pattern 的每一种写法都须以 ^ 开头"
    try:
        _Automaton().refuse_two_ways(list(parsed))
    except _Unfit as unfit:
        return f"pattern 中{unfit}"
    return None


def _begins_at_the_start(items: Sequence[Any]) -> bool:
    """A search that may begin anywhere takes the square of the text's length."""
    if not items:
        return False
    kind, said = str(items[0][0]), items[0][1]
    match kind:
        case "AT":
            return str(said) == "AT_BEGINNING"
        case "SUBPATTERN":
            return _begins_at_the_start(list(said[-1]))
        case "BRANCH":
            return all(_begins_at_the_start(list(each)) for each in said[1])
    return False


class _Automaton:
    """The places of a pattern and which may follow which (Glushkov's automaton)."""

    def __init__(self) -> None:
        self.places: list[Ranges] = []
        self.following: list[set[int]] = []

    def refuse_two_ways(self, items: Sequence[Any]) -> None:
        """Raises _Unfit where a character could stand in two places."""
        whole = self._sequence(items)
        for choice in (whole.first, *self.following):
            ranges = sorted(each for place in choice for each in self.places[place])
            if any(one[1] >= other[0] for one, other in pairwise(ranges)):
                raise _Unfit(TWO_WAYS)

    def _sequence(self, items: Iterable[Any]) -> _Part:
        whole = NOTHING
        for kind, said in items:
            whole = self._joined(whole, self._part(str(kind), said))
        return whole

    def _joined(self, one: _Part, other: _Part) -> _Part:
        for place in one.last:
            if self.following[place] & other.first:  # as from a to a in (a+)+, by the inner or the outer repetition
                raise _Unfit(TWO_WAYS)
            self.following[place] |= other.first
        return _Part(
            one.empty and other.empty,
            one.first | other.first if one.empty else one.first,
            one.last | other.last if other.empty else other.last,
        )

    def _part(self, kind: str, said: Any) -> _Part:
        match kind:
            case "LITERAL":
                return self._place(((said, said),))
            case "NOT_LITERAL":
                return self._place(_others(((said, said),)))
            case "ANY":
                return self._place(EVERY)
            case "IN":
                return self._place(_set(said))
            case "AT" if str(said) in ("AT_BEGINNING", "AT_END"):
                return NOTHING
            case "SUBPATTERN" if not said[1] and not said[2]:
                return self._sequence(said[-1])
            case "BRANCH":
                return self._branch([self._sequence(each) for each in said[1]])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeat(*said)
        raise _Unfit("有不能使用的写法（可用：文字、字符集、分组、| 和重复次数）")

    def _place(self, ranges: Ranges) -> _Part:
        if len(self.places) == MOST_PLACES:
            raise _Unfit(f"的重复展开后超过 {MOST_PLACES} 个字符")
        self.places.append(ranges)
        self.following.append(set())
        only = frozenset({len(self.places) - 1})
        return _Part(False, only, only)

    @staticmethod
    def _branch(parts: Sequence[_Part]) -> _Part:
        if sum(each.empty for each in parts) > 1:
            raise _Unfit("不能有两种都可以为空的写法")
        return _Part(
            any(each.empty for each in parts),
            frozenset().union(*(each.first for each in parts)),
            frozenset().union(*(each.last for each in parts)),
        )

    def _repeat(self, least: int, most: int, items: Any) -> _Part:
        """x{2,4} as x x (x (x)?)?, and x{2,} as x x+."""
        endless = str(most) == "MAXREPEAT"
        if max(least, 0 if endless else int(most)) > MOST_PLACES:
            raise _Unfit(f"的重复次数不能超过 {MOST_PLACES}")
        written = max(least, 1) if endless else int(most)
        copies = [self._sequence(items) for _ in range(written)]
        if any(each.empty for each in copies):
            raise _Unfit("不能重复可以为空的部分")
        if endless and copies:
            self._joined(copies[-1], copies[-1])
        whole = NOTHING
        for number in reversed(range(written)):
            whole = self._joined(copies[number], whole)
            if number >= least:
                whole = _Part(True, whole.first, whole.last)
        return whole


def _set(members: Sequence[Any]) -> Ranges:
    """The characters of [...]; of [^...] all others."""
    ranges: list[tuple[int, int]] = []
    negated = False
    for kind, said in members:
        match str(kind):
            case "NEGATE":
                negated = True
            case "LITERAL":
                ranges.append((said, said))
            case "RANGE":
                ranges.append(said)
            case _ if negated:  # to be wide, what is left out must not be
                continue
            case _:
                ranges.extend(CATEGORIES.get(str(said), EVERY))
    return _others(_merged(ranges)) if negated else _merged(ranges)


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Without overlaps, since a set may say a character twice."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(ranges: Ranges) -> Ranges:
    others, begin = [], 0
    for low, high in ranges:
        if low > begin:
            others.append((begin, low - 1))
        begin = high + 1
    return (*others, (begin, 0x10FFFF)) if begin <= 0x10FFFF else tuple(others)
