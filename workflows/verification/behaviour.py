"""How tokens move: from the state of a scope to every state it can be in next, as BPMN 2.0 says."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from workflows.verification.body import MOST_INSTANCES, Body
from workflows.verification.drawing import Scope
from workflows.verification.states import (
    QUIET,
    Effect,
    Move,
    Moves,
    Record,
    State,
    Thrown,
    catches,
    is_event_sub,
    joined,
    minus,
    ordered,
    without,
)
from workflows.verification.steps import Activity, Bag, Step
from workflows.verification.world import World


class Behaviour:
    """The moves of some scopes of a world; what was worked out once is remembered."""

    def __init__(self, world: World, scopes: Iterable[Scope]) -> None:
        self.world = world
        self.bodies = [Body(scope, world) for scope in scopes]
        self._numbers = {body.scope: number for number, body in enumerate(self.bodies)}
        self._activities = [self._activities_of(body) for body in self.bodies]
        self.reached: set[tuple[int, int]] = set()  # places that ever had a token
        self._moves: dict[State, Moves] = {}

    @staticmethod
    def _activities_of(body: Body) -> list[Activity]:
        return [*(each.activity for each in body.steps if each.activity), *body.event_subs]

    # --- beginnings

    def begin(self, scope: Scope, bags: Iterable[Bag]) -> list[State | None]:
        """The states in which a scope begins with one of these bags of tokens; None is one that is over at once."""
        return [self.settled(each) for each in self._first(scope, bags)]

    def births(self, scope: Scope) -> list[State]:
        """The states in which the inside of an activity begins: it lasts for a moment, however little it holds."""
        return self._first(scope, self.body_of(scope).births())

    def _first(self, scope: Scope, bags: Iterable[Bag]) -> list[State]:
        number, body = self._numbers[scope], self.body_of(scope)
        empty = (number, (0,) * len(body.fronts), (), (0,) * len(body.event_subs))
        return [self.given(empty, bag) for bag in bags]

    def body_of(self, scope: Scope) -> Body:
        """The body of one of the scopes."""
        return self.bodies[self._numbers[scope]]

    def body(self, state: State) -> Body:
        """The body a state is one of."""
        return self.bodies[state[0]]

    def activity(self, state: State, record: Record) -> Activity:
        """The activity that lasts in a record of a state."""
        return self._activities[state[0]][record[0]]

    def given(self, state: State, bag: Bag) -> State:
        """The state with a token more in each place of the bag; where tokens rest, two are as good as more."""
        if not bag:
            return state
        tokens = list(state[1])
        resting = self.bodies[state[0]].resting
        for place in bag:
            tokens[place] = min(tokens[place] + 1, 2) if place in resting else tokens[place] + 1
            self.reached.add((state[0], place))
        return (state[0], tuple(tokens), state[2], state[3])

    def is_over(self, state: State) -> bool:
        """Is nothing left that could still move?"""
        return not state[2] and not any(state[1][place] for place in self.bodies[state[0]].alive)

    def settled(self, state: State) -> State | None:
        """None when it is over; a crowd is shown before."""
        return None if self.is_over(state) and max(state[1], default=0) < 2 else state

    # --- moves

    def moves(self, state: State) -> Moves:
        """Every next state with what it takes; None is the end of the scope."""
        if state not in self._moves:
            self._moves[state] = list(dict.fromkeys(self._all_moves(state)))
        return self._moves[state]

    def _all_moves(self, state: State) -> Iterator[Move]:
        if self.is_over(state):
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
        inside = (self.activity(state, record).node for record in state[2])
        return [full] if full and not self.body(state).is_awaited(step, tokens, inside, full) else []

    def _taken(self, state: State, step: Step, taken: Bag) -> Iterator[Move]:
        left = without(state, taken)
        if step.activity:
            for following in self.entered(left, step.activity):
                yield following, QUIET
            return
        trigger = step.trigger
        if trigger is not None and trigger.kind != "message":
            return  # a signal moves it, see `reactions`
        awaits = trigger.messages if trigger else ()
        for way in step.ways:
            given = self.given(left, way)
            effect = Effect(awaits, step.sends, step.signals) if awaits or step.sends or step.signals else QUIET
            yield from self._raised(given, step.throws, effect)

    # --- what is thrown

    def _raised(self, state: State, throws: tuple[Thrown, ...], effect: Effect) -> Iterator[Move]:
        """Let what is thrown in a scope be caught by its event sub-processes, or go on outwards."""
        if not throws:
            yield self.settled(state), effect
            return
        (kind, key), *rest = throws
        if kind == "terminate":
            yield None, effect
            return
        for number, event_sub in enumerate(self.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if catches(trigger, kind, key) and state[3][number] < trigger.most:
                for following in self.event_sub_begun(state, number, event_sub, interrupting):
                    yield following, effect
                return
        outwards = Effect(effect.awaits, effect.sends, effect.signals, (*effect.throws, (kind, key)))
        if kind in ("error", "cancel"):
            yield None, outwards
        else:
            yield from self._raised(state, tuple(rest), outwards)

    # --- activities that last

    def entered(self, state: State, activity: Activity) -> list[State | None]:
        """A token has gone in: as many instances begin as there may be."""
        following: list[State | None] = []
        for count in sorted({min(count, MOST_INSTANCES) for count in activity.counts}):
            following += self.begun(state, activity, count)
        return following

    def begun(self, state: State, activity: Activity, count: int) -> list[State | None]:
        """So many instances of an activity begin, at once or one by one; none is as good as done."""
        number = self._activities[state[0]].index(activity)
        fired = (0,) * len(activity.borders)
        if count == 0:
            return self.left(state, activity)
        now = 1 if activity.node.one_by_one else count
        if activity.inside is None:
            return [joined(state, (number, count - now, now, fired, ()))]
        return self._instances_begun(state, (number, count - now, 0, fired, ()), now)

    def _instances_begun(self, state: State, record: Record, count: int) -> list[State | None]:
        number, waiting, _, fired, kids = record
        activity = self._activities[state[0]][number]
        assert activity.inside is not None
        following: list[State | None] = []
        for born in itertools.combinations_with_replacement(self.births(activity.inside), count):
            following.append(joined(state, (number, waiting, 0, fired, ordered((*kids, *born)))))
        return following

    def went_on(self, state: State, record: Record) -> list[State | None]:
        """After an instance has ended: the others run on, the next begins, or the activity is over."""
        number, waiting, running, fired, kids = record
        activity = self._activities[state[0]][number]
        if kids or running:
            return [joined(state, record)]
        if not waiting:
            over = self.left(state, activity)
            return over + self.begun(state, activity, 1) if activity.node.loops and activity.inside is None else over
        if activity.inside is None:
            return [joined(state, (number, waiting - 1, 1, fired, ()))]
        return self._instances_begun(state, (number, waiting - 1, 0, fired, ()), 1)

    def left(self, state: State, activity: Activity) -> list[State | None]:
        """The activity is done: its token goes on."""
        return [self.settled(self.given(state, way)) for way in activity.ways]

    def _record_moves(self, state: State, record: Record) -> Iterator[Move]:
        activity = self.activity(state, record)
        if record[2]:
            yield from self._task_moves(state, record, activity)
        for kid in dict.fromkeys(record[4]):
            for moved, effect in self.moves(kid):
                yield from self._kid_moved(state, record, kid, moved, effect)
        if not is_event_sub(activity):
            for number, (trigger, interrupting, ways) in enumerate(activity.borders):
                if trigger.kind in ("free", "message"):
                    effect = Effect(trigger.messages) if trigger.messages else QUIET
                    for following in self._border_fired(state, record, number, interrupting, ways):
                        yield following, effect

    def _task_moves(self, state: State, record: Record, activity: Activity) -> Iterator[Move]:
        number, waiting, running, fired, kids = record
        trigger = activity.trigger
        if trigger is not None and trigger.kind != "message":
            return
        effect = Effect(trigger.messages if trigger else (), activity.sends)
        rest = minus(state, record)
        for following in self.went_on(rest, (number, waiting, running - 1, fired, kids)):
            yield following, effect
        if activity.node.ends_early:
            for following in self.left(rest, activity):
                yield following, effect

    def _kid_moved(
        self, state: State, record: Record, kid: State, moved: State | None, effect: Effect
    ) -> Iterator[Move]:
        number, waiting, running, fired, kids = record
        activity = self._activities[state[0]][number]
        others = list(kids)
        others.remove(kid)
        after: Record = (number, waiting, running, fired, ordered((*others, *([moved] if moved else []))))
        if effect.throws:
            yield from self._thrown_out(state, record, after, effect)
            return
        rest = minus(state, record)
        if moved is not None:
            yield joined(rest, after), effect
            return
        if activity.sends and not after[4] and not waiting:
            effect = Effect(effect.awaits, effect.sends + activity.sends, effect.signals)
        for following in self.went_on(rest, after):
            yield following, effect
        if activity.node.loops:
            for following in self.begun(rest, activity, 1):
                yield following, effect
        if activity.node.ends_early:
            for following in self.left(rest, activity):
                yield following, effect

    def _thrown_out(self, state: State, record: Record, after: Record, effect: Effect) -> Iterator[Move]:
        """Something thrown inside an activity: its border catches it, or the scope it stands in."""
        (kind, key), *others = effect.throws
        activity = self.activity(state, record)
        quiet = Effect(effect.awaits, effect.sends, effect.signals, tuple(others))
        rest = minus(state, record)
        continuing = joined(rest, after) if after[4] or after[1] else None
        if not is_event_sub(activity):
            for trigger, interrupting, ways in activity.borders:
                if catches(trigger, kind, key):
                    for following in self._border_caught(state, record, after, interrupting, ways):
                        yield following, quiet
                    return
        if kind == "cancel":
            for following in self.left(rest, activity):
                yield following, quiet
            return
        silent = Effect(effect.awaits, effect.sends, effect.signals)
        if continuing is not None:
            yield from self._raised(continuing, effect.throws, silent)
            return
        for left in self.went_on(rest, after):
            yield from self._raised(left or rest, effect.throws, silent)

    def _border_caught(
        self, state: State, record: Record, after: Record, interrupting: bool, ways: list[Bag]
    ) -> Iterator[State | None]:
        rest = minus(state, record)
        for way in ways:
            given = self.given(rest, way)
            if interrupting:
                yield self.settled(given)
            else:
                yield from self.went_on(given, after)

    def _border_fired(
        self, state: State, record: Record, number: int, interrupting: bool, ways: list[Bag]
    ) -> Iterator[State | None]:
        """An event at the border has happened."""
        rest = minus(state, record)
        activity = self.activity(state, record)
        if interrupting:
            for way in ways:
                yield self.settled(self.given(rest, way))
        elif record[3][number] < activity.borders[number][0].most:
            fired = tuple(count + (place == number) for place, count in enumerate(record[3]))
            for way in ways:
                yield joined(self.given(rest, way), (*record[:3], fired, record[4]))

    # --- event sub-processes

    def _event_sub_moves(self, state: State, number: int, event_sub: Activity) -> Iterator[Move]:
        trigger, interrupting, _ = event_sub.borders[0]
        if trigger.kind in ("free", "message") and state[3][number] < trigger.most:
            for following in self.event_sub_begun(state, number, event_sub, interrupting):
                yield following, Effect(trigger.messages)

    def event_sub_begun(self, state: State, number: int, event_sub: Activity, interrupting: bool) -> list[State | None]:
        """The states after an event sub-process has begun."""
        place, tokens, records, fired = state
        if interrupting:  # everything else in the scope is gone, and nothing more can happen to it
            most = max((each.borders[0][0].most for each in self.body(state).event_subs), default=0)
            state = (place, (0,) * len(tokens), (), (most,) * len(fired))
        else:
            state = (place, tokens, records, tuple(c + (i == number) for i, c in enumerate(fired)))
        assert event_sub.inside is not None
        if event_sub.inside in self.world.one_steps:
            return [self.settled(state)]
        body = self.body_of(event_sub.inside)
        born = self.begin(event_sub.inside, [way for _, ways in body.starts[:1] for way in ways])
        index = self._activities[place].index(event_sub)
        return [self.settled(state) if kid is None else joined(state, (index, 0, 0, (0,), (kid,))) for kid in born]
