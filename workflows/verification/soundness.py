"""Is what was explored safe, is it sound?

*Safe*: no sequence flow ever holds two tokens. *Sound*: from every state everything can still come to an end with no
token left, and every process that a message or signal begins can begin.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from workflows.translation import gettext
from workflows.verification.drawing import Flow, Node, Scope
from workflows.verification.exploration import MOST_TOKENS, PERHAPS, SURE, UNSURE, Exploration, State
from workflows.verification.markings import Marking

MOST_COMPARED = 200  # states without hope, of which the last is looked for


@dataclass
class Verdict:
    """What exploring has shown, and by which elements it shows; None where the bound was reached first."""

    safe: bool | None = None
    sound: bool | None = None
    crowded: list[Flow] = field(default_factory=list)  # a flow that can hold two tokens
    stuck: list[Node] = field(default_factory=list)  # where tokens stand that cannot come to an end
    is_deadlock: bool = False  # they cannot move at all, else they go round
    uncaught: list[Node] = field(default_factory=list)  # sub-processes that end with an error nobody catches
    never_started: list[Scope] = field(default_factory=list)
    twice: list[Node] = field(default_factory=list)  # ends that several tokens may reach
    lost: list[str] = field(default_factory=list)  # messages that may be left over when all has ended
    dead: list[Node] = field(default_factory=list)  # no token ever comes to them
    why_undecided: str | None = None


def verdict_on(exploration: Exploration) -> Verdict:
    """The verdict on some pools, from their reachability graph."""
    verdict = Verdict()
    real = exploration.forward(lambda certainty: certainty in (SURE, UNSURE))
    _judge_safety(exploration, verdict, real)
    _judge_soundness(exploration, verdict, real)
    if verdict.safe is None or verdict.sound is None:
        verdict.why_undecided = gettext(
            "状态超出了验证的界限（{most} 个状态、每条流向 {tokens} 个令牌）",
            most=exploration.most,
            tokens=MOST_TOKENS,
        )
    verdict.twice = sorted(exploration.semantics.twice, key=str)
    ended = [each for each in exploration.states.items() if not each[0].markings and each[1] in real]
    left = [state.messages for state, number in ended if not exploration.edges[number]]  # nothing that still begins
    verdict.lost = [key for key, place in exploration.environment.messages.items() if any(each[place] for each in left)]
    if not exploration.cut:
        verdict.dead = _dead(exploration)
    return verdict


# --- safety


def _judge_safety(exploration: Exploration, verdict: Verdict, real: set[int]) -> None:
    """real -- the states that are reached for certain."""
    crowded = {number: flow for state, number in exploration.states.items() for flow in _crowded(exploration, state)}
    certain = [number for number in sorted(crowded) if number in real]
    if certain:
        verdict.safe = False
        verdict.crowded = [flow for number in certain if (flow := crowded[number]) is not None][:1]
    elif not crowded and not exploration.cut:
        verdict.safe = True


def _crowded(exploration: Exploration, state: State) -> list[Flow | None]:
    """The first flow that holds two tokens in a state, as a list of one or none; None for one that is not drawn."""
    open_ = [marking for marking in state.markings if exploration.most_tokens(marking) > 1]
    while open_:
        marking = open_.pop()
        flows = exploration.semantics.net(marking).flows
        for place, count in enumerate(marking.tokens):
            if count > 1:
                return [flows[place]]
        open_ += [inner for execution in marking.executions for inner in execution.inside]
    return []


# --- soundness


def _judge_soundness(exploration: Exploration, verdict: Verdict, real: set[int]) -> None:
    """real -- the states that are reached for certain."""
    ends = {number for state, number in exploration.states.items() if not state.markings}
    hopeful = exploration.backward(ends | exploration.cut, lambda certainty: certainty != UNSURE)
    lost = sorted(real - hopeful)
    verdict.never_started = [] if exploration.cut else _never_started(exploration)
    if lost:
        deadlocks = [number for number in lost if not exploration.edges[number]]
        verdict.is_deadlock = bool(deadlocks)
        verdict.stuck = _held_up(exploration, list(exploration.states)[(deadlocks or _last(exploration, lost))[0]])
    verdict.uncaught = list(dict.fromkeys(node for number, node in exploration.uncaught.items() if number in real))
    if lost or verdict.never_started or verdict.uncaught:
        verdict.sound = False
    elif not exploration.cut:
        surely = exploration.backward(ends, lambda certainty: certainty not in (PERHAPS, UNSURE))
        verdict.sound = True if len(surely) == len(exploration.states) else None


def _last(exploration: Exploration, lost: list[int]) -> list[int]:
    """Of the states without hope one from which the fewest others are reached: the round that is never left."""
    if len(lost) >= MOST_COMPARED:
        return lost
    return [min(lost, key=lambda number: len(exploration.reached_from(number)))]


def _never_started(exploration: Exploration) -> list[Scope]:
    semantics = exploration.semantics
    started = {semantics.nets[number].scope for number, _ in semantics.reached}
    return [
        pool
        for pool in exploration.pools
        if pool not in started and any(bag for start in semantics.net_of(pool).starts for bag in start.outputs)
    ]


def _held_up(exploration: Exploration, state: State) -> list[Node]:
    """Where the tokens of a state are held up."""
    found: dict[Node, None] = {}
    open_ = list(state.markings)
    while open_:
        marking = open_.pop()
        found |= dict.fromkeys(_waited_at(exploration, marking))
        for execution in marking.executions:
            open_ += execution.inside
            if not execution.inside:
                found[exploration.semantics.activity(marking, execution).node] = None
    return list(found)


def _waited_at(exploration: Exploration, marking: Marking) -> list[Node]:
    """The nodes that the tokens in the places of a marking stand before."""
    net = exploration.semantics.net(marking)
    nodes = []
    for place, count in enumerate(marking.tokens):
        if count and place not in net.resting:
            flow, consumer = net.flows[place], net.consumers.get(place)
            nodes.append(consumer.node if consumer else flow.target if flow else None)
    return [node for node in nodes if node is not None]


# --- what is never reached


def _dead(exploration: Exploration) -> list[Node]:
    """Nodes before which no token ever stands, in scopes that are entered."""
    reached = exploration.semantics.reached
    before: dict[Node, bool] = {}
    for number in {number for number, _ in reached}:
        for place, flow in enumerate(exploration.semantics.nets[number].flows):
            if flow is not None and flow.source.kind != "events":  # there the token stays at the gateway
                before[flow.target] = before.get(flow.target, False) or (number, place) in reached
    found: dict[Node, None] = {}
    for node in [each for each, is_reached in before.items() if not is_reached]:
        found |= dict.fromkeys((*_in_line_before(node, before), node))
    return list(found)


def _in_line_before(node: Node, known: Collection[Node]) -> list[Node]:
    """What leads to that node and nowhere else, and was taken out of the net: a token there would have come to it.

    known -- the nodes that have a place of their own.
    """
    found: dict[Node, None] = {}
    open_ = [node]
    while open_:
        sources = [flow.source for flow in open_.pop().ins if len(flow.source.outs) == 1]
        new = [each for each in sources if each not in known and each not in found and each.kind != "start"]
        found |= dict.fromkeys(new)
        open_ += new
    return [each for each in found if each.is_activity or each.kind in ("catch", "throw")]
