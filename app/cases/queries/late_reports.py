"""逾期报告: what came later than the form of its application asks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app.cases import rules
from app.definitions.queries import APPLICATION, compiled_version
from app.definitions.rules.forms import LONGEST_TERM, fields_of
from app.web.instants import read_day


def reported_late(case: Any) -> str | None:
    """The sentence about a day of the application that came after the working days of its `x-report-within`.

    case -- a case, or a row of its version_id, application and opened_at
    """
    if case.version_id is None:
        return None
    for name, part in fields_of(compiled_version(case.version_id).forms.get(APPLICATION)).items():
        within, on = part.get("x-report-within"), _day(case.application.get(name))
        if type(within) is not int or not 0 < within <= LONGEST_TERM or on is None:
            continue
        if sentence := rules.reported_late(str(part.get("title", name)), on, within, case.opened_at):
            return sentence
    return None


def _day(said: object) -> dt.date | None:
    """A day of an application; None for anything else that stands there."""
    try:
        return read_day(said) if isinstance(said, str) else None
    except ValueError:
        return None
