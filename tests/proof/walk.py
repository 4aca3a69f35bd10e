"""An explicit-state walk of a diagram under its policies, written apart from the product's proof: slow and plain.

Breadth first over every opening, answer, result of a verb, refusal that a border event foresees, and message. The
walk knows what the engine knows: each token has facts of its own, those of joined branches are merged, the last
arrival winning; what the engine does by itself it does before anybody answers.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from tests.proof.chart import Chart, Node
from tests.proof.history import Rules
from tests.proof.state import (
    BROKEN,
    HELD,
    STUCK,
    UNDECIDED,
    Breach,
    EngineError,
    Facts,
    State,
    Step,
    Token,
    Verdict,
    facts_of,
    leading_to,
    with_,
    within,
    without,
)
from workflows import scripts
from workflows.decision_tables import Table
from workflows.errors import RunBroken
from workflows.policies import Book
from workflows.policies.book import NoPolicy

MOST_STATES = 150_000
MOST_TOKENS = 12


def judge(source: bytes, book: Book, tables: Mapping[str, Table]) -> Verdict:
    """Walk the diagram until a policy is broken, or everywhere."""
    return Walk(Chart(source), book, tables).judge()


class Walk:
    def __init__(self, chart: Chart, book: Book, tables: Mapping[str, Table]) -> None:
        self.chart, self.tables = chart, tables
        policies, self.without = {}, set()
        for node in chart.nodes.values():
            if node.verb:
                try:
                    policies[node.verb] = book.policy_of_verb(chart.process, node.verb)
                except NoPolicy:
                    self.without.add(node.verb)
            if node.tag == "endEvent" and "outcome" in node.own:
                end = book.policy_of_end(chart.process, node.own["outcome"])
                if end is not None:
                    policies[end.subject] = end
        self.rules = Rules(policies)
        self._declared(book.facts_of(chart.process, policies.values(), chart.own.get("rules_of", "")))
        waited = {node.event_name for node in chart.nodes.values() if node.event == "message"}
        self.messages = sorted(self.rules.messages | {each for each in waited if each})

    def _declared(self, facts: Any) -> None:
        """What the facts may be, of those that anything asks for."""
        texts = [flow.condition for flows in self.chart.out.values() for flow in flows if flow.condition]
        for policy in self.rules.policies.values():
            for line in policy.requirements:
                texts += [each for each in (line.when, line.fact) if each]
        self.asked = {name for text in texts for name in scripts.names(text)}
        constants: dict[str, set[Any]] = {}
        for text in texts:
            for name, constant in scripts.compared(text):
                constants.setdefault(name, set()).add(constant)
        self.values: dict[str, list[Any]] = {}
        self.given: dict[str, list[str]] = {}
        self.opening: list[str] = []
        for name, fact in facts.items():
            if name not in self.asked:
                continue
            numbers = {n + d for n in constants.get(name, ()) if isinstance(n, int) for d in (-1, 0, 1)}
            self.values[name] = sorted({0, 1} | {n for n in numbers if n >= 0}) if fact.numeric else list(fact.values)
            if fact.table:
                table = self.tables[fact.table]
                column = table.outputs.index(name)
                self.values[name] = sorted({rule.outputs[column] for rule in table.rules})
            for verb in fact.by:
                self.given.setdefault(verb, []).append(name)
            if not fact.by:
                self.opening.append(name)

    def _combinations(self, names: list[str]) -> Iterator[dict[str, Any]]:
        for chosen in itertools.product(*(self.values[name] for name in names)):
            yield dict(zip(names, chosen, strict=True))

    # --- the whole

    def judge(self) -> Verdict:
        before: dict[State, tuple[State | None, list[Step]]] = {}
        after: dict[State, list[State]] = {}
        finished, ahead = [], deque()
        for facts in self._combinations(self.opening):
            start = Token((), self.chart.start_of(self.chart.process).id, facts_of(facts))
            state = State((start,), (), frozenset())
            before[state] = (None, [{"facts": facts}])
            ahead.append(state)
        while ahead:
            state = ahead.popleft()
            after[state] = []
            if not state.ready and not state.waiting:
                finished.append(state)
                continue
            try:
                for steps, following in self._following(state):
                    after[state].append(following)
                    if following not in before:
                        before[following] = (state, steps)
                        ahead.append(following)
            except Breach as breach:
                steps = [*self._way_to(state, before), *breach.steps]
                return Verdict(BROKEN, breach.node, tuple(breach.unmet), tuple(steps), len(before))
            except EngineError:
                continue
            if len(before) > MOST_STATES:
                return Verdict(UNDECIDED, states=len(before))
        hopeless = len(before) - len(leading_to(finished, after))
        return Verdict(STUCK if hopeless else HELD, states=len(before))

    @staticmethod
    def _way_to(state: State, before: dict[State, tuple[State | None, list[Step]]]) -> list[Step]:
        way: list[list[Step]] = []
        at: State | None = state
        while at is not None:
            at, steps = before[at]
            way.append(steps)
        return [step for steps in reversed(way) for step in steps]

    # --- one step

    def _following(self, state: State) -> Iterator[tuple[list[Step], State]]:
        if len(state.ready) + len(state.waiting) > MOST_TOKENS:
            raise EngineError
        if state.ready:
            token, rest = state.ready[0], State(state.ready[1:], state.waiting, state.marks)
            yield from self._pass(token, rest)
            return
        for token in state.waiting:
            if self._inclusive_may_fire(token, state):
                yield [], self._fire(token, without(state, token))
                return
        for token in sorted(set(state.waiting), key=repr):
            node = self.chart.nodes[token.node]
            if node.tag == "userTask":
                for outcome in node.outcomes:
                    yield self._answer(token, node, outcome, without(state, token))
        for message in self.messages:
            yield from self._message(message, state)

    def _answer(self, token: Token, node: Node, outcome: str, state: State) -> tuple[list[Step], State]:
        facts = dict(token.facts) | {"outcome": outcome}
        if outcome == "send_back" and "returns_as" in node.own:
            facts["returned_by"] = node.own["returns_as"]
        if "side" in node.own:
            facts[node.own["side"]] = outcome
        facts = self._asked(facts)
        marks = self.rules.answered(state.marks, node, outcome, facts)
        step = {"task": node.id, "role": node.role, "duty": node.duty, "outcome": outcome}
        return [step], self._leave(token.path, node.id, facts_of(facts), state._replace(marks=marks))

    def _asked(self, facts: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in facts.items() if name in self.asked}

    def _message(self, message: str, state: State) -> Iterator[tuple[list[Step], State]]:
        marks = self.rules.heard(state.marks, message)
        catching = [(token, node) for token in state.waiting for node in self._catching(token)]
        heard = [(token, node) for token, node in catching if node.event_name == message]
        if marks == state.marks and not heard:
            return
        state = state._replace(marks=marks)
        for token, node in heard:
            if token in state.waiting:
                state = self._leave(token.path, node.id, token.facts, without(state, token, inside=True))
        yield [{"message": message}], state

    def _catching(self, token: Token) -> list[Node]:
        node = self.chart.nodes[token.node]
        own = [node] if node.tag == "intermediateCatchEvent" else []
        return [each for each in own + self.chart.borders.get(node.id, []) if each.event == "message"]

    def _leave(self, path: tuple[str, ...], node: str, facts: Facts, state: State) -> State:
        """Along each flow that goes out, whatever its condition."""
        flows = self.chart.out.get(node, [])
        if not flows:
            raise EngineError
        tokens = tuple(Token(path, flow.target, facts, ((node, facts),)) for flow in flows)
        return state._replace(ready=state.ready + tokens)

    # --- what the engine does by itself

    def _pass(self, token: Token, state: State) -> Iterator[tuple[list[Step], State]]:
        node = self.chart.nodes[token.node]
        if node.tag in ("userTask", "intermediateCatchEvent"):
            yield [], with_(state, token._replace(arrived=()))
        elif node.tag == "startEvent":
            yield [], self._leave(token.path, node.id, token.facts, state)
        elif node.tag == "serviceTask":
            yield from self._verb(token, node, state)
        elif node.tag == "exclusiveGateway":
            yield [], self._choose(token, node, state)
        elif node.tag in ("parallelGateway", "inclusiveGateway"):
            yield [], self._arrive(token, node, state)
        elif node.tag == "subProcess":
            if any((each.path, each.node) == (token.path, token.node) for each in state.waiting):
                raise EngineError  # the same place twice: not safe, and told so by the product for that
            inside = Token((*token.path, node.id), self.chart.start_of(node.id).id, token.facts)
            yield [], with_(state, token._replace(arrived=()))._replace(ready=(*state.ready, inside))
        else:
            yield from self._end(token, node, state)

    def _verb(self, token: Token, node: Node, state: State) -> Iterator[tuple[list[Step], State]]:
        verb, facts = str(node.verb), dict(token.facts)
        unmet = ["no policy"] if verb in self.without else self.rules.unmet(state.marks, verb, facts)
        if unmet:
            raise Breach([{"verb": verb}], node.id, unmet)
        for given in self._combinations(self.given.get(verb, [])):
            known = self._asked(facts | given)
            marks = self.rules.ran(state.marks, verb, known)
            if self.rules.unmet(marks, verb, known, promised=True):
                continue  # the verb promises not to answer so
            after = self._leave(token.path, node.id, facts_of(known), state._replace(marks=marks))
            yield [{"verb": verb, "gives": given}], after
        for border in self.chart.borders.get(node.id, []):
            if border.event == "error" and border.event_name:
                known = self._asked(facts | {"refusal": border.event_name})
                step = {"verb": verb, "refused": border.event_name}
                yield [step], self._leave(token.path, border.id, facts_of(known), state)

    def _choose(self, token: Token, node: Node, state: State) -> State:
        flow = self._chosen(node, token.facts)[0]
        step = Token(token.path, flow.target, token.facts, ((node.id, token.facts),))
        return state._replace(ready=(*state.ready, step))

    def _chosen(self, node: Node, facts: Facts) -> list[Any]:
        """The flows whose conditions hold, in order; the default one where none does."""
        flows, default = self.chart.out.get(node.id, []), []
        if len(flows) == 1 and flows[0].condition is None:
            return flows
        found = []
        for flow in flows:
            if flow.id == node.default:
                default = [flow]
                continue
            try:
                if scripts.evaluate(flow.condition or "False", dict(facts)):
                    found.append(flow)
                    if node.tag == "exclusiveGateway":
                        return found
            except RunBroken as error:
                raise EngineError from error
        if not found and not default:
            raise EngineError
        return found or default

    def _arrive(self, token: Token, node: Node, state: State) -> State:
        """At a parallel or inclusive gateway: one of several to come, or the last."""
        sources = {flow.source for flow in self.chart.into.get(node.id, [])}
        there = [each for each in state.waiting if (each.path, each.node) == (token.path, node.id)]
        arrived = [pair for each in there for pair in each.arrived if pair[0] != token.arrived[0][0]]
        joined = Token(token.path, node.id, (), (*arrived, *token.arrived))
        state = state._replace(waiting=tuple(each for each in state.waiting if each not in there))
        if {source for source, _facts in joined.arrived} == sources:
            return self._fire(joined, state)
        return with_(state, joined)

    def _fire(self, token: Token, state: State) -> State:
        node = self.chart.nodes[token.node]
        merged = facts_of({name: value for _source, facts in token.arrived for name, value in facts})
        if node.tag == "parallelGateway":
            return self._leave(token.path, node.id, merged, state)
        flows = self._chosen(node, merged)
        tokens = tuple(Token(token.path, each.target, merged, ((node.id, merged),)) for each in flows)
        return state._replace(ready=state.ready + tokens)

    def _inclusive_may_fire(self, token: Token, state: State) -> bool:
        """A join that waits, and to which no other token of its process can come any more."""
        if self.chart.nodes[token.node].tag != "inclusiveGateway":
            return False
        others = [each for each in state.waiting if each != token and each.path == token.path]
        return not any(self.chart.reaches(each.node, token.node) for each in others)

    def _end(self, token: Token, node: Node, state: State) -> Iterator[tuple[list[Step], State]]:
        steps: list[Step] = []
        if "outcome" in node.own:
            steps = [{"end": node.id}]
            unmet = self.rules.unmet(state.marks, f"结束 {node.own['outcome']}", dict(token.facts))
            if unmet:
                raise Breach(steps, node.id, unmet)
        if node.event == "error":
            for depth in range(len(token.path), 0, -1):
                path, around = token.path[: depth - 1], token.path[depth - 1]
                for border in self.chart.borders.get(around, []):
                    if border.event == "error" and border.event_name in (None, node.event_name):
                        (active,) = (each for each in state.waiting if (each.path, each.node) == (path, around))
                        state = without(state, active, inside=True)
                        yield steps, self._leave(path, border.id, active.facts, state)
                        return
        if node.event == "terminate":
            state = within(state, token.path)
        yield steps, self._ended(token.path, token.facts, state)

    def _ended(self, path: tuple[str, ...], facts: Facts, state: State) -> State:
        """A token is gone; a sub-process in which it was the last one is left."""
        if not path:
            return state
        (active,) = (each for each in state.waiting if (each.path, each.node) == (path[:-1], path[-1]))
        ends = (*active.arrived, ("", facts))
        state = without(state, active)
        if any(each.path[: len(path)] == path for each in (*state.ready, *state.waiting)):
            return with_(state, active._replace(arrived=ends))
        merged = facts_of({name: value for _source, each in ends for name, value in each})
        return self._leave(path[:-1], path[-1], merged, state)
