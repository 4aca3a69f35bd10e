"""How tokens move: from the state of a scope to every state it can be in next, as BPMN 2.0 says.

A state is plain tuples: `(scope, tokens per place, activities, firings of event sub-processes)`. An activity that lasts
is `(number of its step, instances yet to begin, running, firings at its border, states inside)`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workflows.verification.drawing import Scope
from workflows.verification.steps import MOST_INSTANCES, Activity, Bag, Body, Step, Trigger, World

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


class Behaviour:
    """The moves of the scopes of one world; what was worked out once is remembered."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bodies: list[Body] = [world.body(scope) for scope in world.scopes]
        self._numbers: dict[Scope, int] = {scope: number for number, scope in enumerate(world.scopes)}
        self._activities = [self._activities_of(body) for body in self.bodies]
        self.reached: set[tuple[int, int]] = set()  # places that ever had a token
        self._moves: dict[State, Moves] = {}
        self._reactions: dict[tuple[State, str | None], list[State | None]] = {}

    @staticmethod
    def _activities_of(body: Body) -> list[Activity]:
        return [*(each.activity for each in body.steps if each.activity), *body.event_subs]

    # --- beginnings

    def begin(self, scope: Scope, bags: Iterable[Bag]) -> list[State | None]:
        """The states in which a scope begins with one of these bags of tokens; None is one that is over at once."""
        number = self._numbers[scope]
        body = self.bodies[number]
        empty = (number, (0,) * len(body.fronts), (), (0,) * len(body.event_subs))
        return [self._settled(self._given(empty, bag)) for bag in bags]

    def births(self, scope: Scope) -> list[State | None]:
        """The states in which the inside of an activity begins."""
        return self.begin(scope, self.bodies[self._numbers[scope]].births())

    def body(self, state: State) -> Body:
        return self.bodies[state[0]]

    def activity(self, state: State, record: Record) -> Activity:
        """The activity that lasts in a record of a state."""
        return self._activities[state[0]][record[0]]

    def _given(self, state: State, bag: Bag) -> State:
        """The state with a token more in each place of the bag; where tokens rest, two are as good as more."""
        if not bag:
            return state
        tokens = list(state[1])
        resting = self.bodies[state[0]].resting
        for place in bag:
            tokens[place] = min(tokens[place] + 1, 2) if place in resting else tokens[place] + 1
            self.reached.add((state[0], place))
        return (state[0], tuple(tokens), state[2], state[3])

    def _is_over(self, state: State) -> bool:
        """Is nothing left that could still move?"""
        return not state[2] and not any(state[1][place] for place in self.bodies[state[0]].alive)

    def _settled(self, state: State) -> State | None:
        """None when it is over; a crowd is shown before."""
        return None if self._is_over(state) and max(state[1], default=0) < 2 else state

    # --- moves

    def moves(self, state: State) -> Moves:
        """Every next state with what it takes; None is the end of the scope."""
        if state not in self._moves:
            self._moves[state] = list(dict.fromkeys(self._all_moves(state)))
        return self._moves[state]

    def _all_moves(self, state: State) -> Iterator[Move]:
        if self._is_over(state):
            yield None, QUIET
            return
        for step in self.body(state).steps:
            for taken in self._enabled(step, state):
                yield from self._taken(state, step, taken)
        for record in dict.fromkeys(state[2]):
            yield from self._record_moves(state, record)
        for number, event_sub in enumerate(self.body(state).event_subs):
            yield from self._event_sub_moves(state, number, event_sub)

    def _enabled(self, step: Step, state: State) -> list[Bag]:
        """The bags of tokens the step can take now."""
        tokens = state[1]
        full = tuple(place for place in step.ins if tokens[place])
        if step.join == "any":
            return [(place,) for place in full]
        if step.join == "all":
            return [full] if len(full) == len(step.ins) else []
        return [full] if full and not self._awaited(step, state, full) else []

    def _awaited(self, join: Step, state: State, full: Bag) -> bool:
        """Can a token elsewhere still come to an empty flow of the inclusive join, and to none that has one?"""
        body = self.body(state)
        ahead = body.ahead[id(join)]
        empty = set(join.ins) - set(full)
        elsewhere = [ahead[place] for place, count in enumerate(state[1]) if count and place not in join.ins]
        activities = self._activities[state[0]]
        elsewhere += [ahead[activities[r[0]].node] for r in state[2] if activities[r[0]].node in ahead]
        return any(reached & empty and not reached & set(full) for reached in elsewhere)

    def _taken(self, state: State, step: Step, taken: Bag) -> Iterator[Move]:
        left = _without(state, taken)
        if step.activity:
            for following in self._entered(left, step.activity):
                yield following, QUIET
            return
        trigger = step.trigger
        if trigger is not None and trigger.kind != "message":
            return  # a signal moves it, see `reactions`
        awaits = trigger.messages if trigger else ()
        for way in step.ways:
            given = self._given(left, way)
            effect = Effect(awaits, step.sends, step.signals)
            yield from self._raised(given, step.throws, effect)

    # --- what is thrown

    def _raised(self, state: State, throws: tuple[Thrown, ...], effect: Effect) -> Iterator[Move]:
        """Let what is thrown in a scope be caught by its event sub-processes, or go on outwards."""
        if not throws:
            yield self._settled(state), effect
            return
        (kind, key), *rest = throws
        if kind == "terminate":
            yield None, effect
            return
        for number, event_sub in enumerate(self.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if _catches(trigger, kind, key) and state[3][number] < trigger.most:
                for following in self._event_sub_begun(state, number, event_sub, interrupting):
                    yield following, effect
                return
        outwards = Effect(effect.awaits, effect.sends, effect.signals, (*effect.throws, (kind, key)))
        if kind in ("error", "cancel"):
            yield None, outwards
        else:
            yield from self._raised(state, tuple(rest), outwards)

    # --- activities that last

    def _entered(self, state: State, activity: Activity) -> list[State | None]:
        """A token has gone in: as many instances begin as there may be."""
        following: list[State | None] = []
        for count in sorted({min(count, MOST_INSTANCES) for count in activity.counts}):
            following += self._begun(state, activity, count)
        return following

    def _begun(self, state: State, activity: Activity, count: int) -> list[State | None]:
        number = self._activities[state[0]].index(activity)
        fired = (0,) * len(activity.borders)
        if count == 0:
            return self._left(state, activity)
        now = 1 if activity.node.one_by_one else count
        if activity.inside is None:
            return [_with(state, (number, count - now, now, fired, ()))]
        return self._instances_begun(state, (number, count - now, 0, fired, ()), now)

    def _instances_begun(self, state: State, record: Record, count: int) -> list[State | None]:
        number, waiting, _, fired, kids = record
        activity = self._activities[state[0]][number]
        assert activity.inside is not None
        following: list[State | None] = []
        for born in itertools.combinations_with_replacement(self.births(activity.inside), count):
            alive = tuple(each for each in born if each is not None)
            following += self._went_on(state, (number, waiting, 0, fired, _ordered((*kids, *alive))))
        return following

    def _went_on(self, state: State, record: Record) -> list[State | None]:
        """After an instance has ended: the others run on, the next begins, or the activity is over."""
        number, waiting, running, fired, kids = record
        activity = self._activities[state[0]][number]
        if kids or running:
            return [_with(state, record)]
        if not waiting:
            over = self._left(state, activity)
            return over + self._begun(state, activity, 1) if activity.node.loops and activity.inside is None else over
        if activity.inside is None:
            return [_with(state, (number, waiting - 1, 1, fired, ()))]
        return self._instances_begun(state, (number, waiting - 1, 0, fired, ()), 1)

    def _left(self, state: State, activity: Activity) -> list[State | None]:
        return [self._settled(self._given(state, way)) for way in activity.ways]

    def _record_moves(self, state: State, record: Record) -> Iterator[Move]:
        activity = self._activities[state[0]][record[0]]
        if record[2]:
            yield from self._task_moves(state, record, activity)
        for kid in dict.fromkeys(record[4]):
            for moved, effect in self.moves(kid):
                yield from self._kid_moved(state, record, kid, moved, effect)
        if not _is_event_sub(activity):
            for number, (trigger, interrupting, ways) in enumerate(activity.borders):
                if trigger.kind in ("free", "message"):
                    effect = Effect(trigger.messages)
                    for following in self._border_fired(state, record, number, interrupting, ways):
                        yield following, effect

    def _task_moves(self, state: State, record: Record, activity: Activity) -> Iterator[Move]:
        number, waiting, running, fired, kids = record
        trigger = activity.trigger
        if trigger is not None and trigger.kind != "message":
            return
        effect = Effect(trigger.messages if trigger else (), activity.sends)
        rest = _minus(state, record)
        for following in self._went_on(rest, (number, waiting, running - 1, fired, kids)):
            yield following, effect
        if activity.node.ends_early:
            for following in self._left(rest, activity):
                yield following, effect

    def _kid_moved(
        self, state: State, record: Record, kid: State, moved: State | None, effect: Effect
    ) -> Iterator[Move]:
        number, waiting, running, fired, kids = record
        activity = self._activities[state[0]][number]
        others = list(kids)
        others.remove(kid)
        after: Record = (number, waiting, running, fired, _ordered((*others, *([moved] if moved else []))))
        if effect.throws:
            yield from self._thrown_out(state, record, after, effect)
            return
        rest = _minus(state, record)
        if moved is not None:
            yield _with(rest, after), effect
            return
        if activity.sends and not after[4] and not waiting:
            effect = Effect(effect.awaits, effect.sends + activity.sends, effect.signals)
        for following in self._went_on(rest, after):
            yield following, effect
        if activity.node.loops:
            for following in self._begun(rest, activity, 1):
                yield following, effect
        if activity.node.ends_early:
            for following in self._left(rest, activity):
                yield following, effect

    def _thrown_out(self, state: State, record: Record, after: Record, effect: Effect) -> Iterator[Move]:
        """Something thrown inside an activity: its border catches it, or the scope it stands in."""
        (kind, key), *others = effect.throws
        activity = self._activities[state[0]][record[0]]
        quiet = Effect(effect.awaits, effect.sends, effect.signals, tuple(others))
        rest = _minus(state, record)
        continuing = _with(rest, after) if after[4] or after[1] else None
        if not _is_event_sub(activity):
            for trigger, interrupting, ways in activity.borders:
                if _catches(trigger, kind, key):
                    for following in self._border_caught(state, record, after, interrupting, ways):
                        yield following, quiet
                    return
        if kind == "cancel":
            for following in self._left(rest, activity):
                yield following, quiet
            return
        silent = Effect(effect.awaits, effect.sends, effect.signals)
        if continuing is not None:
            yield from self._raised(continuing, effect.throws, silent)
            return
        for left in self._went_on(rest, after):
            yield from self._raised(left or rest, effect.throws, silent)

    def _border_caught(
        self, state: State, record: Record, after: Record, interrupting: bool, ways: list[Bag]
    ) -> Iterator[State | None]:
        rest = _minus(state, record)
        for way in ways:
            given = self._given(rest, way)
            if interrupting:
                yield self._settled(given)
            else:
                yield from self._went_on(given, after)

    def _border_fired(
        self, state: State, record: Record, number: int, interrupting: bool, ways: list[Bag]
    ) -> Iterator[State | None]:
        """An event at the border has happened."""
        rest = _minus(state, record)
        activity = self._activities[state[0]][record[0]]
        if interrupting:
            for way in ways:
                yield self._settled(self._given(rest, way))
        elif record[3][number] < activity.borders[number][0].most:
            fired = tuple(count + (place == number) for place, count in enumerate(record[3]))
            for way in ways:
                yield _with(self._given(rest, way), (*record[:3], fired, record[4]))

    # --- event sub-processes

    def _event_sub_moves(self, state: State, number: int, event_sub: Activity) -> Iterator[Move]:
        trigger, interrupting, _ = event_sub.borders[0]
        if trigger.kind in ("free", "message") and state[3][number] < trigger.most:
            for following in self._event_sub_begun(state, number, event_sub, interrupting):
                yield following, Effect(trigger.messages)

    def _event_sub_begun(
        self, state: State, number: int, event_sub: Activity, interrupting: bool
    ) -> list[State | None]:
        place, tokens, records, fired = state
        if interrupting:  # everything else in the scope is gone, and nothing more can happen to it
            most = max((each.borders[0][0].most for each in self.body(state).event_subs), default=0)
            state = (place, (0,) * len(tokens), (), (most,) * len(fired))
        else:
            state = (place, tokens, records, tuple(c + (i == number) for i, c in enumerate(fired)))
        assert event_sub.inside is not None
        if event_sub.inside in self.world.one_steps:
            return [self._settled(state)]
        body = self.bodies[self._numbers[event_sub.inside]]
        born = self.begin(event_sub.inside, [way for _, ways in body.starts[:1] for way in ways])
        index = self._activities[place].index(event_sub)
        return [self._settled(state) if kid is None else _with(state, (index, 0, 0, (0,), (kid,))) for kid in born]

    # --- signals

    def reactions(self, state: State, signal: str | None) -> list[State | None]:
        """The states after a signal has reached everything in the scope that waits for it."""
        key = (state, signal)
        if key not in self._reactions:
            self._reactions[key] = list(dict.fromkeys(self._reacted(state, signal)))
        return self._reactions[key]

    def _reacted(self, state: State, signal: str | None) -> list[State | None]:
        for number, event_sub in enumerate(self.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if _hears(trigger, signal) and interrupting and state[3][number] < trigger.most:
                return self._event_sub_begun(state, number, event_sub, interrupting)
        states: list[State | None] = [state]
        for step in self.body(state).steps:
            states = [after for each in states for after in self._step_heard(each, step, signal, state)]
        for record in state[2]:
            states = [after for each in states for after in self._record_heard(each, record, signal)]
        for number, event_sub in enumerate(self.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if _hears(trigger, signal) and not interrupting and state[3][number] < trigger.most:
                states = [
                    after
                    for each in states
                    for after in self._event_sub_begun(each or _emptied(state), number, event_sub, interrupting)
                ]
        return states

    def _step_heard(self, state: State | None, step: Step, signal: str | None, before: State) -> list[State | None]:
        """Tokens that wait at a step for the signal, or would be inside an activity that hears it."""
        state = state if state is not None else _emptied(before)
        places = [place for place in step.ins for _ in range(before[1][place]) if state[1][place]]
        if step.activity and any(_hears(each[0], signal) for each in step.activity.borders):
            states: list[State | None] = [state]
            for place in places:
                entered = [
                    (after, after[2]) for s in states if s is not None
                    for after in self._entered(_without(s, (place,)), step.activity) if after is not None
                ]  # fmt: skip
                states = []
                for after, records in entered:
                    new = next((r for r in records if r not in state[2]), None)
                    states += self._record_heard(after, new, signal) if new else [after]
            return states
        if step.trigger is None or not _hears(step.trigger, signal):
            return [self._settled(state)]
        states = [state]
        for place in places:
            states = [
                self._given(_without(s, (place,)), way)
                for s in states if s is not None and s[1][place] for way in step.ways
            ] or states  # fmt: skip
        return [self._settled(each) for each in states if each is not None]

    def _record_heard(self, state: State | None, record: Record, signal: str | None) -> list[State | None]:
        assert state is not None
        activity = self._activities[state[0]][record[0]]
        rest = _minus(state, record)
        if not _is_event_sub(activity):
            for trigger, interrupting, ways in activity.borders:
                if interrupting and _hears(trigger, signal):
                    return [self._settled(self._given(rest, way)) for way in ways]
            if activity.trigger is not None and _hears(activity.trigger, signal):
                return self._went_on(rest, (*record[:2], record[2] - 1, *record[3:]))
        after: list[Record] = [record]
        for kid in record[4]:
            after = [
                (*r[:4], _ordered((*_removed(r[4], kid), *([k] if k else []))))
                for r in after for k in self.reactions(kid, signal)
            ]  # fmt: skip
        states = [each for r in after for each in self._went_on(rest, r)]
        if _is_event_sub(activity):
            return states
        for trigger, interrupting, ways in activity.borders:
            if not interrupting and _hears(trigger, signal):
                states = [self._given(each or _emptied(state), way) for each in states for way in ways]
        return states


def _is_event_sub(activity: Activity) -> bool:
    return activity.node.kind == "event_sub"


def _catches(trigger: Trigger, kind: str, key: str | None) -> bool:
    return trigger.kind == "thrown" and ((kind, key) in trigger.keys or (kind, None) in trigger.keys)


def _hears(trigger: Trigger, signal: str | None) -> bool:
    return trigger.kind == "signal" and ("signal", signal) in trigger.keys


def _without(state: State, bag: Bag) -> State:
    tokens = list(state[1])
    for place in bag:
        tokens[place] -= 1
    return (state[0], tuple(tokens), state[2], state[3])


def _ordered(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items))


def _with(state: State, record: Record) -> State:
    return (state[0], state[1], _ordered((*state[2], record)), state[3])


def _minus(state: State, record: Record) -> State:
    return (state[0], state[1], _removed(state[2], record), state[3])


def _removed(items: tuple[Any, ...], item: Any) -> tuple[Any, ...]:
    place = items.index(item)
    return items[:place] + items[place + 1 :]


def _emptied(state: State) -> State:
    return (state[0], (0,) * len(state[1]), (), state[3])
