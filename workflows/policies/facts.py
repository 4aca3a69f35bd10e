"""The facts of a diagram as far as its conditions and policies ask for them, each with the values it can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import floor
from typing import Any

from workflows import scripts
from workflows.decision_tables import Table
from workflows.errors import RunBroken
from workflows.policies.policy import Fact
from workflows.translation import gettext

Data = tuple[int, ...]  # for each fact the place of its value among those it can have; 0 is always None, not known
MOST_BEGINNINGS = 512  # combinations of the facts that are known from the opening
NAMED_BY_THE_ENGINE = ("outcome", "returned_by", "refusal", "here", "source")  # see vocabulary.facts_of_answer


class TooManyFacts(Exception):
    """More combinations of facts than are followed, or conditions whose cases are not few; the sentence says so."""


class Facts:
    """The facts that count: those that conditions ask for, each with every value that makes a difference.

    Of a number these are the constants that it is compared with, and those beside them; of a table what its rules say,
    and that it says nothing. Two numbers compared with one another are not followed (`refuse_two_numbers`).

    asked -- the expressions; declared -- what the policy file says of facts; given -- the values that the engine itself
    gives to `outcome`, `returned_by` and `refusal`; tables -- the decision tables at hand by id.
    unknown -- the facts that nobody supplies: they are never known, as in the engine.
    """

    def __init__(
        self,
        asked: Iterable[str],
        declared: Mapping[str, Fact],
        given: Mapping[str, Iterable[str]],
        tables: Mapping[str, Table],
    ) -> None:
        expressions = sorted(set(asked))
        self.names = sorted({name for each in expressions for name in scripts.names(each)})
        self.unknown = [each for each in self.names if each not in declared and each not in NAMED_BY_THE_ENGINE]
        self._expressions = expressions
        self._place = {name: place for place, name in enumerate(self.names)}
        self.declared = declared
        compared = {pair for each in expressions for pair in scripts.compared(each)}
        self.missing_tables: list[Fact] = []
        self.values = [
            [None, *self._values(name, declared.get(name), given.get(name, ()), tables, compared)]
            for name in self.names
        ]
        self._known: dict[tuple[str, Data], Any] = {}

    def _values(
        self,
        name: str,
        fact: Fact | None,
        given: Iterable[str],
        tables: Mapping[str, Table],
        compared: Iterable[tuple[str, Any]],
    ) -> list[Any]:
        found: list[Any] = sorted(set(given))
        if fact is None:
            return found
        if fact.numeric:
            near = [floor(value) for asked, value in compared if asked == name and type(value) in (int, float)]
            return sorted({0, 1, *(each + step for each in near for step in (-1, 0, 1) if each + step >= 0)})
        values = list(fact.values)
        if fact.table is not None:
            table = tables.get(fact.table)
            if table is None or name not in table.outputs:
                self.missing_tables.append(fact)
            else:
                column = table.outputs.index(name)
                values = [value for rule in table.rules if (value := rule.outputs[column]) is not None]
        for value in values:
            if not any(value == other and type(value) is type(other) for other in found):
                found.append(value)
        return found

    def refuse_two_numbers(self) -> None:
        """Raises TooManyFacts for a condition that compares two numbers: no few values stand for all of them."""
        numbers = {name for name, fact in self.declared.items() if fact.numeric}
        for text in self._expressions:
            if any(len(each & numbers) > 1 for each in scripts.compared_together(text)):
                raise TooManyFacts(gettext("条件 {text} 把两个数相比，不能逐一验证", text=text))

    def beginnings(self) -> Iterator[Data]:
        """Every combination of the facts that are known from the opening. Raises TooManyFacts."""
        self.refuse_two_numbers()
        choices: list[list[int]] = []
        count = 1
        for name, values in zip(self.names, self.values, strict=True):
            fact = self.declared.get(name)
            from_opening = fact is not None and not fact.by and name not in NAMED_BY_THE_ENGINE and len(values) > 1
            may_be_unknown = [0] if fact is not None and fact.table is not None else []
            choices.append([*range(1, len(values)), *may_be_unknown] if from_opening else [0])
            count *= len(choices[-1])
        if count > MOST_BEGINNINGS:
            raise TooManyFacts(
                gettext("开立时的事实有 {count} 种组合，最多验证 {most} 种", count=count, most=MOST_BEGINNINGS)
            )
        yield from product(*choices)

    def given_by(self, verb: str) -> list[dict[str, Any]]:
        """What a verb may answer: every combination of the facts it gives, of those that count."""
        names = [name for name in self.names if name in self.declared and verb in self.declared[name].by]
        declared = [self.declared[name] for name in names]
        choices = [
            list(fact.values) if fact.values else self.values[self._place[name]][1:]
            for name, fact in zip(names, declared, strict=True)
        ]
        return [dict(zip(names, chosen, strict=True)) for chosen in product(*choices)]

    def with_(self, data: Data, new: Mapping[str, Any]) -> Data:
        """The facts with these in place of what they were; those that do not count are left out."""
        changed = list(data)
        for name, value in new.items():
            place = self._place.get(name)
            if place is not None:
                changed[place] = self._index(place, value)
        return tuple(changed)

    def _index(self, place: int, value: Any) -> int:
        for number, each in enumerate(self.values[place]):
            if each == value and type(each) is type(value):
                return number
        self.values[place].append(value)
        return len(self.values[place]) - 1

    def merged(self, arrived: Iterable[Data]) -> Data:
        """After a join: what the last branch to arrive knows goes before what the others know."""
        whole: list[int] = [0] * len(self.names)
        for data in arrived:
            whole = [mine or before for mine, before in zip(data, whole, strict=True)]
        return tuple(whole)

    def as_dict(self, data: Data) -> dict[str, Any]:
        """The facts by name, those that are not known left out."""
        return {name: self.values[place][data[place]] for place, name in enumerate(self.names) if data[place]}

    def holds(self, expression: str, data: Data) -> bool | None:
        """Does the condition hold? None where it cannot be worked out: a number is asked for that is not known."""
        key = (expression, data)
        if key not in self._known:
            try:
                self._known[key] = bool(scripts.evaluate(expression, self.as_dict(data)))
            except RunBroken:
                self._known[key] = None
        found: bool | None = self._known[key]
        return found
