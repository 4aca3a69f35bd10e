"""What gateways do with the tokens of a case that come to them: choose, split, join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflows.policies.facts import Data, Facts
from workflows.policies.history import Rules
from workflows.policies.nodes import task_of, verb_of
from workflows.policies.tokens import (
    Gap,
    NotFollowed,
    Path,
    Step,
    Token,
    Underway,
    Violation,
)
from workflows.translation import gettext
from workflows.verification.drawing import Flow, Node, Scope


def came_by(join: Node, flow: Flow) -> int:
    """Of the flows into a join, the place from 1 of the first one out of the same node.

    The engine asks from which nodes somebody has come: of two flows out of one node either will do.
    """
    return next(place for place, each in enumerate(join.ins, start=1) if each.source is flow.source)


class Gateways:
    """One process with its facts and rules, and what its gateways do.

    taken -- the conditional flows that have been taken; gaps -- the gateways none of whose conditions may hold;
    overlaps -- those of which two may hold; violations -- what policies forbid, first found first.
    """

    def __init__(
        self, process: Scope, nodes: Iterable[Node], roles: Mapping[str, str | None], facts: Facts, rules: Rules
    ) -> None:
        self.process, self.facts, self.rules = process, facts, rules
        self.nodes = list(nodes)
        self.number = {id(node): number for number, node in enumerate(self.nodes)}
        self.tasks = {self.number[id(each)]: task_of(each, roles) for each in self.nodes if each.is_for_people}
        self.outcomes = {number: self.nodes[number].outcomes for number in self.tasks}
        self._verbs = {
            number: verb_of(node) or "" for number, node in enumerate(self.nodes) if node.tag == "serviceTask"
        }
        self._gives = {verb: facts.given_by(verb) for verb in self._verbs.values()}
        self._work = 0
        self.cut = 0  # ways that were not followed any further: a breach, a gap, an answer that its verb never gives
        self.round: tuple[Step, ...] = ()  # the steps after which a walk last came to where it had been
        self.taken: set[int] = set()
        self.gaps: dict[int, Gap] = {}
        self.overlaps: set[int] = set()
        self.violations: list[Violation] = []
        self.endless: list[tuple[Step, ...]] = []
        self.without_policy: frozenset[str] = frozenset()  # verbs that come to nothing but a violation
        self.not_followed: list[str] | None = (
            None  # where it is a list, what could not be followed is cut off and noted
        )
        self._ahead: dict[int, frozenset[int]] = {}

    def _chose(self, now: Underway, node: Node, path: Path, data: Data, _flow: Flow | None) -> list[Underway]:
        """The first condition that holds, else the default flow; the engine stops where there is neither.

        It also stops at a condition before that one that cannot be worked out.
        """
        asked = [each for each in node.outs if each.conditional and each.id != node.default]
        held = [each for each in asked if self._holds(each, data)]
        if len(held) > 1:
            self.overlaps.add(self.number[id(node)])
        way = held[0] if held else self._default(node)
        before = asked[: asked.index(held[0])] if held else asked
        unknown = next((each for each in before if self._holds(each, data) is None), None)
        if way is None or unknown is not None:
            return self._stopped(now, node, unknown)
        self.taken.add(id(way))
        return [self._goes(now, way, path, data)]

    def _stopped(self, now: Underway, node: Node, unknown: Flow | None = None) -> list[Underway]:
        """Here the engine cannot go on. unknown -- the flow whose condition cannot be worked out."""
        self.cut += 1
        self.gaps.setdefault(self.number[id(node)], Gap(now.steps, unknown.condition if unknown else None))
        return []

    def _default(self, node: Node) -> Flow | None:
        stated = next((each for each in node.outs if each.id == node.default), None)
        return stated or next((each for each in node.outs if not each.conditional), None)

    def _holds(self, flow: Flow, data: Data) -> bool | None:
        return self.facts.holds(flow.condition or "", data)

    def _split(self, now: Underway, node: Node, path: Path, data: Data, flow: Flow | None) -> list[Underway]:
        """Parallel and inclusive gateways: they join, and split."""
        if len(node.ins) < 2 or flow is None:
            return self._forked(now, node, path, data)
        number = self.number[id(node)]
        before = [each for each in now.resting if each.node == number and each.path == path]
        arrived = Token(number, path, data, came_by(node, flow), len(before))
        if any(each.flow == arrived.flow for each in before):
            raise NotFollowed(gettext("{node}可能从同一条流先后收到两个令牌", node=node))
        if node.kind == "or":
            return [self._rests(now, arrived)]
        if {each.flow for each in (*before, arrived)} != {came_by(node, each) for each in node.ins}:
            return [self._rests(now, arrived)]
        return self._joined(now, node, path, [*before, arrived])

    def _joined(self, now: Underway, node: Node, path: Path, tokens: list[Token]) -> list[Underway]:
        """What came by each flow goes on as one, in the order in which it came."""
        tokens = sorted(tokens, key=lambda token: token.order)
        resting = tuple(each for each in now.resting if each not in tokens)
        return self._forked(now._replace(resting=resting), node, path, self.facts.merged(each.data for each in tokens))

    def _forked(self, now: Underway, node: Node, path: Path, data: Data) -> list[Underway]:
        flows = node.outs
        if node.kind == "or" and len(flows) > 1:
            asked = [each for each in node.outs if each.id != node.default]
            unknown = next((each for each in asked if each.conditional and self._holds(each, data) is None), None)
            if unknown is not None:
                return self._stopped(now, node, unknown)
            flows = [each for each in asked if not each.conditional or self._holds(each, data)]
            flows = flows or [each for each in node.outs if each.id == node.default]
        if not flows:
            return self._stopped(now, node)
        self.taken.update(id(each) for each in flows)
        moving = tuple((self.number[id(each.target)], path, data, each) for each in flows)
        return [now._replace(moving=(*moving, *now.moving))]

    def _inclusive_join(self, now: Underway) -> list[Underway] | None:
        """An inclusive join goes on once nothing can come any more by the flows that are empty."""
        for token in now.resting:
            node = self.nodes[token.node]
            if node.kind != "or" or not token.flow:
                continue
            mine = [each for each in now.resting if each.node == token.node and each.path == token.path]
            others = [each for each in now.resting if each.path[: len(token.path)] == token.path and each not in mine]
            empty = [each for each in node.ins if came_by(node, each) not in {one.flow for one in mine}]
            sources = {self.number[id(each.source)] for each in empty}
            inside = {each.path[len(token.path)] if len(each.path) > len(token.path) else each.node for each in others}
            if not any(self._reaches(each, token.node) & sources for each in inside):
                return self._joined(now, node, token.path, mine)
        return None

    def _reaches(self, number: int, but: int) -> frozenset[int]:
        """The nodes a token can come to from here without passing the join."""
        key = number * len(self.nodes) + but
        if key not in self._ahead:
            seen, open_ = {number}, [number]
            while open_:
                node = self.nodes[open_.pop()]
                flows = [*node.outs, *(flow for border in node.boundaries for flow in border.outs)]
                for target in (self.number[id(flow.target)] for flow in flows):
                    if target not in seen and target != but:
                        seen.add(target)
                        open_.append(target)
            self._ahead[key] = frozenset(seen)
        return self._ahead[key]

    # --- small steps

    def _rests(self, now: Underway, token: Token) -> Underway:
        return now._replace(resting=(*now.resting, token))

    def _goes(self, now: Underway, flow: Flow, path: Path, data: Data) -> Underway:
        return now._replace(moving=((self.number[id(flow.target)], path, data, flow), *now.moving))
