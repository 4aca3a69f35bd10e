"""A case of a shipped diagram walked at random by the engine alone, its history kept, to be migrated at any step."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import workflows
from workflows.decision_tables import Table, read_tables
from workflows.migration import Ahead, Migrated, VersionOfRuns, ahead_of, migrate
from workflows.policies import Act, Answered, Book, Heard, Ran, Rules, Task, history_of

SHELF = Path(__file__).parents[2] / "bpmn"
BOOK = Book.read(SHELF)


@dataclass(frozen=True)
class Version:
    """A set of files as the application would publish it."""

    diagrams: workflows.Diagrams
    rules: Rules
    ahead: Ahead

    @property
    def of_runs(self) -> VersionOfRuns:
        return VersionOfRuns(self.diagrams, self.rules, self.ahead)


@cache
def shipped(key: str, *changes: tuple[str, str]) -> Version:
    """The diagrams of a folder, with pieces of their text replaced."""
    texts = {path.name: path.read_text("utf-8") for path in sorted((SHELF / key).glob("*.bpmn"))}
    for old, new in changes:
        [name] = [name for name, text in texts.items() if old in text]
        texts[name] = texts[name].replace(old, new)
    return version_of(key, {name: text.encode() for name, text in texts.items()})


def version_of(key: str, sources: Mapping[str, bytes], book: Book = BOOK) -> Version:
    """A version of these sources under the shipped policies."""
    diagrams = workflows.compile_diagrams(sources, key)
    tables: dict[str, Table] = {}
    for path in sorted((SHELF / key).glob("*.dmn")):
        tables.update(read_tables(path.read_bytes()))
    policies, _faults = book.policies_of(key, diagrams.operations, diagrams.outcomes.values())
    rules = Rules(policies)
    return Version(diagrams, rules, ahead_of(sources, key, book, tables, rules))


class Refused(workflows.Refusal):
    """A verb that refuses as the diagram foresees it."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Broken(Exception):
    """A verb would have been refused by its policy."""


@dataclass
class Walked:
    """A case under way; `acts` is what is on record of it."""

    version: Version
    facts: Mapping[str, Any]
    chance: random.Random
    acts: list[Act] = field(default_factory=list)
    run: workflows.Run = field(init=False)

    def __post_init__(self) -> None:
        self.run = workflows.start(self.version.diagrams, self.facts, context=self)

    def call(self, verb: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What a verb answers: anything that it may, as it promises."""
        if self.version.diagrams.foreseen and self.chance.random() < 0.2:
            raise Refused(self.chance.choice(sorted(self.version.diagrams.foreseen)))
        self._check(verb, facts)
        self.acts.append(Ran(verb))
        rules, history = self.version.rules, history_of(self.version.rules, self.acts, facts)
        given = self.version.ahead.machine.facts.given_by(verb)
        return self.chance.choice([each for each in given if rules.keeps_promises(history, verb, {**facts, **each})])

    def _check(self, subject: str, facts: Mapping[str, Any]) -> None:
        """What has been decided and done holds under the policy, as the record store asks it. Raises Broken."""
        history = history_of(self.version.rules, self.acts, facts)
        if missing := self.version.rules.missing(history, subject, facts):
            raise Broken(f"{subject}: {'；'.join(each.text for each in missing)}")

    def check_end(self) -> None:
        """The same of the end that it has come to. Raises Broken."""
        self._check(f"结束 {self.run.outcome}", self.run.facts)

    def answer(self, outcome: str | None = None, key: str | None = None) -> None:
        """Somebody decides a waiting task: at random, where it is not said."""
        waiting = next((e for e in self.run.waiting if e.key == key), None) or self.chance.choice(self.run.waiting)
        spec = self.version.diagrams.tasks[waiting.key]
        outcome = outcome or self.chance.choice(
            (*spec.outcomes, "agree") if "agree" in spec.outcomes else spec.outcomes
        )
        done, state = len(self.acts), self.run.state
        self.acts.append(Answered(Task(spec.key, spec.role, spec.duty, spec.kind), outcome))
        try:
            self.run = workflows.complete(self.version.diagrams, state, waiting.id, {"outcome": outcome}, context=self)
        except Refused:  # not foreseen where the verb stands: as if nobody had decided
            del self.acts[done:]

    def hear(self, message: str) -> bool:
        """A message comes; False where nobody waits for it."""
        done = len(self.acts)
        self.acts.append(Heard(message))
        try:
            self.run = workflows.notify(self.version.diagrams, self.run.state, message, context=self)
        except (workflows.NotWaiting, Refused):
            del self.acts[done:]
            return False
        return True

    def step(self) -> bool:
        """Whatever may happen next; False where only something from outside would go on."""
        for message in self.chance.sample(sorted(self.version.diagrams.messages), len(self.version.diagrams.messages)):
            if (not self.run.waiting or self.chance.random() < 0.2) and self.hear(message):
                return True
        if self.run.waiting:
            self.answer()
        return bool(self.run.waiting)

    def migrated(self, target: Version, mapping: Mapping[str, str] | None = None) -> Migrated:
        """The case on another version. Raises NotMovable."""
        return migrate(self.version.of_runs, self.run.state, target.of_runs, self.acts, mapping=mapping)

    def go_over(self, target: Version, mapping: Mapping[str, str] | None = None) -> None:
        """Let it go on there."""
        self.run = self.migrated(target, mapping).run
        self.version = target


def begun(key: str, seed: int = 0, version: Version | None = None) -> Walked:
    """A case of a process with facts as its opening may give them."""
    version, chance = version or shipped(key), random.Random(seed)
    facts = version.ahead.machine.facts
    beginnings = list(facts.beginnings())
    for _ in range(20):
        try:
            return Walked(version, facts.as_dict(chance.choice(beginnings)), chance)
        except Refused:
            continue
    raise AssertionError(f"{key} never begins")
