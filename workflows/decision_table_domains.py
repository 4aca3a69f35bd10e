"""The values that an input of a decision table may have, cut where a rule tells them apart.

Two values of one part are alike to every rule of the table, so a set of values is a set of parts: a whole number whose
bit n says that part n belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.decision_tables import Rule, Table, comparisons, matches
from workflows.translation import gettext, gettext_noop, listed, quoted

OTHER = "\U0010ffff"  # a text that no table names
MOST_NAMED = 4  # parts that a sentence lists
WORDS = {True: gettext_noop("是"), False: gettext_noop("否"), None: gettext_noop("空")}


@dataclass(frozen=True)
class Part:
    """Values that no rule tells apart: one of them, and how they are called."""

    value: Any
    words: str
    #: of a part of the line of numbers
    low: float | None = None
    high: float | None = None
    is_range: bool = False


@dataclass(frozen=True)
class Domain:
    """The parts of an input, and which of them come up."""

    name: str
    title: str
    parts: tuple[Part, ...]
    expected: int  # the parts for which there should be a rule

    @property
    def everything(self) -> int:
        return (1 << len(self.parts)) - 1

    def of_cell(self, cell: str) -> int:
        """The parts for whose values a cell holds."""
        return sum(1 << place for place, part in enumerate(self.parts) if matches(cell, part.value))

    def choices(self) -> str:
        """Every part as a cell writes it, with what it is called where that is something else."""
        return listed(_written(part) for part in self.parts)

    def words_of(self, parts: int) -> str:
        """How a set of parts is called."""
        said = list(self._words(parts))
        if len(said) > MOST_NAMED:
            return gettext("{words}等 {count} 种", words=listed(said[:MOST_NAMED]), count=len(said))
        return listed(said)

    def _words(self, parts: int) -> Iterator[str]:
        """Neighbours on the line of numbers in one."""
        run: list[Part] = []
        for place, part in enumerate(self.parts):
            if not parts >> place & 1:
                yield from _words_of_run(run)
                run = []
            elif part.is_range:
                run.append(part)
            else:
                yield from _words_of_run(run)
                run = []
                yield part.words
        yield from _words_of_run(run)


def domains_of(table: Table, known: Mapping[str, Mapping[Any, str]]) -> list[Domain]:
    """The domain of each input.

    known -- all values that an input may have, where they are finite, by its name, each with what people call it
    """
    return [_domain(table, column, known.get(name)) for column, name in enumerate(table.inputs)]


def _domain(table: Table, column: int, known: Mapping[Any, str] | None) -> Domain:
    name, rules = table.inputs[column], table.rules
    title = table.titles[column] if table.titles else name
    bounds = list(_bounds(rules, column))
    if known:
        parts = [Part(value, words) for value, words in known.items()]
        return Domain(name, title, tuple(parts), (1 << len(parts)) - 1)
    kind = table.types[column] if table.types else ""
    parts = []
    texts = sorted({each for each in bounds if isinstance(each, str)})
    numbers = sorted({each for each in bounds if isinstance(each, int | float) and not isinstance(each, bool)})
    truths = kind == "boolean" or any(isinstance(each, bool) for each in bounds)
    if texts or kind == "string":
        parts += [_single(each) for each in texts]
        parts += [Part(f"{each}\x01", gettext("“{text}”以后的文字", text=each)) for each in _ordered(rules, column)]
        parts.append(Part(OTHER, gettext("其他文字")))
    if numbers:
        parts += _line(numbers)
    elif kind in ("number", "integer", "long", "double"):
        parts.append(Part(0, gettext("任何数")))
    if truths:
        parts += [_single(True), _single(False)]
    expected = (1 << len(parts)) - 1  # nothing is said of whoever leaves an input empty, unless the table does
    if None in bounds or not parts:
        parts.append(_single(None))
        expected = (1 << len(parts)) - 1
    return Domain(name, title, tuple(parts), expected)


def _written(part: Part) -> str:
    if not isinstance(part.value, str) or part.value == OTHER or part.words in (part.value, quoted(part.value)):
        return part.words
    return gettext('{words}（写作 "{value}"）', words=part.words, value=part.value)


def _bounds(rules: Sequence[Rule], column: int) -> Iterator[Any]:
    for rule in rules:
        for test in comparisons(rule.tests[column])[1]:
            yield from (bound for _sign, bound in test)


def _ordered(rules: Sequence[Rule], column: int) -> list[str]:
    """Texts that a cell compares by order: what comes right after one is a part of its own."""
    tests = (test for rule in rules for test in comparisons(rule.tests[column])[1])
    return sorted({bound for test in tests for sign, bound in test if sign[0] in "<>" and isinstance(bound, str)})


def _single(value: Any) -> Part:
    if isinstance(value, str):
        return Part(value, gettext("“{name}”", name=value))
    return Part(value, gettext(WORDS[value]) if value is None or isinstance(value, bool) else str(value))


def _line(numbers: Sequence[float]) -> list[Part]:
    """The numbers and what lies between them. Between two whole numbers that follow each other lies nothing: the facts
    of a case are whole numbers, unless the table itself speaks of others.
    """
    parts = [Part(numbers[0] - 1, "", None, numbers[0], True)]
    for number, following in zip(numbers, [*numbers[1:], None], strict=True):
        parts.append(Part(number, "", number, number, True))
        if following is None:
            parts.append(Part(number + 1, "", number, None, True))
        elif following - number > 1 or not (isinstance(number, int) and isinstance(following, int)):
            middle = number + 1 if following - number > 1 else (number + following) / 2
            parts.append(Part(middle, "", number, following, True))
    return parts


def _words_of_run(run: Sequence[Part]) -> Iterator[str]:
    """小于 5, 5 至 10, 大于 5 且小于 10, 任何数."""
    if not run:
        return
    low, high = run[0].low, run[-1].high
    low_is_in, high_is_in = run[0].low == run[0].high, run[-1].low == run[-1].high
    if low is None and high is None:
        yield gettext("任何数")
    elif low == high and low_is_in:
        yield f"{low}"
    elif low_is_in and high_is_in:
        yield gettext("{low} 至 {high}", low=low, high=high)
    else:
        sides = []
        if low is not None:
            sides.append(gettext("不小于 {number}", number=low) if low_is_in else gettext("大于 {number}", number=low))
        if high is not None:
            sides.append(
                gettext("不大于 {number}", number=high) if high_is_in else gettext("小于 {number}", number=high)
            )
        yield gettext("{one}且{other}", one=sides[0], other=sides[1]) if len(sides) > 1 else sides[0]
