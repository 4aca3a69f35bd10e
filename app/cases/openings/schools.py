"""Prechecks of cases about a whole school, and their rehearsals: what would happen, before anybody signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.cases.openings.opening import DRAFTS, REPAIRS, Opening, open_case_of, opens
from app.database import db
from app.errors import Objected, Refused
from app.processes.queries import Edition
from app.students.models import Enrolment, Standing, Student
from app.students.operations import graduation, promotion, verification
from app.students.operations.rehearsing import Rehearsal, done_under
from app.students.rules.changes import LAST_GRADES
from app.students.rules.graduation import objections_to_graduation
from app.students.rules.promotion import objections_to_promotion, year_entered
from app.students.rules.verification import VerifiedAlready, objections_to_roll, term_name, term_of


class SchoolCaseOpen(Refused):
    """The school has the same case open already."""

    code = "E-CASE-02"
    text = "本校已有在办的同类办件 {number}，办结后才能再次提出。"


def is_held(student_id: Any) -> sa.ColumnElement[bool]:
    """The condition "an open case of status holds this child", for set-based statements."""
    unfinished = Case.status != sa.literal_column("'closed'")  # as the index says it
    return sa.exists().where(Case.student_id == student_id, Case.holds_student, unfinished)


def _same_open(edition: Edition, school_id: int, **about: Any) -> list[Refused]:
    """The same process of the same school about the same thing is not open twice."""
    present = db.session.execute(
        sa.select(Case.number, Case.application).where(
            Case.applicant_office_id == school_id, Case.process_key == edition.key, Case.status != CaseStatus.CLOSED
        )
    )
    return [SchoolCaseOpen(number=number) for number, application in present if about.items() <= application.items()]


@opens("promotion")
def open_promotion(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P16, a whole school. Raises Objected: outside the window, nobody to promote, one is open already."""
    year = year_entered(clock.today())
    objections = _same_open(edition, actor.office_id) + objections_to_promotion(
        edition.decide("promotion_windows", profile=profile) or [],
        clock.today(),
        promoted_before=_has_promoted(actor.office_id, year),
        children=promotion.rehearse(actor.office_id, year, is_held).children,
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


@opens("graduation")
def open_graduation(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P19, the last grade of a school. Raises Objected: every open case of it by name, a window, a name unknown."""
    school, grade = actor.office_id, application["grade"]
    exceptions = graduation.exceptions_of(application, school)
    objections = _same_open(edition, school, grade=grade) + objections_to_graduation(
        edition.decide("graduation_windows", profile=profile) or [],
        clock.today(),
        graduates_on=dt.date.fromisoformat(application["graduates_on"]),
        children=graduation.rehearse(school, [grade], exceptions, is_held).children,
        busy=_open_cases_of(school, grade),
    )
    if objections:
        raise Objected(objections)
    named = {standing.value: graduation.lines_of(ids) for standing, ids in exceptions.items() if ids}
    return Opening(application={**application, **named})


def _open_cases_of(school_id: int, grade: str) -> list[tuple[str, str, str]]:
    """Name, process and step of every open case of status of a grade's children in attendance."""
    rows = db.session.execute(
        sa.select(Student.name, Student.id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.school_id == school_id, Enrolment.grade == grade, Enrolment.standing == Standing.ACTIVE)
        .where(is_held(Student.id))
        .order_by(Student.id)
    )
    found = [(name, open_case_of(student_id)) for name, student_id in rows.all()]
    return [(name, *case) for name, case in found if case]


def _rehearse_graduation(school_id: int, application: Mapping[str, Any]) -> Rehearsal:
    grades = [application["grade"]] if application.get("grade") in LAST_GRADES else LAST_GRADES
    try:
        exceptions = graduation.exceptions_of(application, school_id)
    except Refused:  # a name that means nobody: the form says so
        exceptions = {}
    return graduation.rehearse(school_id, grades, exceptions, is_held)


@opens("roll_verification")
def open_verification(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P38, once a term. Raises Objected: a class forgotten, a list that has changed, a name that means nobody."""
    year, term = term_of(clock.today())
    objections = _same_open(edition, actor.office_id)
    if verification.is_verified(actor.office_id, year, term):
        objections.append(VerifiedAlready(term=term_name(year, term)))
    if objections:
        raise Objected(objections)
    kept = {**application, "year": year, "term": term}
    return Opening(application=_roll_as_confirmed(kept, actor.office_id))


def _roll_as_confirmed(application: Mapping[str, Any], school_id: int) -> dict[str, Any]:
    lists = verification.class_lists(school_id)
    listed = {key: len(children) for key, children in lists.items()}
    if objections := objections_to_roll(application["classes"], listed):
        raise Objected(objections)
    return {**application, "classes": verification.with_findings(application["classes"], lists)}


def _draft_of_verification(actor: Actor) -> dict[str, Any]:
    """Every class of the school with the number on its list, to be confirmed."""
    lists = verification.class_lists(actor.office_id)
    return {
        "classes": [
            {"grade": grade, "class_number": number, "listed": len(children)}
            for (grade, number), children in lists.items()
        ]
    }


def _graduation_repaired(application: Mapping[str, Any], school_id: int) -> dict[str, Any]:
    exceptions = graduation.exceptions_of(application, school_id)
    return {**application, **{standing.value: graduation.lines_of(ids) for standing, ids in exceptions.items()}}


REPAIRS.update(roll_verification=_roll_as_confirmed, graduation=_graduation_repaired)
DRAFTS.update(roll_verification=_draft_of_verification)
#: process -> what it would do now for that school, with what has been typed
REHEARSALS: dict[str, Callable[[int, Mapping[str, Any]], Rehearsal]] = {
    "graduation": _rehearse_graduation,
    "promotion": lambda school_id, application: promotion.rehearse(
        school_id, application.get("year", year_entered(clock.today())), is_held
    ),
}


def draft_for(process: str, actor: Actor) -> dict[str, Any]:
    """What stands in the opening form of that process before anything is typed."""
    return dict(DRAFTS[process](actor)) if process in DRAFTS else {}


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
