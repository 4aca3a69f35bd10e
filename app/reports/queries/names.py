"""The names of processes, of their steps and of the reasons that are chosen there, as they are published now."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from app.database import db
from app.definitions.models import ProcessVariant, ProcessVersion
from app.definitions.queries import CompiledVersion, compiled_version, processes
from app.divisions.models import Office
from app.divisions.queries import beneath

MOST_NAMES = 2  # of the steps that bureaus have added under one key


class Names:
    """Names by their keys: of the province's version, of the bureaus' variants, of what was published once.

    office -- whose figures they name: of variants those of offices below it and above it, others are no matter of it
    """

    def __init__(self, office: Office) -> None:
        path = sa.literal(office.path)
        near = sa.or_(beneath(office.path), beneath(Office.path, path))
        self._near = sa.select(Office.id).where(near)
        self._processes = {each.key: each for each in processes()}
        self._steps: dict[tuple[str, str], str] = {}

    def process(self, key: str) -> str:
        """The name of a process."""
        return self._processes[key].name if key in self._processes else key

    def step(self, key: str, step: str) -> str:
        """The name of a task of a process."""
        if (key, step) not in self._steps:
            self._steps[key, step] = next(self._names(key, step), step)
        return self._steps[key, step]

    def _names(self, key: str, step: str) -> Iterator[str]:
        """As the current version calls it; where only variants or former versions have it, as these do."""
        version = self._version(key)
        if version and step in version.diagrams.tasks:
            yield version.diagrams.tasks[step].name
        asked = sa.select(ProcessVariant.current_id).where(ProcessVariant.process_key == key)
        asked = asked.where(ProcessVariant.office_id.in_(self._near))
        added: dict[str, None] = {}
        for current_id in db.session.scalars(asked.order_by(ProcessVariant.office_id)):
            tasks = compiled_version(current_id).diagrams.tasks
            if step in tasks:
                added[tasks[step].name] = None
        if added:
            yield "、".join([*added][:MOST_NAMES]) + ("等" if len(added) > MOST_NAMES else "") + "（本地环节）"
        own = sa.or_(ProcessVersion.office_id.is_(None), ProcessVersion.office_id.in_(self._near))
        former = sa.select(ProcessVersion.id).where(ProcessVersion.process_key == key, own)
        for version_id in db.session.scalars(former.order_by(ProcessVersion.id.desc())):
            tasks = compiled_version(version_id).diagrams.tasks
            if step in tasks:
                yield tasks[step].name

    def reason(self, key: str, code: str) -> str:
        """The text of a reason of a process."""
        version = self._version(key)
        return version.reason_text(code) if version else code

    def _version(self, key: str) -> CompiledVersion | None:
        current = self._processes[key].current_id if key in self._processes else None
        return compiled_version(current) if current else None
