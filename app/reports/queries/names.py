"""The names of processes, of their steps and of the reasons that are chosen there, as they are published now."""

from __future__ import annotations

import contextlib

from app.cases.queries import process_names
from app.definitions.queries import CompiledVersion, current_version
from app.errors import Missing


class Names:
    """Names by their keys; what was published once and is no more keeps its key."""

    def __init__(self) -> None:
        self._processes = process_names()
        self._versions: dict[str, CompiledVersion | None] = {}

    def process(self, key: str) -> str:
        """The name of a process."""
        return self._processes.get(key, key)

    def step(self, key: str, step: str) -> str:
        """The name of a task of a process."""
        version = self._version(key)
        spec = version.diagrams.tasks.get(step) if version else None
        return spec.name if spec else step

    def reason(self, key: str, code: str) -> str:
        """The text of a reason of a process."""
        version = self._version(key)
        return next((each["text"] for each in version.reasons if each["code"] == code), code) if version else code

    def _version(self, key: str) -> CompiledVersion | None:
        if key not in self._versions:
            self._versions[key] = None
            with contextlib.suppress(Missing):
                self._versions[key] = current_version(key)
        return self._versions[key]
