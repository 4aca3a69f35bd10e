"""The reachability graph of some pools: every state that they can get into together, up to a bound.

Pools are taken together and messages arrive in any order. A message that was sent more often than is counted is there
"so many times or more": what then only may happen is never taken for a proof.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from workflows.verification.bounds import refuse_when_late
from workflows.verification.drawing import Node, Scope
from workflows.verification.markings import QUIET, Effect, Marking
from workflows.verification.semantics import Semantics
from workflows.verification.signals import SignalDelivery

MOST_STATES = 50_000
MOST_NUMBERS = 10_000_000  # that all states take together: some hundred megabytes
MOST_TOKENS = 6  # on one flow: beyond, the drawing is unsafe anyway
MOST_MESSAGES = 3  # sent and not yet received, of each kind
MOST_RUNS = 2  # of one pool at once, as for several instances

Edge = tuple[int, int]  # the number of the state it leads to, and how certain it is
# an edge is certain where the number of messages is known, or where fewer than there may be are enough; one that is
# followed only if something happens that need not leads to real states, and gives no hope of an end
SURE, AT_LEAST, PERHAPS, UNSURE = 0, 1, 2, 3


class State(NamedTuple):
    """The pools together."""

    markings: tuple[Marking, ...]  # of what runs, sorted
    messages: tuple[int, ...]  # how many of each kind are on their way


class Exploration:
    """The states of some pools taken together, numbered as they are found, and the edges between them.

    begins_anyway -- whatever their starts wait for, as the inside of an activity does; most -- states to follow;
    deep -- one way to its end before the next, where not all can be followed.
    cut -- the states that were not followed because they lie beyond the bound.
    """

    def __init__(
        self,
        semantics: Semantics,
        pools: list[Scope],
        begins_anyway: bool = False,
        most: int | None = None,
        deep: bool = False,
    ) -> None:
        self.semantics, self.environment, self.pools = semantics, semantics.environment, pools
        self.begins_anyway = begins_anyway
        self.most, self.deep = most or MOST_STATES, deep
        self.delivery = SignalDelivery(semantics)
        self.states: dict[State, int] = {}
        self.edges: list[list[Edge]] = []
        self.cut: set[int] = set()
        self.uncaught: dict[int, Node] = {}  # by state, the sub-process with whose error the whole pool breaks off
        self._most_tokens: dict[Marking, int] = {}
        starts = [(pool, start) for pool in pools for start in semantics.net_of(pool).starts]
        self._message_starts = [(pool, start) for pool, start in starts if start.trigger.kind == "message"]
        self._signal_starts = [(pool, start) for pool, start in starts if start.trigger.kind == "signal"]
        self._explore()

    # --- the graph

    def _explore(self) -> None:
        queue: deque[State] = deque()
        for state in self._initial():
            self._number(state, queue)
        self.initial = set(self.states.values())
        most = min(self.most, MOST_NUMBERS // self._width())
        while queue:
            state = queue.pop() if self.deep else queue.popleft()
            number = self.states[state]
            refuse_when_late()
            if self._is_too_much(state) or len(self.states) >= most:
                self.cut.add(number)
                continue
            out = {(self._number(after, queue), certainty): None for after, certainty in self._after(state)}
            self.edges[number] = list(out)

    def _width(self) -> int:
        """About how many numbers a state takes."""
        nets = (self.semantics.net_of(pool) for pool in self.pools)
        return len(self.environment.messages) + sum(len(net.flows) + len(net.event_subs) for net in nets) + 1

    def _number(self, state: State, queue: deque[State]) -> int:
        number = self.states.get(state)
        if number is None:
            number = self.states[state] = len(self.states)
            self.edges.append([])
            queue.append(state)
        return number

    def _is_too_much(self, state: State) -> bool:
        return any(self.most_tokens(each) > MOST_TOKENS for each in state.markings)

    def most_tokens(self, marking: Marking) -> int:
        """The largest number of tokens in one place, or of activities under way, in a marking and inside it."""
        if marking not in self._most_tokens:
            inside = (inner for execution in marking.executions for inner in execution.inside)
            most = max([len(marking.executions), *marking.tokens, *map(self.most_tokens, inside)])
            self._most_tokens[marking] = most
        return self._most_tokens[marking]

    def forward(self, follows: Callable[[int], bool]) -> set[int]:
        """The states that are reached from the initial ones by edges of such certainty."""
        return _reached(self.initial, [[after for after, certainty in out if follows(certainty)] for out in self.edges])

    def reached_from(self, number: int) -> set[int]:
        """The states that are reached from one of them, by whatever edges."""
        return _reached({number}, self._successors)

    @cached_property
    def _successors(self) -> list[list[int]]:
        return [[after for after, _ in out] for out in self.edges]

    def backward(self, ends: set[int], follows: Callable[[int], bool]) -> set[int]:
        """The states from which one of the ends is reached by edges of such certainty."""
        before: list[list[int]] = [[] for _ in self.edges]
        for number, out in enumerate(self.edges):
            for after, certainty in out:
                if follows(certainty):
                    before[after].append(number)
        return _reached(ends, before)

    # --- states

    def _initial(self) -> Iterator[State]:
        """Each pool that needs no other begins once; one that others may start as well may also wait for them."""
        choices: list[list[Marking | None]] = []
        for pool in self.pools:
            starts = self.semantics.net_of(pool).starts
            free = [
                bag for start in starts if start.trigger.kind == "free" or self.begins_anyway for bag in start.outputs
            ]
            born = self.semantics.begin(pool, free) if starts else []
            if len(free) < sum(len(start.outputs) for start in starts) or not born:
                born = [*born, None]
            choices.append(list(dict.fromkeys(born)))
        for chosen in itertools.product(*choices):
            yield _state(chosen, (0,) * len(self.environment.messages))

    def _after(self, state: State) -> Iterator[tuple[State, int]]:
        """The states after one step, each with the certainty of the edge."""
        markings, messages = state
        for place, marking in enumerate(markings):
            if place and markings[place - 1] == marking:
                continue
            others = markings[:place] + markings[place + 1 :]
            for after, effect in self.semantics.steps(marking):
                for thrown in effect.throws:
                    if (marking.net, thrown) in self.semantics.escaped:
                        self.uncaught[self.states[state]] = self.semantics.escaped[marking.net, thrown]
                running = (*others, after) if after is not None else others
                if effect is QUIET:
                    yield State(tuple(sorted(running)), messages), SURE
                else:
                    yield from self._with_effect(running, messages, effect)
        for pool, start in self._message_starts:
            trigger = start.trigger
            sent = any(messages[self.environment.messages[each]] for each in trigger.messages)
            if sent and self._may_start(markings, pool):
                for born in self.semantics.begin(pool, start.outputs):
                    running = (*markings, born) if born is not None else markings
                    yield from self._with_effect(running, messages, Effect(trigger.messages))

    def _may_start(self, markings: Iterable[Marking], pool: Scope) -> bool:
        return sum(self.semantics.net(each).scope is pool for each in markings) < MOST_RUNS

    # --- effects on other pools

    def _with_effect(
        self, markings: tuple[Marking, ...], messages: tuple[int, ...], effect: Effect
    ) -> Iterator[tuple[State, int]]:
        """The states after a step with that effect: a message is received, others are sent, signals delivered."""
        for left, certainty in self._received(messages, effect.awaits):
            sent = list(left)
            for message in effect.sends:
                place = self.environment.messages[message]
                sent[place] = min(sent[place] + 1, MOST_MESSAGES)
            for after in self._broadcast(markings, effect.signals):
                yield State(tuple(sorted(after)), tuple(sent)), UNSURE if effect.unsure else certainty

    def _received(self, messages: tuple[int, ...], awaits: tuple[str, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
        """The messages that are left after one of those that are awaited has been received."""
        if not awaits:
            yield messages, SURE
        for message in awaits:
            place = self.environment.messages[message]
            count = messages[place]
            if count:
                fewer = (*messages[:place], count - 1, *messages[place + 1 :])
                yield fewer, SURE if count < MOST_MESSAGES else AT_LEAST
            if count == MOST_MESSAGES:
                yield messages, PERHAPS

    def _broadcast(self, markings: tuple[Marking, ...], signals: tuple[str | None, ...]) -> list[tuple[Marking, ...]]:
        """The markings after these signals, one after the other, have reached everything that runs."""
        found = [markings]
        for signal in signals:
            found = [
                tuple(each for each in after if each is not None) + born
                for now in found
                for after in itertools.product(*(self.delivery.delivered(each, signal) for each in now))
                for born in self._started_by_signal(now, signal)
            ]
        return found

    def _started_by_signal(self, markings: tuple[Marking, ...], signal: str | None) -> list[tuple[Marking, ...]]:
        """The markings of the pools that begin with this signal."""
        born: list[tuple[Marking, ...]] = [()]
        for pool, start in self._signal_starts:
            if start.trigger.awaits_signal(signal) and self._may_start(markings, pool):
                new = [each for each in self.semantics.begin(pool, start.outputs) if each is not None]
                born = [(*others, each) for others in born for each in new] or born
        return born


def _state(markings: Iterable[Marking | None], messages: tuple[int, ...]) -> State:
    return State(tuple(sorted(each for each in markings if each is not None)), messages)


def _reached(origin: set[int], edges: list[list[int]]) -> set[int]:
    seen, open_ = set(origin), list(origin)
    while open_:
        for after in edges[open_.pop()]:
            if after not in seen:
                seen.add(after)
                open_.append(after)
    return seen
