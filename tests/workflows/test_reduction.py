"""Drawings of every kind at random: reduction, and looking inside by themselves, change no verdict."""

from __future__ import annotations

import random
import re

import pytest

import workflows
from tests.workflows.drawing import (
    LOOP,
    border,
    drawing,
    event,
    receive,
    send,
    several,
    sketch,
    task,
    terminate,
)
from workflows.verification import exploration
from workflows.verification import verdict as soundness
from workflows.verification.reduction import Reduction

KINDS = ["xor", "and", "task", "xor", "and", "or", "send", "hear", "sub", "task", "cry", "wait", "end_err", "end_all"]
BORDERS = ["timer", "message", "error", "signal:fire"]


class Hand:
    """Draws two pools, with sub-processes, events and messages wherever they fall."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.count = 0
        self.senders: list[str] = []
        self.hearers: list[str] = []

    def draws(self) -> bytes:
        pools = [self.scope("p", 2), self.scope("q", 1)]
        talks = [
            f"{self.chance.choice(self.senders)} > {each}"
            for each in self.hearers
            if self.senders and self.chance.random() < 0.8
        ]
        return drawing(*pools, talks=";".join(talks), extra='<bpmn:signal id="fire" name="fire" />')

    def scope(self, key: str, depth: int, tag: str = "process") -> str:
        kinds = [kind for kind in KINDS if depth or kind != "sub"]
        nodes = [f"{self.chance.choice(kinds)}_{key}_{place}" for place in range(self.chance.randint(2, 5))]
        elements = [drawn for each in nodes if (drawn := self.element(each, depth))]
        flows = [f"start_{key} > {nodes[0]}"]
        for place, each in enumerate(nodes):
            later = [*nodes[place + 1 :], f"end_{key}", f"end_{key}_2"]
            if not each.startswith("end"):
                branches = self.chance.choice((1, 2, 2, 3)) if each.startswith(("xor", "and", "or")) else 1
                flows += [f"{each} > {self.chance.choice([*later, *later, *nodes])}" for _ in range(branches)]
            if each.startswith(("sub", "task", "hear")) and self.chance.random() < 0.4:
                kind, cancel = self.chance.choice(BORDERS), self.chance.random() < 0.7
                elements.append(border(f"late_{each}", each, kind, cancel=cancel))
                if kind == "message" and self.chance.random() < 0.5:
                    self.hearers.append(f"late_{each}")
                flows.append(f"late_{each} > {self.chance.choice(later)}")
        return sketch(key, "; ".join(flows), *elements, tag=tag)

    def element(self, key: str, depth: int) -> str:
        kind = key.split("_")[0]
        if kind == "send":
            self.senders.append(key)
            return send(key)
        if kind == "hear":
            self.hearers.append(key)
            return receive(key)
        if kind == "cry":
            return event("intermediateThrowEvent", key, "signal:fire")
        if kind == "wait":
            return event("intermediateCatchEvent", key, "signal:fire")
        if kind == "end":
            return terminate(key) if "_all_" in key else event("endEvent", key, "error")
        if kind == "sub":
            body = self.scope(key, depth - 1, "subProcess")
            return re.sub("(?<=>)", self.chance.choice(["", "", several(2), LOOP]), body, count=1)
        return task(key, several()) if kind == "task" and self.chance.random() < 0.3 else ""


def nothing_reduced(reduction: Reduction) -> list[object]:
    for transition in reduction.transitions:
        if transition.join in ("all", "or") and len(transition.inputs) == 1:
            transition.join = "any"
    reduction._number()
    return list(reduction.flow_at.values())


def verdict(source: bytes) -> tuple[bool | None, bool | None]:
    (report,) = workflows.verify({"drawn.bpmn": source})
    return report.safe, report.sound


@pytest.mark.parametrize("forty", range(5))
def test_a_reduced_drawing_has_the_verdict_of_the_one_as_drawn(forty: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "MOST_STATES", 2000)
    monkeypatch.setattr(soundness, "MOST_DEEP", 200)
    drawn = [Hand(seed).draws() for seed in range(forty * 40, forty * 40 + 40)]
    reduced = [verdict(source) for source in drawn]

    monkeypatch.setattr(Reduction, "reduce", nothing_reduced)
    monkeypatch.setattr(soundness, "_look_inside", lambda world: soundness.Verdict())
    as_drawn = [verdict(source) for source in drawn]

    for source, pair in zip(drawn, zip(reduced, as_drawn, strict=True), strict=True):
        for one, other in zip(*pair, strict=True):
            assert one == other or None in (one, other), (pair, source.decode())
    assert len(set(reduced)) >= 3
