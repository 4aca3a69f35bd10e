"""Prechecks of cases about a whole school, and their rehearsals: what would happen, before anybody signs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.models import Case
from app.cases.queries.open_cases import is_held, open_case_of, same_open
from app.database import db
from app.definitions.queries import CompiledVersion
from app.definitions.rules.asked_tables import DAY_OF_YEAR, AskedTable, Column, ask_table
from app.errors import Objected, Refused
from app.office_settings.queries import windows_in_force
from app.students.models import Enrolment, Standing, Student
from app.students.operations import graduation, promotion, verification
from app.students.operations.dry_run import Rehearsal
from app.students.operations.graduates import graduates_to_be
from app.students.operations.whole_schools import has_promoted
from app.students.queries.acts import ChildOfAct
from app.students.rules.changes import LAST_GRADES
from app.students.rules.dates import Life, objections_to_days
from app.students.rules.graduation import objections_to_graduation
from app.students.rules.promotion import year_entered
from app.students.rules.seasons import objections_to_season
from app.students.rules.verification import VerifiedAlready, objections_to_roll, term_name, term_of

_DAYS = (Column("opens", "自（月-日）", DAY_OF_YEAR), Column("closes", "至（月-日）", DAY_OF_YEAR))
_LATE = Column("late_until", "已升级的学校补办至（月-日）", DAY_OF_YEAR, has_default=True, empty="不能补办")
_ORDER = ("opens", "closes", "late_until")
ask_table(AskedTable("promotion_windows", "promotion", "升级办理时段", (*_DAYS, _LATE), one_row=False, in_order=_ORDER))
ask_table(AskedTable("graduation_windows", "graduation", "毕业办理时段", _DAYS, one_row=False, in_order=_ORDER))


hooks.own_windows.update(("promotion", "graduation"))


def _season(version: CompiledVersion, profile: str, actor: Actor) -> list[dict[str, str]]:
    """The days on which the school may act: of the table, or as the province and the city have set them."""
    rows = version.rows(f"{version.rules_of}_windows", profile=profile)
    return windows_in_force(version.key, actor.office_path, rows).spans


@hooks.precheck("promotion")
def open_promotion(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P16, a whole school. Raises Objected: outside the window, nobody to promote, one is open already."""
    school, year = actor.office_id, year_entered(clock.today())
    objections = same_open(version.key, school) + objections_to_season(
        "升级",
        _season(version, profile, actor),
        clock.today(),
        goes_on=has_promoted(school, year),
    )
    if not objections:  # out of season the count of those who would go up says nothing
        objections = promotion.objections_to_promotion(school, year, promotion.rehearse(school, year, is_held))
    if objections:
        raise Objected(objections)
    return Opening(application={**application, "year": year})


@hooks.precheck("graduation")
def open_graduation(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P19, the last grade of a school. Raises Objected: every open case of it by name, a window, a name unknown."""
    school, grade = actor.office_id, application["grade"]
    exceptions = graduation.exceptions_of(application, school)
    windows = _season(version, profile, actor)
    objections = same_open(version.key, school, grade=grade) + objections_to_season("毕业", windows, clock.today())
    objections += objections_to_graduation(
        clock.today(),
        graduates_on=dt.date.fromisoformat(application["graduates_on"]),
        children=graduation.rehearse(school, [grade], exceptions, is_held).children,
        busy=_open_cases_of(school, grade),
    )
    objections += objections_to_days("graduation", application, Life(clock.today()))
    if objections:
        raise Objected(objections)
    named = {standing.value: graduation.lines_of(ids) for standing, ids in exceptions.items() if ids}
    return Opening(application={**application, **named})


def _open_cases_of(school_id: int, grade: str) -> list[tuple[str, str, str]]:
    """Name, process and step of every open case of status of a grade's children in attendance."""
    rows = db.session.execute(
        sa.select(Student.name, Student.id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.school_id == school_id, Enrolment.ends_on.is_(None), Enrolment.standing == Standing.ACTIVE)
        .where(graduation.of_age([grade], clock.today()))
        .where(is_held(Student.id))
        .order_by(Student.id)
    )
    found = [(name, open_case_of(student_id)) for name, student_id in rows.all()]
    return [(name, *case) for name, case in found if case]


@hooks.rehearsal("graduation")
def _rehearse_graduation(school_id: int, application: Mapping[str, Any]) -> Rehearsal:
    grades = [application["grade"]] if application.get("grade") in LAST_GRADES else LAST_GRADES
    try:
        exceptions = graduation.exceptions_of(application, school_id)
    except Refused:  # a name that means nobody: the form says so
        exceptions = {}
    return graduation.rehearse(school_id, grades, exceptions, is_held)


@hooks.act_children("graduation")
def _who_would_graduate(case: Case) -> list[ChildOfAct]:
    school, asked = case.applicant_office_id, case.application
    try:
        exceptions = graduation.exceptions_of(asked, school)
    except Refused:  # a name that means nobody by now: the decision says so
        exceptions = {}
    return graduates_to_be(school, asked["grade"], exceptions, is_held)


@hooks.precheck("roll_verification")
def open_verification(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Opening:
    """P38, once a term. Raises Objected: a class forgotten, a list that has changed, a name that means nobody."""
    year, term = term_of(clock.today())
    objections = same_open(version.key, actor.office_id)
    if verification.is_verified(actor.office_id, year, term):
        objections.append(VerifiedAlready(term=term_name(year, term)))
    if objections:
        raise Objected(objections)
    return Opening(application={**_roll_as_confirmed(application, actor.office_id), "year": year, "term": term})


@hooks.repair("roll_verification")
def _roll_repaired(version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row) -> Mapping[str, Any]:
    return _roll_as_confirmed(application, case.applicant_office_id)


def _roll_as_confirmed(application: Mapping[str, Any], school_id: int) -> dict[str, Any]:
    lists = verification.class_lists(school_id)
    listed = {key: len(children) for key, children in lists.items()}
    if objections := objections_to_roll(application["classes"], listed):
        raise Objected(objections)
    return {**application, "classes": verification.with_findings(application["classes"], lists)}


@hooks.draft("roll_verification")
def _draft_of_verification(actor: Actor) -> dict[str, Any]:
    """Every class of the school with the number on its list, to be confirmed."""
    lists = verification.class_lists(actor.office_id)
    return {
        "classes": [
            {"grade": grade, "class_number": number, "listed": len(children)}
            for (grade, number), children in lists.items()
        ]
    }


@hooks.repair("graduation")
def _graduation_repaired(
    version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row
) -> Mapping[str, Any]:
    exceptions = graduation.exceptions_of(application, case.applicant_office_id)
    return {**application, **{standing.value: graduation.lines_of(ids) for standing, ids in exceptions.items()}}


@hooks.rehearsal("promotion")
def _rehearse_promotion(school_id: int, application: Mapping[str, Any]) -> Rehearsal:
    year = application.get("year", year_entered(clock.today()))
    return promotion.rehearse(school_id, year, is_held)


@hooks.act_children("promotion")
def _who_would_go_up(case: Case) -> list[ChildOfAct]:
    year = case.application.get("year", year_entered(clock.today()))
    return promotion.who_would_go_up(case.applicant_office_id, year, is_held)


@hooks.objections_today("promotion")
def _promotion_today(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P16: out of season, unless the school has promoted already and goes on."""
    windows = _season(version, profile, actor)
    goes_on = has_promoted(actor.office_id, year_entered(clock.today()))
    return list(objections_to_season("升级", windows, clock.today(), goes_on=goes_on))


@hooks.objections_today("graduation")
def _graduation_today(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P19: out of season."""
    return list(objections_to_season("毕业", _season(version, profile, actor), clock.today()))
