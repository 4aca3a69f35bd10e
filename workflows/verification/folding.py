"""Folding away what only passes tokens on, so that an ordinary drawing leaves a handful of places.

Nothing is folded that could change whether a flow can hold two tokens or whether everything can still finish.
"""

from __future__ import annotations

import itertools

from workflows.verification.drawing import Flow
from workflows.verification.steps import Bag, Start, Step

Sources = list[list[tuple[int, int]]]  # for each place: who gives to it, and how many ways that has


class Folding:
    """The steps and places of a scope while they are folded.

    front -- by place, the flow at which its tokens wait; None where none was drawn.
    """

    def __init__(self, steps: list[Step], starts: list[Start], front: dict[int, Flow | None]) -> None:
        self.steps, self.starts, self.front = steps, starts, front

    def _givers(self) -> list[list[Bag]]:
        borders = [ways for step in self.steps if step.activity for _, _, ways in step.activity.borders]
        ways = [step.activity.ways if step.activity else step.ways for step in self.steps]
        return [*ways, *borders, *(ways for _, ways in self.starts)]

    def fold(self) -> list[Flow | None]:
        """Fold until nothing more can be, then number the places from 0; the flow at which each waits."""
        while self._fold_merges() or self._fold_lines() or self._fold_pairs():
            pass
        self._number()
        return list(self.front.values())

    def _rename(self, old: int, new: int) -> None:
        for step in self.steps:
            step.ins[:] = list(dict.fromkeys(new if place == old else place for place in step.ins))
        for ways in self._givers():
            ways[:] = [tuple(sorted(new if place == old else place for place in bag)) for bag in ways]
        del self.front[old]

    def _fold_merges(self) -> bool:
        """Tokens that come in by any of several flows and go on are in one place already."""
        for step in self.steps:
            if step.is_plain and step.join == "any" and any(step.ways):
                step.ways[:] = self._distinct(step)
                if len(step.ins) > 1 and all(self._only(place, step) for place in step.ins):
                    self._rename(step.ins[1], step.ins[0])
                    return True
            elif step.join in ("all", "or") and len(step.ins) == 1 and step.node.kind != "complex":
                step.join = "any"
                return True
        return False

    def _only(self, place: int, step: Step) -> bool:
        return not any(place in other.ins for other in self.steps if other is not step)

    def _distinct(self, step: Step) -> list[Bag]:
        """Each way once; going round in place changes nothing where there is another way."""
        ways = list(dict.fromkeys(tuple(sorted(way)) for way in step.ways))
        if len(ways) > 1 and len(step.ins) == 1 and (step.ins[0],) in ways:
            ways.remove((step.ins[0],))
        return ways

    def _fold_lines(self) -> bool:
        """One way in, one way out: a token before it is as good as behind it."""
        for step in self.steps:
            if step.is_plain and step.join == "any" and len(step.ins) == 1 and len(step.ways) == 1:
                (way,), place = step.ways, step.ins[0]
                if len(way) == 1 and way[0] != place and self._only(place, step) and not self._listens(way[0]):
                    self.steps.remove(step)
                    self._rename(place, way[0])
                    return True
        return False

    def _listens(self, place: int) -> bool:
        """Is a token there ready for a signal, as one that is still on its way is not?"""
        return any(place in step.ins and step.hears_signals for step in self.steps)

    def _fold_pairs(self) -> bool:
        """Branches without content between one split and its join are one branch, or none."""
        producers: dict[int, list[tuple[int, int]]] = {}
        givers = self._givers()
        for number, ways in enumerate(givers):
            for place in {place for way in ways for place in way}:
                producers.setdefault(place, []).append((number, len(ways)))
        for join in self.steps:
            if not join.is_plain or join.join not in ("all", "or") or join.node.kind == "complex":
                continue
            sources = [producers.get(place, []) for place in join.ins]
            if not all(self._only(place, join) for place in join.ins):
                continue
            if join.join == "all" and self._fold_twins(join, sources, givers):
                return True
            if join.join == "or" and self._fold_choice(join, sources, givers):
                return True
        return False

    def _fold_twins(self, join: Step, sources: Sources, givers: list[list[Bag]]) -> bool:
        for one, other in itertools.combinations(range(len(join.ins)), 2):
            if sources[one] != sources[other] or len(sources[one]) != 1 or sources[one][0][1] != 1:
                continue
            ways = givers[sources[one][0][0]]
            keep, drop = join.ins[one], join.ins[other]
            if ways[0].count(keep) == ways[0].count(drop) == 1:
                ways[:] = [tuple(place for place in ways[0] if place != drop)]
                join.ins.remove(drop)
                del self.front[drop]
                return True
        return False

    def _fold_choice(self, join: Step, sources: Sources, givers: list[list[Bag]]) -> bool:
        """A split straight into its inclusive join: whatever was chosen comes together."""
        numbers = {number for each in sources for number, _ in each}
        if len(join.ins) < 2 or len(numbers) != 1 or any(len(each) != 1 for each in sources):
            return False
        ways = givers[numbers.pop()]
        if ways is join.ways or not all(
            way and set(way) <= set(join.ins) and len(way) == len(set(way)) for way in ways
        ):
            return False
        keep = join.ins[0]
        for drop in list(join.ins[1:]):
            del self.front[drop]
        join.ins[1:] = []
        ways[:] = [(keep,)]
        return True

    def _number(self) -> None:
        """Number the places that are left from 0."""
        numbers = {place: number for number, place in enumerate(sorted(self.front))}
        self.front = {numbers[place]: self.front[place] for place in numbers}
        for step in self.steps:
            step.ins[:] = [numbers[place] for place in step.ins]
        for ways in self._givers():
            ways[:] = [tuple(numbers[place] for place in bag) for bag in ways]
