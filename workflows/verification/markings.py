"""Markings: where the tokens of a scope are, as plain tuples that can be compared, sorted and hashed fast."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from workflows.verification.transitions import Activity, Bag

Thrown = tuple[str, "str | None"]  # error, escalation, cancel or terminate, and which of them


class Execution(NamedTuple):
    """An activity that is under way."""

    activity: int  # its number among the activities of its net
    pending: int  # instances that have not begun yet, or rounds of a loop that still may
    running: int  # instances that run, of an activity without an inside
    fired: tuple[int, ...]  # how often each event at its border has happened
    inside: tuple[Marking, ...]  # one for each instance that runs

    def with_inside(self, inside: Iterable[Marking]) -> Execution:
        """The execution with these instances running inside."""
        return Execution(self.activity, self.pending, self.running, self.fired, ordered(inside))

    def may_be_done(self, activity: Activity) -> bool:
        """May the activity be over now? None of its instances runs; a loop may be over after each of its rounds."""
        return not (self.inside or self.running or (self.pending and not activity.node.repeats.loops))


class Marking(NamedTuple):
    """The tokens of one scope."""

    net: int  # the number of its net
    tokens: tuple[int, ...]  # by place
    executions: tuple[Execution, ...]  # in an order of their own, so that equal markings are equal
    fired: tuple[int, ...]  # how often each event sub-process has begun

    def without(self, bag: Bag) -> Marking:
        """The marking with a token less in each place of the bag."""
        tokens = list(self.tokens)
        for place in bag:
            tokens[place] -= 1
        return Marking(self.net, tuple(tokens), self.executions, self.fired)

    def with_execution(self, execution: Execution) -> Marking:
        """The marking with one activity more under way."""
        return Marking(self.net, self.tokens, ordered((*self.executions, execution)), self.fired)

    def without_execution(self, execution: Execution) -> Marking:
        """The marking with one activity less under way."""
        return Marking(self.net, self.tokens, removed(self.executions, execution), self.fired)

    def emptied(self) -> Marking:
        """The marking with nothing left in its scope."""
        return Marking(self.net, (0,) * len(self.tokens), (), self.fired)


class Effect(NamedTuple):
    """What a step needs and does outside its scope."""

    awaits: tuple[str, ...] = ()  # one of these messages
    sends: tuple[str, ...] = ()
    signals: tuple[str | None, ...] = ()
    throws: tuple[Thrown, ...] = ()
    unsure: bool = False  # may happen, and need not


Step = tuple["Marking | None", Effect]  # one firing: the marking after it, None when the scope has ended; its effect
QUIET = Effect()


def ordered(items: Iterable[Any]) -> tuple[Any, ...]:
    """In an order of their own, so that equal markings are equal."""
    return tuple(sorted(items))


def removed(items: tuple[Any, ...], item: Any) -> tuple[Any, ...]:
    """The items without one that equals `item`."""
    place = items.index(item)
    return items[:place] + items[place + 1 :]


def counted(counts: tuple[int, ...], number: int) -> tuple[int, ...]:
    """The counts, the one at `number` higher by one."""
    return (*counts[:number], counts[number] + 1, *counts[number + 1 :])
