"""The transitions of a net: what takes tokens and gives them, and the activities a token is inside of for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from workflows.verification.drawing import Node, Scope
from workflows.verification.environment import Trigger

Bag = tuple[int, ...]  # places, each as often as it gives or gets a token


class Start(NamedTuple):
    """A way in which a scope begins: what starts it, and the bags of which one gets tokens."""

    trigger: Trigger
    outputs: list[Bag]


class Border(NamedTuple):
    """A boundary event, or the start of an event sub-process: what triggers it, and where its token goes."""

    trigger: Trigger
    interrupting: bool
    outputs: list[Bag]


@dataclass(eq=False)
class Transition:
    """Takes tokens from its inputs and gives them to one of its outputs, with the effects it has elsewhere.

    join -- which inputs it needs: `any` one, `all`, or as an inclusive join (`or`).
    """

    node: Node
    join: str
    inputs: list[int]
    outputs: list[Bag]
    trigger: Trigger | None = None
    sends: tuple[str, ...] = ()
    signals: tuple[str | None, ...] = ()
    throws: tuple[tuple[str, str | None], ...] = ()
    activity: Activity | None = None
    irreducible: bool = False  # has to stay a transition of its own

    @property
    def is_silent(self) -> bool:
        """Does it take and give tokens, and nothing else?"""
        effects = self.trigger or self.sends or self.signals or self.throws or self.activity
        return not effects and not self.irreducible

    @property
    def receives_signals(self) -> bool:
        """Does a signal find a token that waits here?"""
        triggers = [self.trigger]
        if self.activity:
            triggers += [self.activity.trigger, *(border.trigger for border in self.activity.borders)]
        return any(trigger is not None and trigger.kind == "signal" for trigger in triggers)


@dataclass(eq=False)
class Activity:
    """What a token is inside of while it lasts: an inside, several instances, or events at its border.

    counts -- how many instances may begin; rounds -- how many a loop may make at most; an event sub-process has one
    border, its start event.
    """

    node: Node
    outputs: list[Bag]
    inside: Scope | None
    counts: tuple[int, ...]
    trigger: Trigger | None
    sends: tuple[str, ...]
    borders: list[Border]
    rounds: int = 1

    @property
    def is_event_sub(self) -> bool:
        """Is it an event sub-process, begun by an event and not by a token?"""
        return self.node.kind == "event_sub"

    def catching(self, kind: str, key: str | None) -> Border | None:
        """The border that catches what was thrown inside; an event sub-process has none."""
        borders = [] if self.is_event_sub else self.borders
        return next((border for border in borders if border.trigger.catches(kind, key)), None)


def output_places(transition: Transition) -> set[int]:
    """Every place a transition can give a token to, also when its activity ends or is interrupted."""
    bags = list(transition.outputs)
    if transition.activity:
        bags += transition.activity.outputs
        bags += [bag for border in transition.activity.borders for bag in border.outputs]
    return {place for bag in bags for place in bag}
