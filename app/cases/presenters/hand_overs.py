"""Copies of cases as programs read them."""

from __future__ import annotations

from app.cases.models import CaseCopy
from app.cases.presenters.task_json_types import CopyJson
from app.divisions.presenters import office_brief
from app.web import instant


def copy_json(copy: CaseCopy) -> CopyJson:
    """One copy that an office was sent."""
    return {
        "id": copy.id,
        "case": copy.case.number,
        "by": office_brief(copy.by_office),
        "remark": copy.remark,
        "at": instant(copy.at),
        "read_at": instant(copy.read_at),
    }
