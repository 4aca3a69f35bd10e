"""The firing rule: from the marking of a scope to every marking it can have next, as BPMN 2.0 (chapter 13) says."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from workflows.verification.bounds import in_time
from workflows.verification.drawing import Node, Scope
from workflows.verification.environment import Environment
from workflows.verification.markings import (
    QUIET,
    Effect,
    Execution,
    Marking,
    Step,
    Thrown,
    counted,
)
from workflows.verification.net import MOST_INSTANCES, Net
from workflows.verification.repetition import one_fewer
from workflows.verification.transitions import Activity, Bag, Border, Transition


class Semantics:
    """The steps of some scopes of an environment; what was worked out once is remembered.

    Where a method gives markings, None stands for a scope that has ended.
    """

    def __init__(self, environment: Environment, scopes: Iterable[Scope]) -> None:
        self.environment = environment
        self.nets = [Net(scope, environment) for scope in scopes]
        self._numbers = {net.scope: number for number, net in enumerate(self.nets)}
        self._activities = [net.activities() for net in self.nets]
        self.reached: set[tuple[int, int]] = set()  # net and place, for every place that ever had a token
        self.twice: set[Node] = set()  # ends that several tokens have reached
        self.escaped: dict[tuple[int, Thrown], Node] = {}  # by net and error, the activity that did not catch it
        self._steps: dict[Marking, list[Step]] = {}
        self._instances: dict[Scope, list[Marking]] = {}

    def net_of(self, scope: Scope) -> Net:
        """The net of one of the scopes."""
        return self.nets[self._numbers[scope]]

    def net(self, marking: Marking) -> Net:
        """The net that a marking is one of."""
        return self.nets[marking.net]

    def activity(self, marking: Marking, execution: Execution) -> Activity:
        """The activity that is under way."""
        return self._activities[marking.net][execution.activity]

    # --- how a scope begins and ends

    def begin(self, scope: Scope, bags: Iterable[Bag]) -> list[Marking | None]:
        """The markings in which a scope begins with one of these bags of tokens; some are over at once."""
        return [self.settled(each) for each in self._initial(scope, bags)]

    def instances(self, scope: Scope) -> list[Marking]:
        """The markings in which the inside of an activity begins: it lasts for a moment, however little it holds."""
        if scope not in self._instances:
            self._instances[scope] = self._initial(scope, self.net_of(scope).initial_bags())
        return self._instances[scope]

    def _initial(self, scope: Scope, bags: Iterable[Bag]) -> list[Marking]:
        number, net = self._numbers[scope], self.net_of(scope)
        empty = Marking(number, (0,) * len(net.flows), (), (0,) * len(net.event_subs))
        return [self.given(empty, bag) for bag in bags]

    def given(self, marking: Marking, bag: Bag) -> Marking:
        """The marking with a token more in each place of the bag; where tokens rest, two are as good as more."""
        if not bag:
            return marking
        number, tokens = marking.net, list(marking.tokens)
        resting = self.nets[number].resting
        for place in bag:
            tokens[place] = min(tokens[place] + 1, 2) if place in resting else tokens[place] + 1
            self.reached.add((number, place))
        self.twice.update(self.nets[number].reached_twice(tokens, bag))
        return Marking(number, tuple(tokens), marking.executions, marking.fired)

    def is_over(self, marking: Marking) -> bool:
        """Is nothing left that could still move?"""
        alive = self.nets[marking.net].alive
        return not marking.executions and not any(map(marking.tokens.__getitem__, alive))

    def settled(self, marking: Marking) -> Marking | None:
        """None when it is over; a place with two tokens is shown before."""
        return None if self.is_over(marking) and max(marking.tokens, default=0) < 2 else marking

    # --- steps

    def steps(self, marking: Marking) -> list[Step]:
        """Every step that is possible now."""
        if marking not in self._steps:
            self._steps[marking] = list(dict.fromkeys(in_time(self._all_steps(marking))))
        return self._steps[marking]

    def _all_steps(self, marking: Marking) -> Iterator[Step]:
        if self.is_over(marking):
            yield None, QUIET
            return
        net = self.net(marking)
        for transition in net.transitions:
            for taken in self._enabled(transition, marking):
                yield from self._fired(marking, transition, taken)
        for execution in dict.fromkeys(marking.executions):
            yield from self._steps_of_execution(marking, execution)
        for number, event_sub in enumerate(net.event_subs):
            [border] = event_sub.borders
            if border.trigger.kind in ("free", "message") and marking.fired[number] < border.trigger.most:
                effect = Effect(border.trigger.messages, unsure=border.trigger.unsure)
                for after in self.event_sub_begun(marking, number):
                    yield after, effect

    def _enabled(self, transition: Transition, marking: Marking) -> list[Bag]:
        """The bags of tokens that the transition can take now."""
        tokens = marking.tokens
        full = tuple(place for place in transition.inputs if tokens[place])
        if transition.join == "any":
            return [(place,) for place in full]
        if transition.join == "all":
            return [full] if len(full) == len(transition.inputs) else []
        active = (self.activity(marking, execution).node for execution in marking.executions)
        return [full] if full and not self.net(marking).is_awaited(transition, tokens, active, full) else []

    def _fired(self, marking: Marking, transition: Transition, taken: Bag) -> Iterator[Step]:
        left = marking.without(taken)
        if transition.activity:
            for after in self.entered(left, transition.activity):
                yield after, QUIET
            return
        trigger = transition.trigger
        if trigger is not None and trigger.kind != "message":
            return  # a signal fires it, see SignalDelivery
        awaits = trigger.messages if trigger else ()
        loud = awaits or transition.sends or transition.signals
        effect = Effect(awaits, transition.sends, transition.signals) if loud else QUIET
        for bag in transition.outputs:
            yield from self._thrown(self.given(left, bag), transition.throws, effect)

    # --- what is thrown

    def _thrown(self, marking: Marking, throws: tuple[Thrown, ...], effect: Effect) -> Iterator[Step]:
        """Let what is thrown in a scope be caught by its event sub-processes, or go on outwards."""
        if not throws:
            yield self.settled(marking), effect
            return
        (kind, key), *rest = throws
        if kind == "terminate":
            yield None, effect
            return
        for number, event_sub in enumerate(self.net(marking).event_subs):
            trigger = event_sub.borders[0].trigger
            if trigger.catches(kind, key) and marking.fired[number] < trigger.most:
                for after in self.event_sub_begun(marking, number):
                    yield after, effect
                return
        outwards = effect._replace(throws=(*effect.throws, (kind, key)))
        if kind in ("error", "cancel"):
            yield None, outwards
        else:
            yield from self._thrown(marking, tuple(rest), outwards)

    # --- activities under way

    def entered(self, marking: Marking, activity: Activity) -> list[Marking | None]:
        """The markings after a token has gone into an activity: as many instances begin as there may be."""
        counts = sorted({min(count, MOST_INSTANCES) for count in activity.counts})
        return [after for count in counts for after in self._begun(marking, activity, count)]

    def _begun(self, marking: Marking, activity: Activity, count: int) -> list[Marking | None]:
        """So many instances of an activity begin, at once or one by one; none is as good as done."""
        if count == 0:
            return self._left(marking, activity)
        now = 1 if activity.node.repeats.one_by_one else count
        number = self._activities[marking.net].index(activity)
        pending = one_fewer(activity.rounds) if activity.node.repeats.loops else count - now
        execution = Execution(number, pending, 0, (0,) * len(activity.borders), ())
        return self._with_instances(marking, execution, now)

    def _with_instances(self, marking: Marking, execution: Execution, count: int) -> list[Marking | None]:
        """The execution joins the marking with so many instances more."""
        scope = self.activity(marking, execution).inside
        if scope is None:
            return [marking.with_execution(execution._replace(running=execution.running + count))]
        return [
            marking.with_execution(execution.with_inside((*execution.inside, *born)))
            for born in itertools.combinations_with_replacement(self.instances(scope), count)
        ]

    def went_on(self, marking: Marking, execution: Execution) -> list[Marking | None]:
        """The markings after an instance has ended: the others run on, the next begins, or the activity is over.

        execution -- without that instance; it is not part of the marking.
        """
        activity = self.activity(marking, execution)
        lasting = self._lasting(marking, execution)
        return [*self._left(marking, activity), *lasting] if execution.may_be_done(activity) else lasting

    def _lasting(self, marking: Marking, execution: Execution) -> list[Marking | None]:
        """Those of them in which the activity is not over: the others run on, or the next instance or round begins.

        What has happened at the border of a loop has happened for all its rounds.
        """
        if execution.inside or execution.running:
            return [marking.with_execution(execution)]
        if execution.pending:
            return self._with_instances(marking, execution._replace(pending=one_fewer(execution.pending)), 1)
        return []

    def _left(self, marking: Marking, activity: Activity) -> list[Marking | None]:
        """The activity is done: its token goes on."""
        return [self.settled(self.given(marking, bag)) for bag in activity.outputs]

    def _steps_of_execution(self, marking: Marking, execution: Execution) -> Iterator[Step]:
        activity = self.activity(marking, execution)
        if execution.running:
            yield from self._instance_ended(marking, execution, activity)
        for inner in dict.fromkeys(execution.inside):
            for after, effect in self.steps(inner):
                yield from self._inner_step(marking, execution, inner, after, effect)
        if activity.is_event_sub:
            return
        for number, border in enumerate(activity.borders):
            if border.trigger.kind in ("free", "message"):
                loud = border.trigger.messages or border.trigger.unsure
                effect = Effect(border.trigger.messages, unsure=border.trigger.unsure) if loud else QUIET
                for after in self._border_fired(marking, execution, number):
                    yield after, effect

    def _instance_ended(self, marking: Marking, execution: Execution, activity: Activity) -> Iterator[Step]:
        """One of the running instances of a task ends."""
        trigger = activity.trigger
        if trigger is not None and trigger.kind != "message":
            return
        effect = Effect(trigger.messages if trigger else (), activity.sends)
        rest = marking.without_execution(execution)
        after = self.went_on(rest, execution._replace(running=execution.running - 1))
        if activity.node.repeats.ends_early:
            after = after + self._left(rest, activity)
        for each in after:
            yield each, effect

    def _inner_step(
        self, marking: Marking, execution: Execution, inner: Marking, after: Marking | None, effect: Effect
    ) -> Iterator[Step]:
        """A step inside an activity, from `inner` to `after`, seen from the scope that the activity stands in."""
        activity = self.activity(marking, execution)
        others = list(execution.inside)
        others.remove(inner)
        if after is not None:
            others.append(after)
        moved = execution.with_inside(others)
        if effect.throws:
            yield from self._thrown_out(marking, execution, moved, effect)
            return
        rest = marking.without_execution(execution)
        if after is not None:
            yield rest.with_execution(moved), effect
            return
        for each in self._lasting(rest, moved):
            yield each, effect
        if activity.node.repeats.ends_early or moved.may_be_done(activity):
            told = effect._replace(sends=effect.sends + activity.sends) if activity.sends else effect
            for each in self._left(rest, activity):
                yield each, told

    def _thrown_out(self, marking: Marking, execution: Execution, moved: Execution, effect: Effect) -> Iterator[Step]:
        """Something thrown inside an activity: its border catches it, or the scope it stands in.

        moved -- the execution after the step that has thrown.
        """
        (kind, key), *others = effect.throws
        activity = self.activity(marking, execution)
        rest = marking.without_execution(execution)
        border = activity.catching(kind, key)
        if border is not None:
            quiet = effect._replace(throws=tuple(others))
            for after in self._border_caught(rest, moved, border):
                yield after, quiet
        elif kind == "cancel":
            quiet = effect._replace(throws=tuple(others))
            for after in self._left(rest, activity):
                yield after, quiet
        else:
            silent = effect._replace(throws=())
            if kind == "error":
                self.escaped[marking.net, (kind, key)] = activity.node
            for after in self.went_on(rest, moved):
                yield from self._thrown(after or rest, effect.throws, silent)

    def _border_caught(self, rest: Marking, moved: Execution, border: Border) -> Iterator[Marking | None]:
        for bag in border.outputs:
            given = self.given(rest, bag)
            if border.interrupting:
                yield self.settled(given)
            else:
                yield from self.went_on(given, moved)

    def _border_fired(self, marking: Marking, execution: Execution, number: int) -> Iterator[Marking | None]:
        """The event of that number at the border of an activity has happened."""
        rest = marking.without_execution(execution)
        border = self.activity(marking, execution).borders[number]
        if border.interrupting:
            yield from (self.settled(self.given(rest, bag)) for bag in border.outputs)
        elif execution.fired[number] < border.trigger.most:
            fired = execution._replace(fired=counted(execution.fired, number))
            yield from (self.given(rest, bag).with_execution(fired) for bag in border.outputs)

    # --- event sub-processes

    def event_sub_begun(self, marking: Marking, number: int) -> list[Marking | None]:
        """The markings after the event sub-process of that number has begun."""
        net = self.net(marking)
        event_sub = net.event_subs[number]
        assert event_sub.inside is not None
        if event_sub.borders[0].interrupting:  # everything else in the scope is gone, and nothing more can happen to it
            marking = marking.emptied()._replace(fired=(net.most_firings,) * len(marking.fired))
        else:
            marking = marking._replace(fired=counted(marking.fired, number))
        if event_sub.inside in self.environment.atomic:
            return [self.settled(marking)]
        starts = self.net_of(event_sub.inside).starts[:1]
        index = self._activities[marking.net].index(event_sub)
        return [
            self.settled(marking) if inner is None else marking.with_execution(Execution(index, 0, 0, (0,), (inner,)))
            for inner in self.begin(event_sub.inside, [bag for start in starts for bag in start.outputs])
        ]
