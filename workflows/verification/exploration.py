"""Every state a drawing can get into, up to a bound, and what follows: is it safe, is it sound?

*Safe*: no sequence flow ever holds two tokens. *Sound*: from every state everything can still come to an end with no
token left. Pools are taken together and messages arrive in any order. A message that was sent more often than followed
counts as "so many or more": what then only may be is never taken for a proof.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from workflows.verification.behaviour import Behaviour
from workflows.verification.drawing import Flow, Node, Scope
from workflows.verification.signals import Hearing
from workflows.verification.states import QUIET, Effect, State

MOST_STATES = 50_000
MOST_TOKENS = 6  # on one flow: beyond, the drawing is unsafe anyway
MOST_MESSAGES = 3  # sent and not yet received, of each kind
MOST_RUNS = 2  # of one pool at once, as for several instances

# what runs, and how many messages of each kind are on their way
Whole = tuple[tuple[State, ...], tuple[int, ...]]
# an edge is certain where the number of messages is known, or where fewer than there may be are enough
SURE, AT_LEAST, PERHAPS = 0, 1, 2


@dataclass
class Verdict:
    """What exploring has shown, and by which elements it shows."""

    safe: bool | None = None
    sound: bool | None = None
    crowded: list[Flow] = field(default_factory=list)
    stuck: list[Node] = field(default_factory=list)
    is_deadlock: bool = False
    never_started: list[Scope] = field(default_factory=list)
    dead: list[Node] = field(default_factory=list)
    why_undecided: str | None = None


class Exploration:
    """The states of some pools taken together.

    begins_anyway -- whatever their starts wait for, as the inside of an activity does; most -- states to follow;
    deep -- one way to its end before the next, where not all can be followed.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        pools: list[Scope],
        begins_anyway: bool = False,
        most: int | None = None,
        deep: bool = False,
    ) -> None:
        self.begins_anyway = begins_anyway
        self.most, self.deep = most or MOST_STATES, deep
        self.behaviour = behaviour
        self.world = behaviour.world
        self.hearing = Hearing(behaviour)
        self._crowds: dict[State, int] = {}
        self.pools = pools
        self.states: dict[Whole, int] = {}
        self.edges: list[list[tuple[int, int]]] = []
        self.cut: set[int] = set()

    # --- the states

    def _beginnings(self) -> Iterator[Whole]:
        """Each pool that needs no other begins once; one that others may start as well may also wait for them."""
        choices: list[list[State | None]] = []
        for pool in self.pools:
            starts = self.behaviour.body_of(pool).starts
            free = [way for trigger, ways in starts if trigger.kind == "free" or self.begins_anyway for way in ways]
            born = self.behaviour.begin(pool, free) if starts else []
            if len(free) < sum(len(ways) for _, ways in starts) or not born:
                born = [*born, None]
            choices.append(list(dict.fromkeys(born)))
        for chosen in itertools.product(*choices):
            yield tuple(sorted(each for each in chosen if each is not None)), (0,) * len(self.world.messages)

    def _run(self) -> None:
        queue: deque[Whole] = deque()
        for whole in self._beginnings():
            self._found(whole, queue)
        while queue:
            whole = queue.pop() if self.deep else queue.popleft()
            number = self.states[whole]
            if self._is_too_much(whole) or len(self.states) >= self.most:
                self.cut.add(number)
                continue
            out = dict.fromkeys((self._found(after, queue), sort) for after, sort in self._after(whole))
            self.edges[number] = list(out)

    def _found(self, whole: Whole, queue: deque[Whole]) -> int:
        if whole not in self.states:
            self.states[whole] = len(self.states)
            self.edges.append([])
            queue.append(whole)
        return self.states[whole]

    def _is_too_much(self, whole: Whole) -> bool:
        return any(self._most(each) > MOST_TOKENS for each in whole[0])

    def _most(self, state: State) -> int:
        """The largest crowd in a state."""
        if state not in self._crowds:
            kids = (kid for record in state[2] for kid in record[4])
            self._crowds[state] = max([len(state[2]), *state[1], *(self._most(kid) for kid in kids)])
        return self._crowds[state]

    def _after(self, whole: Whole) -> Iterator[tuple[Whole, int]]:
        running, messages = whole
        for place, state in enumerate(running):
            if place and running[place - 1] == state:
                continue
            others = running[:place] + running[place + 1 :]
            for moved, effect in self.behaviour.moves(state):
                after = (*others, moved) if moved is not None else others
                if effect is QUIET:
                    yield (tuple(sorted(after)), messages), SURE
                else:
                    yield from self._effected(after, messages, effect)
        for pool in self.pools:
            for trigger, ways in self.behaviour.body_of(pool).starts:
                told = any(messages[self.world.messages[each]] for each in trigger.messages)
                if trigger.kind == "message" and told and self._may_start(running, pool):
                    for born in self.behaviour.begin(pool, ways):
                        mine = (born,) if born is not None else ()
                        yield from self._effected((*running, *mine), messages, Effect(trigger.messages))

    def _may_start(self, running: Iterable[State], pool: Scope) -> bool:
        return sum(self.behaviour.body(each).scope is pool for each in running) < MOST_RUNS

    def _effected(
        self, running: tuple[State, ...], messages: tuple[int, ...], effect: Effect
    ) -> Iterator[tuple[Whole, int]]:
        for left, sort in self._received(messages, effect.awaits):
            sent = list(left)
            for message in effect.sends:
                place = self.world.messages[message]
                sent[place] = min(sent[place] + 1, MOST_MESSAGES)
            for heard in self._broadcast(running, effect.signals):
                yield (tuple(sorted(heard)), tuple(sent)), sort

    def _received(self, messages: tuple[int, ...], awaits: tuple[str, ...]) -> Iterator[tuple[tuple[int, ...], int]]:
        if not awaits:
            yield messages, SURE
        for message in awaits:
            place = self.world.messages[message]
            count = messages[place]
            if count:
                fewer = (*messages[:place], count - 1, *messages[place + 1 :])
                yield fewer, SURE if count < MOST_MESSAGES else AT_LEAST
            if count == MOST_MESSAGES:
                yield messages, PERHAPS

    def _broadcast(self, running: tuple[State, ...], signals: tuple[str | None, ...]) -> list[tuple[State, ...]]:
        found = [running]
        for signal in signals:
            found = [
                tuple(each for each in heard if each is not None) + born
                for now in found
                for heard in itertools.product(*(self.hearing.reactions(each, signal) for each in now))
                for born in self._signalled(now, signal)
            ]
        return found

    def _signalled(self, running: tuple[State, ...], signal: str | None) -> list[tuple[State, ...]]:
        """The pools that begin with this signal."""
        born: list[tuple[State, ...]] = [()]
        for pool in self.pools:
            for trigger, ways in self.behaviour.body_of(pool).starts:
                if trigger.kind == "signal" and ("signal", signal) in trigger.keys and self._may_start(running, pool):
                    new = [each for each in self.behaviour.begin(pool, ways) if each is not None]
                    born = [(*others, each) for others in born for each in new] or born
        return born

    # --- the verdict

    def verdict(self) -> Verdict:
        self._run()
        verdict = Verdict()
        real = self._forward(lambda sort: sort == SURE)
        self._judge_safety(verdict, real)
        self._judge_soundness(verdict, real)
        if verdict.safe is None or verdict.sound is None:
            verdict.why_undecided = f"状态超出了验证的界限（{MOST_STATES} 个状态、每条顺序流 {MOST_TOKENS} 个令牌）"
        if not self.cut:
            verdict.dead = self._dead()
        return verdict

    def _judge_safety(self, verdict: Verdict, real: set[int]) -> None:
        crowded = {number: flow for whole, number in self.states.items() for flow in self._crowded(whole)[:1]}
        certain = [each for each in sorted(crowded) if each in real]
        if certain:
            verdict.safe = False
            verdict.crowded = [flow for each in certain if (flow := crowded[each]) is not None][:1]
        elif not crowded and not self.cut:
            verdict.safe = True

    def _crowded(self, whole: Whole) -> list[Flow | None]:
        found: list[Flow | None] = []
        open_ = [state for state in whole[0] if self._most(state) > 1]
        while open_:
            state = open_.pop()
            fronts = self.behaviour.body(state).fronts
            found += [fronts[place] for place, count in enumerate(state[1]) if count > 1]
            open_ += [kid for record in state[2] for kid in record[4]]
        return found

    def _judge_soundness(self, verdict: Verdict, real: set[int]) -> None:
        ends = {number for whole, number in self.states.items() if not whole[0]}
        hopeful = self._backward(ends | self.cut, lambda sort: True)
        lost = sorted(number for number in real if number not in hopeful)
        verdict.never_started = [] if self.cut else self._never_started()
        if lost or verdict.never_started:
            verdict.sound = False
            deadlocks = [number for number in lost if not self.edges[number]]
            verdict.is_deadlock = bool(deadlocks)
            if lost:
                wholes = list(self.states)
                verdict.stuck = self._places(wholes[(deadlocks or self._last(lost))[0]])
        elif not self.cut and len(self._backward(ends, lambda sort: sort != PERHAPS)) == len(self.states):
            verdict.sound = True

    def _last(self, lost: list[int]) -> list[int]:
        """Of the states without hope, those among the fewest others: the round that is never left."""
        return sorted(lost, key=lambda number: len(self._forward(lambda sort: True, {number})))[:1] if (
            len(lost) < 200
        ) else lost  # fmt: skip

    def _never_started(self) -> list[Scope]:
        started = {self.behaviour.bodies[number].scope for number, _ in self.behaviour.reached}
        return [
            pool
            for pool in self.pools
            if pool not in started and any(way for _, ways in self.behaviour.body_of(pool).starts for way in ways)
        ]

    def _forward(self, follows: Callable[[int], bool], origin: set[int] | None = None) -> set[int]:
        if origin is None:
            origin = {self.states[whole] for whole in self._beginnings()}
        return _reached(origin, [[after for after, sort in out if follows(sort)] for out in self.edges])

    def _backward(self, ends: set[int], follows: Callable[[int], bool]) -> set[int]:
        before: list[list[int]] = [[] for _ in self.edges]
        for number, out in enumerate(self.edges):
            for after, sort in out:
                if follows(sort):
                    before[after].append(number)
        return _reached(ends, before)

    def _places(self, whole: Whole) -> list[Node]:
        """Where the tokens of a state are held up."""
        found: dict[Node, None] = {}
        open_ = list(whole[0])
        while open_:
            state = open_.pop()
            body = self.behaviour.body(state)
            for place, count in enumerate(state[1]):
                if count and place not in body.resting:
                    front, step = body.fronts[place], body.consumers.get(place)
                    node = step.node if step else front.target if front else None
                    if node is not None:
                        found[node] = None
            for record in state[2]:
                open_ += record[4]
                if not record[4]:
                    found[self.behaviour.activity(state, record).node] = None
        return list(found)

    def _dead(self) -> list[Node]:
        """Nodes before which no token ever stands, in scopes that are entered."""
        reached = self.behaviour.reached
        before: dict[Node, bool] = {}
        for number in {number for number, _ in reached}:
            for place, front in enumerate(self.behaviour.bodies[number].fronts):
                if front is not None and not _is_held(front):
                    before[front.target] = before.get(front.target, False) or (number, place) in reached
        return [node for node, is_reached in before.items() if not is_reached]


def _is_held(flow: Flow) -> bool:
    """Does its token stay at the event-based gateway?"""
    return flow.source.kind == "events"


def _reached(origin: set[int], edges: list[list[int]]) -> set[int]:
    seen, open_ = set(origin), list(origin)
    while open_:
        for after in edges[open_.pop()]:
            if after not in seen:
                seen.add(after)
                open_.append(after)
    return seen
