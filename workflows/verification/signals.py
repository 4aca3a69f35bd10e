"""Signals: everything that waits for one hears it at once, and nobody hears it later."""

from __future__ import annotations

from workflows.verification.behaviour import Behaviour
from workflows.verification.states import Record, State, emptied, hears, is_event_sub, minus, ordered, removed, without
from workflows.verification.steps import Step


class Hearing:
    """What hearing a signal does to states; what was worked out once is remembered."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._reactions: dict[tuple[State, str | None], list[State | None]] = {}

    def reactions(self, state: State, signal: str | None) -> list[State | None]:
        """The states after a signal has reached everything in the scope that waits for it."""
        key = (state, signal)
        if key not in self._reactions:
            self._reactions[key] = list(dict.fromkeys(self._reacted(state, signal)))
        return self._reactions[key]

    def _reacted(self, state: State, signal: str | None) -> list[State | None]:
        for number, event_sub in enumerate(self.behaviour.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if hears(trigger, signal) and interrupting and state[3][number] < trigger.most:
                return self.behaviour.event_sub_begun(state, number, event_sub, interrupting)
        states: list[State | None] = [state]
        for step in self.behaviour.body(state).steps:
            states = [after for each in states for after in self._step_heard(each, step, signal, state)]
        for record in state[2]:
            states = [after for each in states for after in self._record_heard(each, record, signal)]
        for number, event_sub in enumerate(self.behaviour.body(state).event_subs):
            trigger, interrupting, _ = event_sub.borders[0]
            if hears(trigger, signal) and not interrupting and state[3][number] < trigger.most:
                states = [
                    after
                    for each in states
                    for after in self.behaviour.event_sub_begun(each or emptied(state), number, event_sub, interrupting)
                ]
        return states

    def _step_heard(self, state: State | None, step: Step, signal: str | None, before: State) -> list[State | None]:
        """Tokens that wait at a step for the signal, or would be inside an activity that hears it."""
        state = state if state is not None else emptied(before)
        places = [place for place in step.ins for _ in range(before[1][place]) if state[1][place]]
        if step.activity and any(hears(each[0], signal) for each in step.activity.borders):
            states: list[State | None] = [state]
            for place in places:
                entered = [
                    (after, after[2]) for s in states if s is not None
                    for after in self.behaviour.entered(without(s, (place,)), step.activity) if after is not None
                ]  # fmt: skip
                states = []
                for after, records in entered:
                    new = next((r for r in records if r not in state[2]), None)
                    states += self._record_heard(after, new, signal) if new else [after]
            return states
        if step.trigger is None or not hears(step.trigger, signal):
            return [self.behaviour.settled(state)]
        states = [state]
        for place in places:
            states = [
                self.behaviour.given(without(s, (place,)), way)
                for s in states if s is not None and s[1][place] for way in step.ways
            ] or states  # fmt: skip
        return [self.behaviour.settled(each) for each in states if each is not None]

    def _record_heard(self, state: State | None, record: Record, signal: str | None) -> list[State | None]:
        assert state is not None
        activity = self.behaviour.activity(state, record)
        rest = minus(state, record)
        if not is_event_sub(activity):
            for trigger, interrupting, ways in activity.borders:
                if interrupting and hears(trigger, signal):
                    return [self.behaviour.settled(self.behaviour.given(rest, way)) for way in ways]
            if activity.trigger is not None and hears(activity.trigger, signal):
                return self.behaviour.went_on(rest, (*record[:2], record[2] - 1, *record[3:]))
        after: list[Record] = [record]
        for kid in record[4]:
            after = [
                (*r[:4], ordered((*removed(r[4], kid), *([k] if k else []))))
                for r in after for k in self.reactions(kid, signal)
            ]  # fmt: skip
        states = [each for r in after for each in self.behaviour.went_on(rest, r)]
        if is_event_sub(activity):
            return states
        for trigger, interrupting, ways in activity.borders:
            if not interrupting and hears(trigger, signal):
                states = [self.behaviour.given(each or emptied(state), way) for each in states for way in ways]
        return states
