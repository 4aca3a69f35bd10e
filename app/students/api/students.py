"""The record, for programs: basic data within the caller's jurisdiction."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypedDict

from flask import Blueprint

from app.access import Actor, actor, allow
from app.database import transaction
from app.divisions.rules.provinces import PROVINCES
from app.schools.api import GRADE, OFFICE_CODE, Grade, OfficeJson, office_json
from app.students import operations, queries
from app.students.models import CHANGE_NAMES, Change, NumberKind, Sex, Standing, Student
from app.students.models.cohorts import CertificateKind
from app.students.models.contests import ContestKind
from app.students.operations import contests
from app.students.queries.search import students_listed
from app.students.rules.permissions import why_not_see_in_full
from app.web import Asked, Day, Page, one_page, operation, page_of, read_json

bp = Blueprint("students_api", __name__, url_prefix="/api/v1")

STANDING = {"type": "string", "enum": list(Standing), "description": "学籍状态"}


class NumberJson(TypedDict):
    """学籍辅号 and others; what holds an identity number is masked as the main number is. One that ended has a day."""

    kind: NumberKind
    value: str
    until: Day | None


class EnrolmentJson(TypedDict):
    """学籍: one tie to one school, from a day until a day."""

    epoch: int
    school: OfficeJson
    grade: Grade
    standing: Standing
    starts_on: Day
    ends_on: Day | None


class LeftToJson(TypedDict):
    """The province that keeps the archive of a child who has left for it."""

    code: str
    name: str


class ArchiveJson(TypedDict):
    """电子学籍档案, by whoever keeps it; once it has gone to another province the custodian here keeps a copy."""

    custodian: OfficeJson
    awaits_progression: bool
    left_to: LeftToJson | None


class CertificateJson(TypedDict):
    """毕业、结业或肄业证书."""

    kind: CertificateKind
    number: str


class ComingChangeJson(TypedDict):
    """待生效变动: a change that has been agreed to for a later day, and the case it waits in."""

    case: str
    process: str
    on: Day


class StudentJson(TypedDict):
    """The basic record; the main number in full only for the keeper and its superiors, else masked."""

    id: int
    name: str
    sex: Sex
    born_on: Day
    main_number: str
    numbers: list[NumberJson]
    enrolments: list[EnrolmentJson]
    contested: bool
    merged_into: int | None
    archive: ArchiveJson | None
    certificates: list[CertificateJson]
    open_case: str | None
    coming: ComingChangeJson | None


class StudentLineJson(TypedDict):
    """One line of a list of children."""

    id: int
    name: str
    main_number: str
    school: str | None
    grade: Grade | None
    standing: Standing | None


class ContestedJson(TypedDict):
    """A record that is in doubt from now on."""

    student: int
    kind: ContestKind
    contested: Literal[True]


class ChangeJson(TypedDict):
    """学籍异动, with the entry it takes back and the one that took it back (反向更正)."""

    id: int
    code: str
    name: str
    epoch: int
    school: str
    effective_on: Day
    reverses: int | None
    reversed_by: int | None


def student_json(
    student: Student, caller: Actor, *, open_case: str | None, coming: ComingChangeJson | None, masked: bool = False
) -> StudentJson:
    """The basic record; numbers that hold an identity number in full only for the keeper and its superiors.

    masked -- for nobody: in a list, which is no reason to see them;
    open_case -- the number of the case that holds the child; coming -- what it has agreed to for a later day.
    """
    keeper = why_not_see_in_full(caller, kept=queries.keeps(caller, student)) is None
    unmasked = keeper and not masked
    archive = student.archive
    return {
        "id": student.id,
        "name": student.name,
        "sex": student.sex,
        "born_on": student.born_on.isoformat(),
        "main_number": student.main_number if unmasked else student.main_number_masked,
        "numbers": [
            {"kind": each.kind, "value": each.in_full if unmasked else each.shown, "until": _day(each.valid_until)}
            for each in student.numbers
        ],
        "enrolments": [
            {
                "epoch": each.epoch,
                "school": office_json(each.school.office, each.school),
                "grade": each.grade,
                "standing": each.standing,
                "starts_on": each.starts_on.isoformat(),
                "ends_on": _day(each.ends_on),
            }
            for each in student.enrolments
        ],
        "contested": student.contested,
        "merged_into": student.merged_into_id,
        "archive": {
            "custodian": office_json(archive.custodian, None),
            "awaits_progression": student.awaits_progression,
            "left_to": {"code": archive.left_to, "name": PROVINCES[archive.left_to]} if archive.left_to else None,
        }
        if archive
        else None,
        "certificates": [{"kind": each.kind, "number": each.number} for each in queries.certificates_of(student)],
        "open_case": open_case,
        "coming": coming,
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


@bp.get("/students")
@allow("operator", "approver")
@operation(
    "管辖范围内的学生",
    query={
        "school": OFFICE_CODE,
        "grade": GRADE,
        "standing": STANDING,
        "name": {"type": "string", "maxLength": 60, "description": "完整姓名"},
        "q": {"type": "string", "maxLength": 60, "description": "姓名的一部分、拼音首字母或完整号码"},
    },
    cursor=(int, int),
)
def list_students(asked: Asked) -> Page[StudentLineJson]:
    rows = students_listed(
        actor(),
        q=asked.get("q"),
        school=asked.get("school"),
        grade=asked.get("grade"),
        standing=asked.get("standing"),
        name=asked.get("name"),
        after=asked["after"],
        limit=asked["limit"] + 1,
    )
    return page_of(rows, asked["limit"], lambda each: _line(each.student), lambda each: each.place)


def _line(student: Student) -> StudentLineJson:
    """One line of a list: numbers stay masked, a list is no reason to see them."""
    enrolment = student.open_enrolment or student.last_enrolment
    return {
        "id": student.id,
        "name": student.name,
        "main_number": student.main_number_masked,
        "school": enrolment.school.office.code if enrolment else None,
        "grade": enrolment.grade if enrolment else None,
        "standing": enrolment.standing if enrolment else None,
    }


def unmasked_view(student: Student, caller: Actor, where: str) -> None:
    """Write down that somebody saw a number in full."""
    if why_not_see_in_full(caller, kept=queries.keeps(caller, student)) is None:
        with transaction():
            operations.see_unmasked(student, actor=caller, where=where)


CONTEST = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "title": "问题类别", "enum": list(ContestKind)},
        "explanation": contests.EXPLANATION,
        "other": {
            "type": "object",
            "title": "疑似重复的另一学籍",
            "properties": {
                "main_number": {"type": "string", "title": "学籍主号", "format": "cn-id"},
                "name": {"type": "string", "title": "姓名", "minLength": 1, "maxLength": 36},
            },
            "required": ["main_number", "name"],
        },
    },
    "required": ["kind", "explanation"],
}


@bp.post("/students/<int:student_id>/contest")
@allow("operator")
@operation("标记为问题学籍", body=CONTEST, status=201)
def contest_student(student_id: int) -> ContestedJson:
    typed, caller = read_json(CONTEST), actor()
    with transaction():
        student, named = queries.student_for(caller, student_id), typed.get("other")
        other = queries.child_by_number(named["main_number"], named["name"]) if named else None
        contests.mark(student, typed["kind"], typed["explanation"], other, actor=caller)
    return {"student": student_id, "kind": ContestKind(typed["kind"]), "contested": True}


@bp.get("/students/<int:student_id>/changes")
@allow("operator", "approver")
@operation("一个学生的学籍异动")
def list_changes(student_id: int) -> Page[ChangeJson]:
    """Oldest first."""
    student = queries.student_for(actor(), student_id)
    return one_page([_change_json(each) for each in queries.changes_of(student.id)])


def _change_json(each: Change) -> ChangeJson:
    return {
        "id": each.id,
        "code": each.code,
        "name": CHANGE_NAMES.get(each.code, each.code),
        "epoch": each.epoch,
        "school": each.school.office.code,
        "effective_on": each.effective_on.isoformat(),
        "reverses": each.reverses_id,
        "reversed_by": each.reversed_by.id if each.reversed_by else None,
    }
