"""The token game of a diagram with its facts, as the engine plays it: from one waiting state to the next.

What the engine does by itself between two acts of people is one step. Whatever cannot be followed exactly is not
guessed: `NotFollowed` names the element, and the diagram stays undecided.
"""

from __future__ import annotations

from collections.abc import Iterator

from workflows.policies.facts import Data
from workflows.policies.history import History
from workflows.policies.tokens import State, Step, Token, Underway, without, without_inside
from workflows.policies.walking import Walk
from workflows.reading import properties
from workflows.verification.drawing import Node
from workflows.vocabulary import facts_of_answer


class Machine(Walk):
    """One process with its facts and rules: how a case begins, and what can happen in each of its states.

    endless -- the acts after which the engine would go round without coming to anybody.
    """

    def _walk(self, begun: Underway) -> Iterator[tuple[State, tuple[Step, ...]]]:
        cut, rests = self.cut, False
        for each in super()._walk(begun):
            rests = True
            yield each
        if not rests and cut == self.cut:
            self.endless.append(self.round)

    def begin(self, data: Data, history: History) -> Iterator[tuple[State, tuple[Step, ...]]]:
        """The first waiting states of a case that opens with these facts."""
        moving = tuple((self.number[id(each)], (), data, None) for each in self._starts(self.process))
        yield from self._walk(Underway((), moving, history, ({"facts": self.facts.as_dict(data)},)))

    def allow_more(self) -> None:
        """Another question is asked of the same drawing: the bound of work counts from here."""
        self._work = 0

    def go_on(self, begun: Underway) -> Iterator[tuple[State, tuple[Step, ...]]]:
        """The waiting states of a case that is under way."""
        yield from self._walk(begun)

    def acts(self, state: State) -> Iterator[tuple[State, tuple[Step, ...]]]:
        """The waiting states after each answer that somebody can give, and each message that can come."""
        for place, token in enumerate(state.tokens):
            if token.node in self.tasks and (place == 0 or state.tokens[place - 1] != token):
                for outcome in self.outcomes[token.node]:
                    yield from self._answered(state, token, outcome)
        awaited = {message for token in state.tokens for message, _ in self._awaited(token)}
        for message in sorted(awaited | self.rules.ended_by(state.history)):
            yield from self._heard(state, message)
        for token in dict.fromkeys(state.tokens):
            for event in self._timed(token):
                yield from self._went_off(state, token, event)

    def _answered(self, state: State, token: Token, outcome: str) -> Iterator[tuple[State, tuple[Step, ...]]]:
        node, task = self.nodes[token.node], self.tasks[token.node]
        own = properties(node.element)
        known = facts_of_answer(outcome, returns_as=own.get("returns_as"), side=own.get("side"))
        data = self.facts.with_(token.data, {"outcome": outcome, **known})
        history = self.rules.answered(state.history, task, outcome, self.facts.as_dict(data))
        step = {"task": task.key, "role": task.role, "duty": task.duty, "outcome": outcome}
        begun = Underway(without(state.tokens, token), (), history, (step,))
        yield from self._walk(self._done(begun, token, data))

    def _awaited(self, token: Token) -> Iterator[tuple[str, Node]]:
        """The messages that a resting token receives, each with the event that does."""
        for each in self._waiting(token):
            for event in each.events:
                if event.kind == "message" and self.number[id(each)] not in token.fired:
                    yield event.key or "", each

    def _timed(self, token: Token) -> Iterator[Node]:
        """The timers that may go off where a token rests; one at a border that repeats itself is followed twice."""
        for each in self._waiting(token):
            fired = token.fired.count(self.number[id(each)])
            if any(event.kind == "timer" and fired < 1 + event.repeats for event in each.events):
                yield each

    def _waiting(self, token: Token) -> list[Node]:
        """The events that may happen where a token rests."""
        node = self.nodes[token.node]
        own = [node] if node.kind == "catch" or node.tag == "receiveTask" else []
        if node.kind == "events":
            own = [flow.target for flow in node.outs]
        return [*own, *node.boundaries]

    def _went_off(self, state: State, token: Token, event: Node) -> Iterator[tuple[State, tuple[Step, ...]]]:
        """A timer: of all that waits only the one token notices it."""
        begun = Underway(state.tokens, (), state.history, ({"timer": event.id},))
        yield from self._walk(self._happened(begun, token, event))

    def _happened(self, now: Underway, token: Token, event: Node) -> Underway:
        """An event at which a token rests, or at the border of what it is inside of."""
        if event.kind == "boundary" and not event.interrupting:
            fired = token._replace(fired=(*token.fired, self.number[id(event)]))
            now = now._replace(resting=(*without(now.resting, token), fired))
        else:
            now = now._replace(resting=without_inside(without(now.resting, token), token))
        if event is self.nodes[token.node] and event.repeats.loops:
            return self._done(now, token, token.data)
        return now._replace(moving=(*now.moving, *self._out(event, token.path, token.data)))

    def _heard(self, state: State, message: str) -> Iterator[tuple[State, tuple[Step, ...]]]:
        """A message reaches everything that waits for it, and may end what a verb has done."""
        now = Underway(state.tokens, (), self.rules.heard(state.history, message), ({"message": message},))
        for token in state.tokens:
            for name, event in self._awaited(token):
                if name == message and token in now.resting:
                    now = self._happened(now, token, event)
        yield from self._walk(now)
