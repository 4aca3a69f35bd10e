"""A setting of a process as pages and programs show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from flask import current_app

from app import clock
from app.access import Actor
from app.definitions.queries import CompiledVersion, current_version, processes
from app.errors import Missing
from app.office_settings import queries
from app.office_settings.models import OfficeSetting
from app.office_settings.rules import KINDS, Kind
from app.web.formatting import Day, Instant, instant


def profile() -> str:
    """The rules in force, whose shipped values are shown."""
    return str(current_app.config["PROFILE"])


def kind_of(key: str) -> Kind:
    """The kind of that key. Raises Missing."""
    if key not in KINDS:
        raise Missing()
    return KINDS[key]


def settable_version(kind: Kind, process_key: str) -> CompiledVersion:
    """The current version of a process of which that kind may be set. Raises Missing."""
    version = current_version(process_key)
    if not queries.concerns(kind, version):
        raise Missing()
    return version


@dataclass(frozen=True)
class Line:
    """One process of a kind: what holds today, and by whom it is set, None where it is as shipped."""

    version: CompiledVersion
    lines: list[str]
    by: OfficeSetting | None


def lines_of_kind(kind: Kind, caller: Actor) -> list[Line]:
    """Every process of which that kind may be set, with what holds for the caller's office today."""
    found = []
    by_process = queries.settings_by_process(kind.key, caller.office_path)
    for each in processes():
        version = current_version(each.key)
        if queries.concerns(kind, version):
            value, by = queries.merged(kind, queries.shipped(kind, version, profile()), by_process.get(each.key, []))
            found.append(Line(version, kind.lines(value), by))
    return found


class SettingChangeJson(TypedDict):
    """What an office has set from a day on; `lines` is empty where it has taken its own back."""

    office: str
    office_name: str
    starts_on: Day
    lines: list[str]
    note: str
    set_by: str
    set_at: Instant


class SettingJson(TypedDict):
    """A setting of a process: what holds today for the office that asks, what is shipped, and what was set when."""

    kind: str
    process: str
    lines: list[str]
    shipped: list[str]
    set_by_office: str | None
    may_set: bool
    history: list[SettingChangeJson]


def setting_json(kind: Kind, version: CompiledVersion, caller: Actor, *, may_set: bool) -> SettingJson:
    """That setting as it holds for the caller's office."""
    base = queries.shipped(kind, version, profile())
    value, by = queries.held(kind, version.key, caller.office_path, base)
    return {
        "kind": kind.key,
        "process": version.key,
        "lines": kind.lines(value),
        "shipped": kind.lines(base),
        "set_by_office": by.office.code if by else None,
        "may_set": may_set,
        "history": [change_json(kind, each) for each in queries.history(kind.key, version.key, caller.office_path)],
    }


def change_json(kind: Kind, row: OfficeSetting) -> SettingChangeJson:
    """One change, as programs read it."""
    return {
        "office": row.office.code,
        "office_name": row.office.name,
        "starts_on": row.starts_on.isoformat(),
        "lines": kind.lines(row.value),
        "note": row.note,
        "set_by": row.set_by.name,
        "set_at": instant(row.set_at),
    }


def is_to_come(row: OfficeSetting) -> bool:
    """True for a change whose day has not come yet."""
    return row.starts_on > clock.today()


def history_lines(kind: Kind, rows: Sequence[OfficeSetting]) -> list[tuple[OfficeSetting, list[str], bool]]:
    """The changes for a page: each with its lines, and whether it is still to come."""
    return [(each, kind.lines(each.value), is_to_come(each)) for each in rows]
