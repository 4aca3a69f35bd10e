"""What takes tokens and gives them: steps, and the activities a token is inside of for a while."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.verification.drawing import Node, Scope
from workflows.verification.world import Trigger

Bag = tuple[int, ...]  # places that get a token each
Start = tuple[Trigger, list[Bag]]


@dataclass(eq=False)
class Step:
    """Takes tokens from `ins` (any one, all, or as an inclusive join) and gives one of `ways`, with its effects."""

    node: Node
    join: str
    ins: list[int]
    ways: list[Bag]
    trigger: Trigger | None = None
    sends: tuple[str, ...] = ()
    signals: tuple[str | None, ...] = ()
    throws: tuple[tuple[str, str | None], ...] = ()
    activity: Activity | None = None
    waits: bool = False  # has to be a step of its own

    @property
    def is_plain(self) -> bool:
        """Does nothing but take and give?"""
        return not (self.trigger or self.sends or self.signals or self.throws or self.activity or self.waits)

    @property
    def hears_signals(self) -> bool:
        """Does a signal find a token that is here?"""
        triggers = [self.trigger]
        if self.activity:
            triggers += [self.activity.trigger, *(trigger for trigger, _, _ in self.activity.borders)]
        return any(trigger is not None and trigger.kind == "signal" for trigger in triggers)


@dataclass(eq=False)
class Activity:
    """What a token is inside of while it lasts: an inside, several instances, or events at its border."""

    node: Node
    ways: list[Bag]
    inside: Scope | None
    counts: tuple[int, ...]
    trigger: Trigger | None
    sends: tuple[str, ...]
    borders: list[tuple[Trigger, bool, list[Bag]]]


def places_of(step: Step) -> set[int]:
    """Every place a step can give a token to."""
    ways = list(step.ways)
    if step.activity:
        ways += step.activity.ways
        ways += [way for _, _, border in step.activity.borders for way in border]
    return {place for way in ways for place in way}
