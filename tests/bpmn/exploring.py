"""One diagram walked through the real engine in every way: each answer, refusal and message from each situation.

What its conditions ask for besides the outcome is taken for anything: initial facts, answers and what verbs return.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from tests.bpmn.conftest import SHELF, Refused, Walk, diagrams_of
from workflows import NotWaiting, scripts
from workflows.diagrams import EXPRESSIONS
from workflows.reading import BPMN, SPIFF, read
from workflows.runs import dump, load
from workflows.verification.drawing import draw

GIVEN = {"outcome", "returned_by"}  # set by the answer itself
MOST = 4000  # situations
MOST_FACTS = 64  # combinations of facts that are all tried at every step
Situation = tuple[Any, ...]


@dataclass
class Explored:
    """What was seen of a diagram."""

    walked: set[str] = field(default_factory=set)
    answered: set[tuple[str, str]] = field(default_factory=set)
    after: dict[Situation, set[Situation]] = field(default_factory=dict)
    ended: set[Situation] = field(default_factory=set)

    def endless(self) -> list[Situation]:
        """Situations from which nothing leads to an end."""
        hopeful = set(self.ended)
        while new := {each for each, after in self.after.items() if each not in hopeful and after & hopeful}:
            hopeful |= new
        return [each for each in self.after if each not in hopeful]


def sources_of(process: str) -> dict[str, bytes]:
    """The diagrams of a folder as they lie there."""
    return {path.name: path.read_bytes() for path in sorted((SHELF / process).glob("*.bpmn"))}


def drawn(process: str) -> dict[str, str]:
    """Every node of the folder's diagrams with its name, by id."""
    nodes = {}
    for name, source in sources_of(process).items():
        for node in draw(read(source, name), name).all_nodes():
            nodes[str(node.id)] = f"{node} ({node.tag} {node.id}, {name})"
    return nodes


def facts_of(process: str) -> Iterator[dict[str, Any]]:
    """Every combination of the facts that the conditions tell apart."""
    values: dict[str, dict[Any, None]] = {}
    for root in _roots(process):
        for element in root.iter(*(f"{BPMN}{each}" for each in EXPRESSIONS)):
            counts = element.tag.endswith("loopCardinality")
            for name in scripts.names(element.text or "") - GIVEN:
                asked = values.setdefault(name, {})
                asked.update(dict.fromkeys((0, 1, 2) if counts else _told_apart(element.text or "", name)))
    combinations = (dict(zip(values, chosen, strict=True)) for chosen in itertools.product(*values.values()))
    if math.prod(map(len, values.values())) <= MOST_FACTS:
        yield from combinations
        return
    first = next(combinations)
    yield first
    # each step chooses anew, so a fact at a time is enough; a node that needs two at once would be told as unseen
    for chosen in combinations:
        if sum(chosen[name] != first[name] for name in chosen) == 1:
            yield chosen


def _told_apart(text: str, name: str) -> list[Any]:
    """Each constant a fact is compared with and a value that differs; true and false where there is none."""
    constants = [constant for fact, constant in scripts.compared(text) if fact == name and constant is not None]
    if not constants:
        return [False, True]
    return [
        value for each in constants for value in (each, f"not {each}" if isinstance(each, str) else (each or 0) + 1)
    ]


def refusals_of(process: str) -> list[dict[str, str]]:
    """No refusal, and each that the diagrams foresee: verb to code."""
    found: list[dict[str, str]] = [{}]
    for root in _roots(process):
        codes = {each.get("id"): each.get("errorCode") for each in root.iter(f"{BPMN}error")}
        verbs = {
            task.get("id"): operator.get("id")
            for task in root.iter(f"{BPMN}serviceTask")
            for operator in task.iter(f"{SPIFF}serviceTaskOperator")
        }
        for definition in root.iter(f"{BPMN}errorEventDefinition"):
            verb = verbs.get(definition.getparent().get("attachedToRef"))
            if verb:
                found.append({verb: codes[definition.get("errorRef")]})
    return found


def _roots(process: str) -> list[etree._Element]:
    return [read(source, name) for name, source in sources_of(process).items()]


def explore(process: str) -> Explored:
    """Walk a diagram in every way, its run restored from bytes before each step."""
    seen = Explored()
    choices = list(facts_of(process))
    refusals = refusals_of(process)
    open_ = [walk for facts in choices for walk in _begun(process, facts, refusals)]
    while open_:
        walk = open_.pop()
        seen.walked.update(walk.run.trail, walk.waits)
        here = situation(walk, choices[0])
        if here in seen.after:
            continue
        seen.after[here] = set()
        if walk.run.finished:
            seen.ended.add(here)
        assert len(seen.after) <= MOST, f"{process}：情形超过 {MOST} 种，请拆小流程图"
        for following in _following(walk, choices, refusals, seen):
            seen.after[here].add(situation(following, choices[0]))
            open_.append(following)
    return seen


def _begun(process: str, facts: Mapping[str, Any], refusals: list[dict[str, str]]) -> Iterator[Walk]:
    for refused in refusals:
        try:
            yield Walk(diagrams_of(process), facts, refusals=dict(refused), results=dict(facts))
        except Refused:  # not foreseen where the verb stands
            continue


def _following(
    walk: Walk, choices: list[dict[str, Any]], refusals: list[dict[str, str]], seen: Explored
) -> Iterator[Walk]:
    for facts, refused in itertools.product(choices, refusals):
        for waiting in walk.run.waiting:
            for outcome in walk.diagrams.tasks[waiting.key].outcomes:
                seen.answered.add((waiting.key, outcome))
                following = _copied(walk, facts, refused)
                try:
                    yield following.answer(waiting.key, outcome, task_id=waiting.id, **facts)
                except Refused:
                    continue
        for message in walk.diagrams.messages:
            try:
                yield _copied(walk, facts, refused).hear(message)
            except (NotWaiting, Refused):
                continue


def _copied(walk: Walk, facts: Mapping[str, Any], refused: Mapping[str, str]) -> Walk:
    following = copy.copy(walk)
    following.verbs, following.refusals, following.results = [], dict(refused), dict(facts)
    return following


def situation(walk: Walk, known: Mapping[str, Any]) -> Situation:
    """What makes a difference from here on: who waits with which facts, and for which messages."""
    run = load(walk.diagrams, walk.run.state)
    assert dump(run) == walk.run.state, "存回的运行与原来的不同"
    names = sorted({*known, *GIVEN})
    tasks = [(each.task_spec.bpmn_id, *(str(each.data.get(name)) for name in names)) for each in run.ready(manual=True)]
    expected = sorted(str(event.name) for event in run.waiting_events())
    return (walk.run.finished, walk.run.outcome, tuple(sorted(tasks)), tuple(expected))
