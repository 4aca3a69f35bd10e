"""An office as programs read it beside something else."""

from __future__ import annotations

from typing import TypedDict

from app.divisions.models import Office, OfficeKind


class OfficeBriefJson(TypedDict):
    """An office, as it stands beside something else."""

    code: str
    name: str
    kind: OfficeKind


def office_brief(office: Office) -> OfficeBriefJson:
    return {"code": office.code, "name": office.name, "kind": office.kind}
