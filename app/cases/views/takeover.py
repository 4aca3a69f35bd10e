"""初始建库: the case under which a county's first data came in; no diagram ran, and nobody has to act."""

from __future__ import annotations

from flask import render_template

from app.cases.models import Case
from app.students import queries as students


def takeover_page(case: Case) -> str:
    """Whose data came in, when, and how many enrolments stand under it."""
    return render_template(
        "cases/case/takeover.html",
        case=case,
        enrolments=students.count_enrolments_under(case.id),
    )
