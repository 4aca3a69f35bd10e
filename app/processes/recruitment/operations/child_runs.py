"""The small run of each child of a roster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import workflows
from app.definitions.queries import compiled_version
from app.processes.recruitment import rules


class SmallRuns:
    """The small runs of a roster. Equal states answered equally walk once, unless their diagram calls a verb."""

    def __init__(self, version_id: int) -> None:
        self.diagrams = compiled_version(version_id).diagrams
        self._known: dict[tuple[Any, ...], bytes] = {}

    def begin(self) -> bytes:
        return workflows.start(self.diagrams, {}).state

    def answer(self, state: bytes, key: str, **facts: str) -> bytes:
        """Raises NotThere when the child does not wait at that step."""

        def walk() -> bytes:
            return workflows.answer(self.diagrams, state, key, facts).state

        return self._once((state, key, *facts.items()), walk)

    def deliver(self, state: bytes, message: str) -> bytes:
        return self._once((state, message), lambda: workflows.notify(self.diagrams, state, message).state)

    def _once(self, what: tuple[Any, ...], walk: Callable[[], bytes]) -> bytes:
        try:
            if self.diagrams.operations:
                return walk()
            if what not in self._known:
                self._known[what] = walk()
            return self._known[what]
        except (workflows.TaskGone, workflows.NotWaiting) as error:
            raise rules.NotThere() from error
