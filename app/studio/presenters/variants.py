"""Variants of processes, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from app.definitions.models import ProcessVersion
from app.studio.presenters.json_types import AddedStepJson, VariantJson, VariantVersionJson
from app.studio.queries.variants import ListedVariant, steps_of_version
from app.web import instant
from workflows.variants import AddedStep


def variant_json(listed: ListedVariant) -> VariantJson:
    """A variant in brief."""
    variant, current = listed.variant, listed.current
    return {
        "process": variant.process_key,
        "office": variant.office.code,
        "office_name": variant.office.name,
        "version": current.number,
        "based_on": listed.based_on,
        "province_version": listed.province,
        "behind": listed.is_behind,
        "published_at": instant(current.published_at),
        "published_by": current.published_by,
        "drawn_by": current.drawn_by,
        "open_cases": listed.open_cases,
        "off": variant.off_since is not None,
        "off_since": instant(variant.off_since),
        "off_by": variant.off_by,
        "off_reason": variant.off_reason,
    }


def variant_version_json(version: ProcessVersion, current_id: int, running: int) -> VariantVersionJson:
    """One version of a variant with its content."""
    assert version.based_on is not None
    return {
        "number": version.number,
        "based_on": version.based_on.number,
        "current": version.id == current_id,
        "published_at": instant(version.published_at),
        "published_by": version.published_by,
        "drawn_by": version.drawn_by,
        "note": version.note,
        "open_cases": running,
        "steps": steps_json(steps_of_version(version)),
        "files": dict(version.files),
        "forms": dict(version.forms),
    }


def steps_json(steps: Sequence[AddedStep]) -> list[AddedStepJson]:
    """Added steps."""
    return [
        {"key": each.key, "name": each.name, "role": each.role, "after": each.after, "before": each.before}
        for each in steps
    ]
