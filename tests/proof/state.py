"""Where a case stands in the walk: its tokens and what has been decided, as plain tuples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.proof.history import Marks

Facts = tuple[tuple[str, Any], ...]
Step = dict[str, Any]
HELD, BROKEN, STUCK, UNDECIDED = "held", "broken", "stuck", "undecided"


class Token(NamedTuple):
    """A token at a node; path -- the sub-processes around it; arrived -- at a join: (where from, facts) in order."""

    path: tuple[str, ...]
    node: str
    facts: Facts
    arrived: tuple[tuple[str, Facts], ...] = ()


class State(NamedTuple):
    ready: tuple[Token, ...]  # at nodes that the engine passes by itself; the first goes first
    waiting: tuple[Token, ...]
    marks: Marks


@dataclass
class Verdict:
    """held -- every policy in every case, and each case can come to its end; stuck -- held, but not every case can."""

    answer: str
    node: str | None = None
    unmet: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    states: int = 0


class Breach(Exception):
    """A verb or an end that was reached without what its policy asks for."""

    def __init__(self, steps: list[Step], node: str, unmet: list[str]) -> None:
        super().__init__(node, unmet)
        self.steps, self.node, self.unmet = steps, node, unmet


class EngineError(Exception):
    """The engine could not go on."""


def facts_of(facts: dict[str, Any]) -> Facts:
    return tuple(sorted(facts.items(), key=lambda pair: pair[0]))


def with_(state: State, token: Token) -> State:
    return state._replace(waiting=tuple(sorted((*state.waiting, token), key=repr)))


def without(state: State, token: Token, *, inside: bool = False) -> State:
    """The state with that one token gone, and with it all that is inside its sub-process."""
    waiting = list(state.waiting)
    waiting.remove(token)
    state = state._replace(waiting=tuple(waiting))
    return within(state, (*token.path, token.node)) if inside else state


def within(state: State, path: tuple[str, ...]) -> State:
    """The state without the tokens inside."""
    return State(*(tuple(t for t in tokens if t.path[: len(path)] != path) for tokens in state[:2]), state.marks)


def leading_to(finished: list[State], after: dict[State, list[State]]) -> set[State]:
    """The states from which a finished one can be reached."""
    before: dict[State, list[State]] = {}
    for state, following in after.items():
        for each in following:
            before.setdefault(each, []).append(state)
    found, ahead = set(finished), list(finished)
    while ahead:
        for each in before.get(ahead.pop(), []):
            if each not in found:
                found.add(each)
                ahead.append(each)
    return found
