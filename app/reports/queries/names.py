"""The names of processes, of their steps and of the reasons that are chosen there, as they are published now."""

from __future__ import annotations

from app.definitions.queries import CompiledVersion, compiled_version, processes


class Names:
    """Names by their keys; what was published once and is no more keeps its key."""

    def __init__(self) -> None:
        self._processes = {each.key: each for each in processes()}

    def process(self, key: str) -> str:
        """The name of a process."""
        return self._processes[key].name if key in self._processes else key

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
        current = self._processes[key].current_id if key in self._processes else None
        return compiled_version(current) if current else None
