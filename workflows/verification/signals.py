"""Signals: whatever waits for one receives it at once, and nothing receives it later."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.verification.markings import Execution, Marking, removed
from workflows.verification.semantics import Semantics
from workflows.verification.transitions import Activity, Transition

After = list[Marking | None]  # None for a scope that has ended


class SignalDelivery:
    """What receiving a signal does to markings; what was worked out once is remembered."""

    def __init__(self, semantics: Semantics) -> None:
        self.semantics = semantics
        self._delivered: dict[tuple[Marking, str | None], After] = {}

    def delivered(self, marking: Marking, signal: str | None) -> After:
        """The markings after a signal has reached everything in the scope that waits for it."""
        key = (marking, signal)
        if key not in self._delivered:
            self._delivered[key] = list(dict.fromkeys(self._to_scope(marking, signal)))
        return self._delivered[key]

    def _to_scope(self, marking: Marking, signal: str | None) -> After:
        """An event sub-process that interrupts takes the signal for the whole scope; else everything receives it."""
        net = self.semantics.net(marking)
        receiving = [number for number in range(len(net.event_subs)) if self._begins(marking, number, signal)]
        for number in receiving:
            if net.event_subs[number].borders[0].interrupting:
                return self.semantics.event_sub_begun(marking, number)
        after: After = [marking]
        for transition in net.transitions:
            after = [one for each in after for one in self._to_tokens(each, transition, signal, marking)]
        for execution in marking.executions:
            after = [one for each in after for one in self._to_execution(each, execution, signal)]
        for number in receiving:
            after = [one for each in after for one in self.semantics.event_sub_begun(each or marking.emptied(), number)]
        return after

    def _begins(self, marking: Marking, number: int, signal: str | None) -> bool:
        """Does the event sub-process of that number begin with the signal?"""
        trigger = self.semantics.net(marking).event_subs[number].borders[0].trigger
        return trigger.awaits_signal(signal) and marking.fired[number] < trigger.most

    # --- tokens in places

    def _to_tokens(
        self, marking: Marking | None, transition: Transition, signal: str | None, before: Marking
    ) -> Iterable[Marking | None]:
        """Tokens that wait at a transition for the signal, or could be inside an activity that receives it.

        before -- the marking when the signal was sent: tokens that it has moved itself do not receive it again.
        """
        marking = marking if marking is not None else before.emptied()
        places = [place for place in transition.inputs for _ in range(before.tokens[place]) if marking.tokens[place]]
        activity, trigger = transition.activity, transition.trigger
        if activity and any(border.trigger.awaits_signal(signal) for border in activity.borders):
            return self._on_entering(marking, places, activity, signal)
        if trigger is not None and trigger.awaits_signal(signal):
            return self._on_firing(marking, places, transition)
        return [self.semantics.settled(marking)]

    def _on_firing(self, marking: Marking, places: list[int], transition: Transition) -> After:
        markings = [marking]
        for place in places:
            markings = [
                self.semantics.given(each.without((place,)), bag)
                for each in markings
                if each.tokens[place]
                for bag in transition.outputs
            ] or markings
        return [self.semantics.settled(each) for each in markings]

    def _on_entering(self, marking: Marking, places: list[int], activity: Activity, signal: str | None) -> After:
        after: After = [marking]
        for place in places:
            entered = [
                one
                for each in after
                if each is not None
                for one in self.semantics.entered(each.without((place,)), activity)
                if one is not None
            ]
            after = [one for each in entered for one in self._to_new_execution(each, marking, signal)]
        return after

    def _to_new_execution(self, entered: Marking, before: Marking, signal: str | None) -> After:
        new = next((each for each in entered.executions if each not in before.executions), None)
        return self._to_execution(entered, new, signal) if new else [entered]

    # --- activities under way

    def _to_execution(self, marking: Marking | None, execution: Execution, signal: str | None) -> After:
        """The signal interrupts the activity, ends the receiving task, or reaches its insides and then its border."""
        assert marking is not None
        activity = self.semantics.activity(marking, execution)
        rest = marking.without_execution(execution)
        if activity.is_event_sub:
            return self._to_insides(rest, execution, signal)
        borders = [border for border in activity.borders if border.trigger.awaits_signal(signal)]
        for border in borders:
            if border.interrupting:
                return [self.semantics.settled(self.semantics.given(rest, bag)) for bag in border.outputs]
        if activity.trigger is not None and activity.trigger.awaits_signal(signal):
            return self.semantics.went_on(rest, execution._replace(running=execution.running - 1))
        after = self._to_insides(rest, execution, signal)
        for border in borders:
            after = [self.semantics.given(each or marking.emptied(), bag) for each in after for bag in border.outputs]
        return after

    def _to_insides(self, rest: Marking, execution: Execution, signal: str | None) -> After:
        """The signal reaches what runs inside an activity."""
        moved = [execution]
        for inner in execution.inside:
            moved = [
                each.with_inside((*removed(each.inside, inner), *([after] if after else [])))
                for each in moved
                for after in self.delivered(inner, signal)
            ]
        return [after for each in moved for after in self.semantics.went_on(rest, each)]
