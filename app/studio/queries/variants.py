"""Variants of processes: for their own bureau, and to read for the province; for others there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only

from app.access import Actor, found
from app.database import db
from app.definitions.models import Process, ProcessVariant, ProcessVersion
from app.definitions.operations import content_of as content_of_version
from app.definitions.queries import compiled_version, processes
from app.divisions.models import Office
from app.studio.models import ProcessDraft
from app.studio.queries.catalogue import BRIEF, current_number, open_cases
from app.studio.queries.drafts import line_of, require_drawing
from app.studio.rules.variants import files_of_content, may_vary
from workflows import DiagramRefused
from workflows.variants import AddedStep, added_steps


@dataclass(frozen=True)
class ListedVariant:
    """One variant: its version in force, the province's version to which it adds and the one that is current by now."""

    variant: ProcessVariant
    current: ProcessVersion  # without its files
    based_on: int
    province: int
    open_cases: int

    @property
    def is_behind(self) -> bool:
        """Has the province published since?"""
        return self.based_on != self.province


@dataclass(frozen=True)
class OfferedProcess:
    """A process of which a bureau has a variant, or may draw one."""

    key: str
    name: str
    province: int
    variant: ListedVariant | None


def variants_of(actor: Actor, key: str | None = None) -> Sequence[ListedVariant]:
    """Every variant of a process, or of all: the actor's bureau's own, all of them for the province.

    Raises NotAllowed.
    """
    require_drawing(actor)
    based_on, current, province = (sa.orm.aliased(ProcessVersion) for _ in range(3))
    asked = (
        sa.select(ProcessVariant, current, based_on.number, province.number)
        .join(current, current.id == ProcessVariant.current_id)
        .join(based_on, based_on.id == current.based_on_id)
        .join(Process, Process.key == ProcessVariant.process_key)
        .join(province, province.id == Process.current_id)
        .join(Office, Office.id == ProcessVariant.office_id)
        .options(joinedload(ProcessVariant.office), load_only(*(getattr(current, each.key) for each in BRIEF)))
        .order_by(ProcessVariant.process_key, Office.code)
    )
    if (own := line_of(actor)) is not None:
        asked = asked.where(ProcessVariant.office_id == own)
    if key is not None:
        asked = asked.where(ProcessVariant.process_key == key)
    rows = db.session.execute(asked).all()
    running = _running_on_variants([variant for variant, *_ in rows])
    return [
        ListedVariant(variant, version, before, now, running.get((variant.process_key, variant.office_id), 0))
        for variant, version, before, now in rows
    ]


def variant_for(actor: Actor, key: str, office_code: str) -> ListedVariant:
    """The variant of a bureau, for itself and to read for the province. Raises NotAllowed, Missing."""
    listed = [each for each in variants_of(actor, key) if each.variant.office.code == office_code]
    variant: ListedVariant = found(listed[0] if listed else None)
    return variant


def offered_to(actor: Actor) -> Sequence[OfferedProcess]:
    """The processes that schools apply for, each with the actor's bureau's own variant. Raises NotAllowed."""
    own = {each.variant.process_key: each for each in variants_of(actor)}
    offered = [(each, compiled_version(each.current_id)) for each in processes() if each.current_id is not None]
    return [
        OfferedProcess(process.key, process.name, version.number, own.get(process.key))
        for process, version in offered
        if may_vary(version)
    ]


def running_on(key: str) -> Mapping[int, int]:
    """How many open cases run on each version of a process, by the version's id."""
    return {version: count for (_key, version), count in open_cases(key).items()}


def steps_of_version(version: ProcessVersion) -> Sequence[AddedStep]:
    """What a version of a variant adds to the province's."""
    assert version.based_on is not None
    return _added(version.based_on, files_of_content(content_of_version(version)).diagrams)


def steps_of_draft(draft: ProcessDraft, files: Mapping[str, str]) -> Sequence[AddedStep]:
    """What the draft of a variant adds by now."""
    drawn = {name: text.encode() for name, text in files.items() if name.endswith(".bpmn")}
    return _added(draft.based_on, drawn) if draft.based_on else []


def steps_to_add(draft: ProcessDraft, files: Mapping[str, str]) -> Sequence[AddedStep]:
    """What the variant in force adds, and its draft, begun from a newer version of the province, does not yet."""
    if draft.based_on is None or draft.base is None or draft.base.based_on_id == draft.based_on_id:
        return []
    there = {each.key for each in steps_of_draft(draft, files)}
    return [each for each in steps_of_version(draft.base) if each.key not in there]


def _added(based_on: ProcessVersion, drawn: Mapping[str, bytes]) -> Sequence[AddedStep]:
    try:
        return added_steps(files_of_content(content_of_version(based_on)).diagrams, drawn)
    except DiagramRefused:  # half-drawn: the check tells
        return []


def _running_on_variants(variants: Sequence[ProcessVariant]) -> Mapping[tuple[str, int], int]:
    """Open cases on any version of each variant."""
    keys = {each.process_key for each in variants}
    if not keys:
        return {}
    asked = sa.select(ProcessVersion.id, ProcessVersion.office_id).where(ProcessVersion.process_key.in_(keys))
    rows = db.session.execute(asked.where(ProcessVersion.office_id.is_not(None)))
    lines = {row.id: row.office_id for row in rows}
    counted: dict[tuple[str, int], int] = {}
    for (key, version), count in open_cases(keys.pop() if len(keys) == 1 else None).items():
        if (office := lines.get(version)) is not None:
            counted[key, office] = counted.get((key, office), 0) + count
    return counted


__all__ = [
    "ListedVariant",
    "OfferedProcess",
    "current_number",
    "offered_to",
    "running_on",
    "steps_of_draft",
    "steps_of_version",
    "steps_to_add",
    "variant_for",
    "variants_of",
]
