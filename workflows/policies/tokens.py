"""Where the tokens of a case are between two acts, and the walk in between, as plain tuples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from workflows.policies.facts import Data
from workflows.policies.history import History
from workflows.policies.policy import Requirement
from workflows.verification.drawing import Flow, Node
from workflows.verification.repetition import ANY_NUMBER

Path = tuple[int, ...]  # the activities a token is inside of, from the outside
# of a counter-example: {"task", "role", "duty", "outcome"}, {"verb"}, {"message"}, {"timer"} or {"end"}
Step = Mapping[str, Any]
Goes = tuple[int, Path, Data, "Flow | None"]  # a token on its way: the node it comes to, and by which flow


class NotFollowed(Exception):
    """Something of the drawing whose meaning here is not settled; the sentence names it."""


class Token(NamedTuple):
    """A token that rests: in a task, at an event, before a join, or around what runs inside an activity.

    flow -- before a join, where it came from (`gateways.came_by`), from 1; order -- how many had come there before it;
    fired -- the events at the border that have happened and do not interrupt; round -- of a loop, which one it is.
    """

    node: int
    path: Path
    data: Data
    flow: int = 0
    order: int = 0
    fired: tuple[int, ...] = ()
    round: int = 1

    def in_next_round(self, node: Node, data: Data) -> Token:
        """The same token in the round of a loop that follows; rounds without a bound are not counted."""
        following = self.round if node.repeats.rounds == ANY_NUMBER else self.round + 1
        return self._replace(data=data, round=following)


class State(NamedTuple):
    """A case between two acts: its tokens in an order of their own, and what policies know of it."""

    tokens: tuple[Token, ...]
    history: History


class Violation(NamedTuple):
    """A verb or an end that a policy forbids: the steps of the last act up to it, and the lines that do not hold.

    No lines where there is no policy that would let the verb write.
    """

    node: Node
    subject: str
    lines: tuple[Requirement, ...]
    steps: tuple[Step, ...]


class Gap(NamedTuple):
    """Where the engine cannot go on: the steps of the last act, and the condition that cannot be worked out, if any."""

    steps: tuple[Step, ...]
    condition: str | None


class Underway(NamedTuple):
    """A walk under way: the resting tokens, those that move as (node, path, data, flow), and the steps so far."""

    resting: tuple[Token, ...]
    moving: tuple[Goes, ...]
    history: History
    steps: tuple[Step, ...]


def without(tokens: tuple[Token, ...], token: Token) -> tuple[Token, ...]:
    place = tokens.index(token)
    return tokens[:place] + tokens[place + 1 :]


def without_scope(now: Underway, path: Path) -> Underway:
    return now._replace(
        resting=tuple(each for each in now.resting if each.path[: len(path)] != path),
        moving=tuple(each for each in now.moving if each[1][: len(path)] != path),
    )


def ordered(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """In an order of their own; those before a join keep only the order in which they came to it."""
    ranked = []
    for token in tokens:
        if token.flow:
            same = sorted(e.order for e in tokens if (e.node, e.path) == (token.node, token.path))
            token = token._replace(order=same.index(token.order))
        ranked.append(token)
    return tuple(sorted(ranked))


def without_inside(tokens: tuple[Token, ...], host: Token) -> tuple[Token, ...]:
    """These tokens without those inside the activity that a token rests at."""
    inside = (*host.path, host.node)
    return tuple(each for each in tokens if each.path[: len(inside)] != inside)
