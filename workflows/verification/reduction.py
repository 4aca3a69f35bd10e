"""Reduction: silent transitions are taken out of a net, so that an ordinary drawing leaves a handful of places.

The rules are those of Murata for fusing places and transitions in series and in parallel, each applied only where it
cannot change whether a flow holds two tokens (safety) or whether everything can still finish (soundness).
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

from workflows.verification.bounds import refuse_when_late
from workflows.verification.drawing import Flow
from workflows.verification.transitions import Bag, Start, Transition


class Source(NamedTuple):
    """Something that gives tokens to a place: its number among the givers, and how many choices it has."""

    giver: int
    choices: int


class Reduction:
    """The transitions and places of a scope while they are reduced, in place.

    flow_at -- by place, the flow on which its tokens wait; None where none was drawn.
    """

    def __init__(self, transitions: list[Transition], starts: list[Start], flow_at: dict[int, Flow | None]) -> None:
        self.transitions, self.starts, self.flow_at = transitions, starts, flow_at

    def reduce(self) -> list[Flow | None]:
        """Reduce until no rule applies, then number the places from 0; the flow at which each waits."""
        self._remove_lines()
        while self._merge_inputs() or self._remove_in_series() or self._remove_in_parallel():
            refuse_when_late()
        self._number()
        return list(self.flow_at.values())

    def _outputs(self) -> list[list[Bag]]:
        """The outputs of whatever gives tokens: transitions or their activities, borders, starts."""
        activities = [each.activity for each in self.transitions if each.activity]
        borders = [border.outputs for activity in activities for border in activity.borders]
        own = [each.activity.outputs if each.activity else each.outputs for each in self.transitions]
        return [*own, *borders, *(start.outputs for start in self.starts)]

    def _rename(self, old: int, new: int) -> None:
        self._rename_all({old: new})

    def _rename_all(self, names: dict[int, int]) -> None:
        for transition in self.transitions:
            transition.inputs[:] = dict.fromkeys(names.get(place, place) for place in transition.inputs)
        for outputs in self._outputs():
            outputs[:] = [tuple(sorted(names.get(place, place) for place in bag)) for bag in outputs]
        for old in names:
            del self.flow_at[old]

    def _is_only_consumer(self, transition: Transition, place: int) -> bool:
        return not any(place in other.inputs for other in self.transitions if other is not transition)

    def _remove_lines(self) -> None:
        """All that is in series at once: a long line costs one look at each of its transitions."""
        consumers: dict[int, list[Transition]] = {}
        for transition in self.transitions:
            for place in transition.inputs:
                consumers.setdefault(place, []).append(transition)
        instead: dict[int, int] = {}
        left = []
        for transition in self.transitions:
            target = self._target_of_line(transition, consumers, instead)
            if target is None:
                left.append(transition)
            else:
                instead[transition.inputs[0]] = target
        self.transitions[:] = left
        for outputs in self._outputs():
            outputs[:] = [tuple(sorted(_last(place, instead) for place in bag)) for bag in outputs]
        for place in instead:
            del self.flow_at[place]

    @staticmethod
    def _target_of_line(
        transition: Transition, consumers: dict[int, list[Transition]], instead: dict[int, int]
    ) -> int | None:
        if not (transition.is_silent and transition.join == "any"):
            return None
        if not len(transition.inputs) == len(transition.outputs) == len(transition.outputs[0]) == 1:
            return None
        [place], [[given]] = transition.inputs, transition.outputs
        target = _last(given, instead)
        if target == place or len(consumers[place]) > 1:
            return None
        return None if any(each.receives_signals for each in consumers.get(target, ())) else target

    # --- alternatives into one transition

    def _merge_inputs(self) -> bool:
        """Tokens that come in by any of several flows and go on are in one place already."""
        for transition in self.transitions:
            if transition.is_silent and transition.join == "any" and any(transition.outputs):
                transition.outputs[:] = _distinct(transition)
                inputs = transition.inputs
                if len(inputs) > 1 and all(self._is_only_consumer(transition, place) for place in inputs):
                    self._rename_all(dict.fromkeys(inputs[1:], inputs[0]))
                    return True
            elif transition.join in ("all", "or") and _is_trivial_join(transition):
                transition.join = "any"
                return True
        return False

    # --- one in, one out

    def _remove_in_series(self) -> bool:
        """One way in, one way out: a token before it is as good as behind it."""
        for transition in self.transitions:
            target = self._target_in_series(transition)
            if target is not None:
                self.transitions.remove(transition)
                self._rename(transition.inputs[0], target)
                return True
        return False

    def _target_in_series(self, transition: Transition) -> int | None:
        """The place behind a silent transition with one input and one output, where a token may as well be already."""
        if not (transition.is_silent and transition.join == "any"):
            return None
        if not len(transition.inputs) == len(transition.outputs) == len(transition.outputs[0]) == 1:
            return None
        [place], [[target]] = transition.inputs, transition.outputs
        if target == place or not self._is_only_consumer(transition, place) or self._receives_signals(target):
            return None
        return target

    def _receives_signals(self, place: int) -> bool:
        """Would a token there receive a signal, as one that is still on its way does not?"""
        return any(place in each.inputs and each.receives_signals for each in self.transitions)

    # --- branches without content between a split and its join

    def _remove_in_parallel(self) -> bool:
        """Branches without content between one split and its join are one branch, or none."""
        outputs = self._outputs()
        sources = _sources(outputs)
        for join in self.transitions:
            if not join.is_silent or join.join not in ("all", "or") or join.node.kind == "complex":
                continue
            if not all(self._is_only_consumer(join, place) for place in join.inputs):
                continue
            into = [sources.get(place, []) for place in join.inputs]
            remove = self._remove_twin if join.join == "all" else self._remove_choice
            if remove(join, into, outputs):
                return True
        return False

    def _remove_twin(self, join: Transition, into: list[list[Source]], outputs: list[list[Bag]]) -> bool:
        """Two inputs of a parallel join that always get their tokens together, from one giver, are one."""
        for one, other in itertools.combinations(range(len(join.inputs)), 2):
            if into[one] != into[other] or [each.choices for each in into[one]] != [1]:
                continue
            [bag] = given = outputs[into[one][0].giver]
            keep, drop = join.inputs[one], join.inputs[other]
            if bag.count(keep) == bag.count(drop) == 1:
                given[:] = [tuple(place for place in bag if place != drop)]
                join.inputs.remove(drop)
                del self.flow_at[drop]
                return True
        return False

    def _remove_choice(self, join: Transition, into: list[list[Source]], outputs: list[list[Bag]]) -> bool:
        """A split straight into its inclusive join: whatever was chosen comes together."""
        givers = {source.giver for sources in into for source in sources}
        if len(join.inputs) < 2 or len(givers) != 1 or any(len(sources) != 1 for sources in into):
            return False
        given = outputs[givers.pop()]
        if given is join.outputs or not all(_is_within(bag, join.inputs) for bag in given):
            return False
        keep, *others = join.inputs
        for drop in others:
            del self.flow_at[drop]
        join.inputs[1:] = []
        given[:] = [(keep,)]
        return True

    def _number(self) -> None:
        """Number the places that are left from 0."""
        numbers = {place: number for number, place in enumerate(sorted(self.flow_at))}
        self.flow_at = {numbers[place]: self.flow_at[place] for place in numbers}
        for transition in self.transitions:
            transition.inputs[:] = [numbers[place] for place in transition.inputs]
        for outputs in self._outputs():
            outputs[:] = [tuple(numbers[place] for place in bag) for bag in outputs]


def _last(place: int, instead: dict[int, int]) -> int:
    """The place that stands for another, which has been taken out; the way there is remembered."""
    way = []
    while place in instead:
        way.append(place)
        place = instead[place]
    for each in way:
        instead[each] = place
    return place


def _is_trivial_join(transition: Transition) -> bool:
    return len(transition.inputs) == 1 and transition.node.kind != "complex"


def _distinct(transition: Transition) -> list[Bag]:
    """Each output once; going round in place changes nothing where there is another way."""
    outputs = list(dict.fromkeys(tuple(sorted(bag)) for bag in transition.outputs))
    if len(outputs) > 1 and len(transition.inputs) == 1 and (transition.inputs[0],) in outputs:
        outputs.remove((transition.inputs[0],))
    return outputs


def _sources(outputs: list[list[Bag]]) -> dict[int, list[Source]]:
    """What gives tokens to each place."""
    found: dict[int, list[Source]] = {}
    for giver, bags in enumerate(outputs):
        for place in {place for bag in bags for place in bag}:
            found.setdefault(place, []).append(Source(giver, len(bags)))
    return found


def _is_within(bag: Bag, inputs: list[int]) -> bool:
    """Does a choice give a token to some of these inputs, and to nothing else or twice?"""
    return bool(bag) and set(bag) <= set(inputs) and len(bag) == len(set(bag))
