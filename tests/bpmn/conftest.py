"""Diagrams are walked through the real engine with fake verbs, saved and restored at every step; no database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from workflows import DiagramRefused, Diagrams, Refusal, Run, compile_diagrams, complete, notify, service_tasks, start

SHELF = Path(__file__).parents[2] / "bpmn"


def diagrams_of(process: str) -> Diagrams:
    """The diagrams on the shelf, as they would be published."""
    sources = {path.name: path.read_bytes() for path in sorted((SHELF / process).glob("*.bpmn"))}
    return compile_diagrams(sources, process)


class Refused(Refusal):
    """A verb of the house says no."""

    text = "不能办理。"

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


@dataclass
class Walk:
    """One run of a diagram, kept as bytes between any two steps."""

    diagrams: Diagrams
    facts: Mapping[str, Any]
    verbs: list[str] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)  # the facts that every verb adds to the run
    brings: dict[str, dict[str, Any]] = field(default_factory=dict)  # those of one verb, instead of `results`
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        self.run = start(self.diagrams, self.facts, context=self)

    @property
    def waits(self) -> list[str]:
        return [each.key for each in self.run.waiting]

    def answer(self, key: str, outcome: str = "agree", task_id: str | None = None, **form: Any) -> Walk:
        """The office whose task that is answers; the run is restored from its bytes before."""
        task = next(each for each in self.run.waiting if each.key == key and task_id in (None, each.id))
        assert outcome in self.diagrams.tasks[key].outcomes
        self.run = complete(self.diagrams, self.run.state, task.id, {**form, "outcome": outcome}, context=self)
        return self

    def agree(self, *keys: str) -> Walk:
        for key in keys:
            self.answer(key)
        return self

    def hear(self, message: str) -> Walk:
        self.run = notify(self.diagrams, self.run.state, message, context=self)
        return self


def _fake(name: str) -> Callable[[Walk, Mapping[str, Any]], Mapping[str, Any]]:
    def verb(walk: Walk, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        walk.verbs.append(name)
        if name in walk.refusals:
            raise Refused(walk.refusals[name])
        return walk.brings.get(name, walk.results)

    return verb


@pytest.fixture(autouse=True)
def fake_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every verb that a diagram names only writes down that it was called."""
    names: set[str] = set()
    for folder in SHELF.iterdir():
        with contextlib.suppress(DiagramRefused):  # test_every_diagram names it, the others go on
            names |= diagrams_of(folder.name).operations
    monkeypatch.setattr(service_tasks, "_handlers", {name: _fake(name) for name in names})
