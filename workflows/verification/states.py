"""States as plain tuples: `(scope, tokens per place, activities, firings of event sub-processes)`.

An activity that lasts is `(number of its step, instances yet to begin, running, firings at its border, states inside)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workflows.verification.steps import Activity, Bag
from workflows.verification.world import Trigger

State = tuple[int, tuple[int, ...], tuple[Any, ...], tuple[int, ...]]
Record = tuple[int, int, int, tuple[int, ...], tuple[State, ...]]
Thrown = tuple[str, "str | None"]


@dataclass(frozen=True)
class Effect:
    """What a move needs and does outside its scope."""

    awaits: tuple[str, ...] = ()  # one of these messages
    sends: tuple[str, ...] = ()
    signals: tuple[str | None, ...] = ()
    throws: tuple[Thrown, ...] = ()


QUIET = Effect()
Move = tuple["State | None", Effect]
Moves = list[Move]


def is_event_sub(activity: Activity) -> bool:
    """Is it an event sub-process, begun by an event and not by a token?"""
    return activity.node.kind == "event_sub"


def catches(trigger: Trigger, kind: str, key: str | None) -> bool:
    """Does it catch what is thrown: the same error or escalation, or any?"""
    return trigger.kind == "thrown" and ((kind, key) in trigger.keys or (kind, None) in trigger.keys)


def hears(trigger: Trigger, signal: str | None) -> bool:
    """Does it wait for that signal?"""
    return trigger.kind == "signal" and ("signal", signal) in trigger.keys


def without(state: State, bag: Bag) -> State:
    """The state with a token less in each place of the bag."""
    tokens = list(state[1])
    for place in bag:
        tokens[place] -= 1
    return (state[0], tuple(tokens), state[2], state[3])


def ordered(items: Iterable[Any]) -> tuple[Any, ...]:
    """In an order of their own, so that equal states are equal."""
    return tuple(sorted(items))


def joined(state: State, record: Record) -> State:
    """The state with one activity more that lasts."""
    return (state[0], state[1], ordered((*state[2], record)), state[3])


def minus(state: State, record: Record) -> State:
    """The state with one activity less."""
    return (state[0], state[1], removed(state[2], record), state[3])


def removed(items: tuple[Any, ...], item: Any) -> tuple[Any, ...]:
    """The items without one of that kind."""
    place = items.index(item)
    return items[:place] + items[place + 1 :]


def emptied(state: State) -> State:
    """The scope with nothing left in it."""
    return (state[0], (0,) * len(state[1]), (), state[3])
