"""Every shipped diagram with one thing changed: what an analyst's slip, or somebody's wish, would make of it.

Deterministic: which of many possible targets a change takes is drawn from a generator seeded with diagram and operator.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from tests.proof import flow_operators, harmless_operators, task_operators
from tests.proof.sheet import Sheet
from workflows.decision_tables import Table, read_tables
from workflows.policies import Book

SAMPLE = 300
SHELF = Path(__file__).parents[2] / "bpmn"
Operator = Callable[[Sheet, random.Random], Iterator[tuple[str, Sheet]]]
OPERATORS: dict[str, Operator] = {
    name.replace("_", " "): operator
    for module in (task_operators, flow_operators, harmless_operators)
    for name, operator in module.OPERATORS.items()
}
HARMLESS = frozenset(name.replace("_", " ") for name in harmless_operators.OPERATORS)


@dataclass(frozen=True)
class Mutant:
    """One change of one diagram."""

    process: str
    operator: str
    change: str
    source: bytes

    @property
    def name(self) -> str:
        return f"{self.process}: {self.operator}: {self.change}"

    @property
    def harmless(self) -> bool:
        return self.operator in HARMLESS


def changed_by(operator: str, path: Path) -> Iterator[Mutant]:
    """The mutants of a diagram by one operator."""
    root = etree.fromstring(path.read_bytes())
    unchanged = Sheet(root).source()
    for what, sheet in OPERATORS[operator](Sheet(root), random.Random(f"{path.stem} {operator}")):
        if (source := sheet.source()) != unchanged:
            yield Mutant(path.stem, operator, what, source)


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a diagram, each only once."""
    seen: set[bytes] = set()
    for operator in OPERATORS:
        for each in changed_by(operator, path):
            if each.source not in seen:
                seen.add(each.source)
                yield each


def diagrams() -> list[Path]:
    """Every shipped diagram."""
    return sorted(SHELF.glob("*/*.bpmn"))


@functools.cache
def sample() -> dict[str, tuple[Mutant, ...]]:
    """By operator the mutants that are looked at in every run of the tests: of as many diagrams as it can change."""
    ways = {operator: _in_turn(operator) for operator in OPERATORS}
    chosen: dict[str, list[Mutant]] = {operator: [] for operator in OPERATORS}
    while sum(map(len, chosen.values())) < SAMPLE and ways:
        for operator in list(ways):
            mutant = next(ways[operator], None)
            if mutant is None:
                del ways[operator]
            elif sum(map(len, chosen.values())) < SAMPLE:
                chosen[operator].append(mutant)
    return {operator: tuple(found) for operator, found in chosen.items()}


def _in_turn(operator: str) -> Iterator[Mutant]:
    """One mutant of each diagram, the diagrams in an order of chance that is always the same."""
    chance = random.Random(operator)
    for path in chance.sample(diagrams(), len(diagrams())):
        found = list(changed_by(operator, path))
        if found:
            yield chance.choice(found)


@functools.cache
def shipped_book() -> Book:
    """The shipped policy files."""
    return Book.read(SHELF)


@functools.cache
def shipped_tables() -> dict[str, Table]:
    """The shipped decision tables."""
    return {key: table for path in SHELF.glob("*/*.dmn") for key, table in read_tables(path.read_bytes()).items()}
