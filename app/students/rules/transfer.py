"""May this be? Pure answers about the record: every objection at once, each with its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from app import clock
from app.errors import Refused
from app.schools.models import GRADES, Quota, School, Stage, stage_of
from app.schools.rules import PROVINCE, NoSeat, home_area, in_area
from app.students.models import STANDING_NAMES, Enrolment, Standing, Student
from app.students.rules.children import ContestedRecord, OpenCase
from app.students.rules.request import NothingChanges
from app.students.rules.seasons import spans_of
from app.students.rules.transitions import NotInThisStanding


class SuspendedNow(Refused):
    code = "E-SUS"
    text = "休学期间不办理转学，请先办理复学。"


class NotEnrolled(NotInThisStanding):
    text = "该生学籍状态为“{standing}”，不能办理转学。"


class SameSchool(NothingChanges):
    text = "该生已在本校就读，无须转学。"


class KeptHere(Refused):
    """Reinstatement is for the school that keeps the archive itself."""

    code = "E-ARCH-03"
    text = "该生的电子学籍档案由本校保管，请办理学籍恢复。"


class WrongGrade(Refused):
    """The child's grade cannot be attended there; subclasses say why."""

    code = "E-GRADE"


class GradeChanges(WrongGrade):
    text = "转学不得变更就读年级：该生现读{present}。"


class StageNotTaught(WrongGrade):
    text = "转入学校没有{present}，不能接收该生。"


class WindowClosed(Refused):
    code = "E-WIN"
    text = "当前不在转学受理时段{windows}。"


class FirstTerm(Refused):
    code = "E-FIRST"
    text = "各学段起始年级第一学期不得转学。"


class UnlikeSchools(Refused):
    code = "E-TRS-1"
    text = "高中转学须在同等同类学校之间进行。"


class PublicAndPrivate(Refused):
    code = "E-TRS-2"
    text = "公办与民办高中之间原则上不得互转。"


class SameArea(Refused):
    code = "E-TRS-3"
    text = "同一县（市、区）或同一招生区域内的高中原则上不得转学。"


def objections_to_transfer(
    student: Student,
    enrolment: Enrolment | None,
    to_school: School,
    *,
    quota: Quota | None,
    policy: Mapping[str, Any],
    open_case: tuple[str, str] | None,
    grade: str | None,
    on: dt.date,
    reopens: bool = False,
    scope_of: Callable[[int], Collection[str]] = lambda _school: (),
) -> list[Refused]:
    """Everything that stands against moving this child to that school on that day.

    enrolment -- the open one, else the last, None without any; quota -- of the child's cohort at the new school;
    policy -- the row of `transfer_rules` with `window_list`; open_case -- process and step of a case that holds
    the child; grade -- as typed, None when it follows the child; reopens -- a child who has left is taken in again,
    into that grade, so quota is of that cohort; scope_of -- the divisions from which a school recruits, by its id;
    none while its superior has set nothing.
    """
    objections: list[Refused] = []
    if open_case:
        objections.append(OpenCase(process=open_case[0], step=open_case[1]))
    if student.contested:
        objections.append(ContestedRecord())
    if reopens and enrolment is not None and enrolment.ends_on is not None:
        return [*objections, *_about_reopening(student, enrolment, to_school, quota=quota, grade=grade or "")]
    if enrolment is None or enrolment.ends_on is not None:
        objections.append(NotEnrolled(standing=STANDING_NAMES[enrolment.standing] if enrolment else "无学籍"))
        return objections
    if enrolment.standing is Standing.SUSPENDED:
        objections.append(SuspendedNow())
    objections.extend(_about_the_place(enrolment, to_school, quota=quota, grade=grade))
    objections.extend(_about_the_time(enrolment, policy, on))
    if policy["senior_rules"] and enrolment.stage is Stage.SENIOR:
        objections.extend(_about_senior_schools(enrolment.school, to_school, scope_of))
    return objections


#: a child who has left so may be taken in again; graduates enter the next stage instead
REOPENED = (Standing.WITHDRAWN, Standing.ABROAD, Standing.LEFT_EARLY, Standing.CLOSED, Standing.TRANSFERRED)


def _about_reopening(
    student: Student, enrolment: Enrolment, to_school: School, *, quota: Quota | None, grade: str
) -> Iterator[Refused]:
    if enrolment.standing not in REOPENED or student.archive is None:
        yield NotEnrolled(standing=STANDING_NAMES[enrolment.standing])
    elif student.archive.custodian_id == to_school.id:
        yield KeptHere()
    elif not to_school.teaches(stage_of(grade)):
        yield StageNotTaught(present=GRADES[grade], field="grade")
    elif quota is None or quota.free < 1:
        yield NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _about_the_place(
    enrolment: Enrolment, to_school: School, *, quota: Quota | None, grade: str | None
) -> Iterator[Refused]:
    present = GRADES[enrolment.grade]
    if enrolment.school_id == to_school.id:
        yield SameSchool(field="to_school")
    if grade is not None and grade != enrolment.grade:
        yield GradeChanges(present=present, field="grade")
    if not to_school.teaches(enrolment.stage):
        yield StageNotTaught(present=present, field="to_school")
    elif enrolment.school_id != to_school.id and (quota is None or quota.free < 1):
        yield NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _about_the_time(enrolment: Enrolment, policy: Mapping[str, Any], on: dt.date) -> Iterator[Refused]:
    windows: Sequence[Mapping[str, str]] = policy.get("window_list", ())
    if policy["windows"] and not any(window["opens"] <= f"{on:%m-%d}" <= window["closes"] for window in windows):
        yield WindowClosed(windows=f"（{spans_of(windows)}）" if windows else "")
    first_term = on < dt.date(clock.school_year(on) + 1, 2, 1)
    if policy["first_term"] and enrolment.grade in ("11", "21", "31") and first_term:
        yield FirstTerm()


def _about_senior_schools(
    from_school: School, to_school: School, scope_of: Callable[[int], Collection[str]]
) -> Iterator[Refused]:
    if from_school.tier != to_school.tier:
        yield UnlikeSchools()
    if from_school.ownership is not to_school.ownership:
        yield PublicAndPrivate()
    if _share_an_area(from_school, to_school, scope_of):
        yield SameArea()


def _share_an_area(one: School, other: School, scope_of: Callable[[int], Collection[str]]) -> bool:
    """In one county, or one recruits where the other stands: a city's school from its whole city, a private one from
    all that its superior has set. A school that recruits from the whole province shares an area with its county alone.
    """
    areas = {each.id: {*(scope_of(each.id) or home_area(each.office))} - {PROVINCE} for each in (one, other)}
    return (
        one.office.division_code == other.office.division_code
        or in_area(one.office, areas[other.id])
        or in_area(other.office, areas[one.id])
    )
