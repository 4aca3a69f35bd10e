"""Processes and versions, for programs."""

from __future__ import annotations

from app.definitions.models import Process, ProcessVersion
from app.studio.presenters.json_types import ProcessStateJson, VersionBriefJson, VersionJson
from app.web import instant


def version_brief(version: ProcessVersion, current_id: int | None, open_cases: int) -> VersionBriefJson:
    """A version with the names of its files and forms."""
    return {
        "process": version.process_key,
        "number": version.number,
        "current": version.id == current_id,
        "published_at": instant(version.published_at),
        "published_by": version.published_by,
        "drawn_by": version.drawn_by,
        "note": version.note,
        "open_cases": open_cases,
        "files": sorted(version.files),
        "forms": sorted(version.forms),
    }


def version_json(version: ProcessVersion, current_id: int | None, open_cases: int) -> VersionJson:
    """A version with its content."""
    brief = version_brief(version, current_id, open_cases)
    return {**brief, "files": dict(version.files), "forms": dict(version.forms)}


def process_state(process: Process, version: int) -> ProcessStateJson:
    """Whether a process may be started."""
    return {
        "key": process.key,
        "name": process.name,
        "version": version,
        "off": process.off_since is not None,
        "off_since": instant(process.off_since),
        "off_by": process.off_by,
        "off_reason": process.off_reason,
    }
