"""Prechecks of cases about a whole school, and their rehearsals: what would happen, before anybody signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.cases.openings.opening import Opening, opens
from app.database import db
from app.errors import Objected, Refused
from app.processes.queries import Edition
from app.students.operations import promotion
from app.students.operations.rehearsing import Rehearsal, done_under
from app.students.rules.promotion import objections_to_promotion, year_entered


class SchoolCaseOpen(Refused):
    """The school has the same case open already."""

    code = "E-CASE-02"
    text = "本校已有在办的同类办件 {number}，办结后才能再次提出。"


def held_children() -> sa.Select[Any]:
    """The children whom an open case of status holds."""
    return sa.select(Case.student_id).where(
        Case.holds_student, Case.status != CaseStatus.CLOSED, Case.student_id.is_not(None)
    )


def _same_open(edition: Edition, school_id: int) -> list[Refused]:
    number = db.session.scalar(
        sa.select(Case.number).where(
            Case.applicant_office_id == school_id, Case.process_key == edition.key, Case.status != CaseStatus.CLOSED
        )
    )
    return [SchoolCaseOpen(number=number)] if number else []


@opens("promotion")
def open_promotion(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P16, a whole school. Raises Objected: outside the window, nobody to promote, one is open already."""
    year = year_entered(clock.today())
    objections = _same_open(edition, actor.office_id) + objections_to_promotion(
        edition.decide("promotion_windows", profile=profile) or [],
        clock.today(),
        promoted_before=_has_promoted(actor.office_id, year),
        children=promotion.rehearse(actor.office_id, year, held_children()).children,
    )
    if objections:
        raise Objected(objections)
    return Opening(application={**application, "year": year})


def _has_promoted(school_id: int, year: int) -> bool:
    agreed = db.session.scalars(
        sa.select(Case.application).where(
            Case.applicant_office_id == school_id,
            Case.process_key == "promotion",
            Case.outcome == CaseOutcome.AGREED,
        )
    )
    return any(each.get("year") == year for each in agreed)


#: process -> what it would do now for that school, with what has been typed
REHEARSALS: dict[str, Callable[[int, Mapping[str, Any]], Rehearsal]] = {
    "promotion": lambda school_id, application: promotion.rehearse(
        school_id, application.get("year", year_entered(clock.today())), held_children()
    ),
}


def rehearsal_for(process: str, school_id: int, application: Mapping[str, Any] | None = None) -> Rehearsal | None:
    """What an application of that process would do now; None for a process that moves nobody by the school."""
    rehearse = REHEARSALS.get(process)
    return rehearse(school_id, application or {}) if rehearse else None


def rehearsal_of(case: Case) -> Rehearsal | None:
    """What a case has done, or would do now; None when it moves nobody by the school or was not agreed to."""
    if case.process_key not in REHEARSALS:
        return None
    if case.status is not CaseStatus.CLOSED:
        return rehearsal_for(case.process_key, case.applicant_office_id, case.application)
    return done_under(case.id) if case.outcome is CaseOutcome.AGREED else None
