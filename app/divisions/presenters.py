"""An office as programs read it beside something else."""

from __future__ import annotations

from typing import Protocol, TypedDict

from app.divisions.models import Office, OfficeKind


class OfficeBriefJson(TypedDict):
    """An office, as it stands beside something else."""

    code: str
    name: str
    kind: OfficeKind


class AnOffice(Protocol):
    """An office, however it was read."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> OfficeKind: ...


def office_brief(office: Office | AnOffice) -> OfficeBriefJson:
    """An office as it stands beside something else."""
    return {"code": office.code, "name": office.name, "kind": office.kind}
