"""The catalogue: processes, their published versions, and how many cases run on each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import load_only

from app.access import found
from app.cases.models import Case
from app.database import db
from app.definitions.models import Process, ProcessVariant, ProcessVersion
from app.definitions.queries import compiled_version, in_line
from app.studio.models import ProcessDraft

NO_CATEGORY = "其他"  # as on the page on which they are started
LAST_PLACE = 10_000
BRIEF = (
    ProcessVersion.id,
    ProcessVersion.process_key,
    ProcessVersion.number,
    ProcessVersion.published_at,
    ProcessVersion.published_by,
    ProcessVersion.drawn_by,
    ProcessVersion.note,
    ProcessVersion.office_id,
    ProcessVersion.based_on_id,
)


@dataclass(frozen=True)
class ListedProcess:
    """One line of the catalogue."""

    process: Process
    current: ProcessVersion  # without its files
    versions: int
    open_cases: int
    category: str  # the group in which it may be started


def processes() -> Sequence[ListedProcess]:
    """Every process that is published, in the groups and the order in which they may be started, then by name."""
    asked = sa.select(Process, ProcessVersion).join(ProcessVersion, ProcessVersion.id == Process.current_id)
    rows = db.session.execute(asked.options(load_only(*BRIEF)).order_by(Process.name)).all()
    counted = sa.select(ProcessVersion.process_key, sa.func.count()).where(ProcessVersion.office_id.is_(None))
    counted = counted.group_by(ProcessVersion.process_key)
    versions: Mapping[str, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    running = open_cases()
    said = {current.id: compiled_version(current.id).diagrams.properties for _process, current in rows}
    places = {each: _place(properties) for each, properties in said.items()}
    groups: dict[str, int] = {}  # stand as high as their first process
    for version_id, properties in said.items():
        name = properties.get("category", NO_CATEGORY)
        groups[name] = min(groups.get(name, LAST_PLACE), places[version_id])
    listed = [
        ListedProcess(
            process,
            current,
            versions[process.key],
            sum(n for (key, _), n in running.items() if key == process.key),
            said[current.id].get("category", NO_CATEGORY),
        )
        for process, current in rows
    ]
    return sorted(listed, key=lambda each: (groups[each.category], each.category, places[each.current.id]))


def _place(properties: Mapping[str, str]) -> int:
    """Where its diagram puts a process among those that may be started."""
    stated = properties.get("start_order", "")
    return int(stated) if stated.isdecimal() else LAST_PLACE


def names_of(keys: Collection[str]) -> dict[str, str]:
    """The names of these processes."""
    asked = sa.select(Process.key, Process.name).where(Process.key.in_(keys))
    return {row.key: row.name for row in db.session.execute(asked)}


def process_of(key: str) -> Process:
    """A process that is published. Raises Missing."""
    process: Process = found(db.session.get(Process, key))
    return process


def versions_of(key: str, office_id: int | None = None) -> Sequence[ProcessVersion]:
    """The versions of a process, or of a bureau's variant of it, the newest first, without their files.

    Raises Missing.
    """
    process_of(key)
    asked = sa.select(ProcessVersion).where(*in_line(key, office_id)).options(load_only(*BRIEF))
    return db.session.scalars(asked.order_by(ProcessVersion.number.desc())).all()


def version_of(key: str, number: int, office_id: int | None = None) -> ProcessVersion:
    """One version of a process, or of a bureau's variant of it, with its files. Raises Missing."""
    asked = sa.select(ProcessVersion).where(*in_line(key, office_id), ProcessVersion.number == number)
    version: ProcessVersion = found(db.session.scalar(asked))
    return version


def current_of(key: str, office_id: int | None = None) -> ProcessVersion | None:
    """The version in which new cases of a process open, or the newest of a bureau's variant; None when there is none.

    office_id -- the bureau whose variant is meant
    """
    if office_id is not None:
        line = db.session.get(ProcessVariant, (key, office_id), populate_existing=True)
        return db.session.get(ProcessVersion, line.current_id) if line else None
    asked = sa.select(ProcessVersion).join(Process, Process.current_id == ProcessVersion.id).where(Process.key == key)
    return db.session.scalar(asked)


def current_versions() -> Sequence[ProcessVersion]:
    """The version of each process in which new cases open."""
    asked = sa.select(ProcessVersion).join(Process, Process.current_id == ProcessVersion.id)
    return db.session.scalars(asked.order_by(ProcessVersion.process_key)).all()


def current_number(key: str, office_id: int | None = None) -> int | None:
    """Its number."""
    if office_id is not None:
        current = current_of(key, office_id)
        return current.number if current else None
    asked = sa.select(ProcessVersion.number).join(Process, Process.current_id == ProcessVersion.id)
    return db.session.scalar(asked.where(Process.key == key))


@dataclass(frozen=True)
class Overtaken:
    """A draft that cannot be proposed any more: the number of its line's newer version, that of the province's."""

    own: int | None
    province: int | None

    def __bool__(self) -> bool:
        return bool(self.own or self.province)


def overtaken_by(draft: ProcessDraft) -> Overtaken:
    """What has been published since the draft was begun."""
    current = current_number(draft.process_key, draft.line)
    own = current if current != (draft.base.number if draft.base else None) else None
    province = current_of(draft.process_key) if draft.line else None
    return Overtaken(own, province.number if province and draft.based_on_id != province.id else None)


def open_cases(key: str | None = None) -> dict[tuple[str, int], int]:
    """How many cases run on each version: by process and the version's id."""
    asked = (
        sa.select(Case.process_key, Case.version_id, sa.func.count())
        .where(sa.text("cases.status <> 'closed'"), Case.version_id.is_not(None))  # as its index has it
        .group_by(Case.process_key, Case.version_id)
    )
    if key is not None:
        asked = asked.where(Case.process_key == key)
    return {(process, version or 0): count for process, version, count in db.session.execute(asked)}
