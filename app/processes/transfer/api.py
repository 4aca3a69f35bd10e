"""Children for programs: found by number and name, such as by a school that prepares a transfer."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint

from app.access import Actor, actor, allow
from app.cases import operations
from app.cases.api.students import student_with_case
from app.database import db
from app.definitions.queries import current_version
from app.errors import objections_of
from app.processes.transfer.precheck import transfer_objections
from app.processes.transfer.search import child_anywhere, count_miss
from app.schools.api import GRADE, OFFICE_CODE, Grade
from app.schools.models import School
from app.students import queries as students
from app.students.api.students import STANDING, StudentJson
from app.students.queries.search import students_of
from app.web import Page, one_page, operation, read_json
from app.web.openapi import ObjectionJson

bp = Blueprint("transfer_api", __name__, url_prefix="/api/v1")

SEARCH = {
    "type": "object",
    "properties": {
        "main_number": {"type": "string", "title": "学籍主号", "format": "cn-id"},
        "name": {"type": "string", "title": "姓名", "minLength": 1, "maxLength": 36},
        "school": {**OFFICE_CODE, "title": "学校代码"},
        "grade": {**GRADE, "title": "年级"},
        "standing": {**STANDING, "title": "学籍状态"},
    },
    "required": ["name"],
}


class ChildElsewhereJson(TypedDict):
    """A child of another school, as a school preparing a transfer may know it."""

    name: str
    school: str | None
    grade: Grade | None
    objections: list[ObjectionJson]


@bp.post("/students/search")
@allow("operator", "approver")
@operation("查找学生：学籍主号加姓名，或本辖区内按姓名", body=SEARCH, refuses=(429,))
def search_students() -> Page[StudentJson] | Page[ChildElsewhereJson]:
    typed, caller = read_json(SEARCH), actor()
    if "main_number" in typed:
        return _child_anywhere(typed["main_number"], typed["name"], caller)
    rows = students_of(
        caller,
        name=typed["name"],
        school=typed.get("school"),
        grade=typed.get("grade"),
        standing=typed.get("standing"),
        limit=50,
    )
    return one_page([student_with_case(each, caller, masked=True) for each in rows])


def _child_anywhere(main_number: str, name: str, caller: Actor) -> Page[StudentJson] | Page[ChildElsewhereJson]:
    """The whole basic record to the keeper; to a school preparing a transfer only school, grade and objections."""
    child = child_anywhere(main_number, name, caller)
    if students.keeps(caller, child):
        return one_page([student_with_case(child, caller)])
    school = db.session.get(School, caller.office_id) if caller.duty == "operator" else None
    if school is None:
        count_miss(caller)
        raise students.UnknownChild(field="main_number")
    enrolment = child.open_enrolment or child.last_enrolment
    objections = transfer_objections(
        current_version("transfer", school.id), child, school, profile=operations.profile()
    )
    elsewhere: ChildElsewhereJson = {
        "name": child.name,
        "school": enrolment.school.office.name if enrolment else None,
        "grade": enrolment.grade if enrolment else None,
        "objections": [
            {"code": each.code, "detail": each.detail, "field": each.field}
            for objection in objections
            for each in objections_of(objection)
        ],
    }
    return one_page([elsewhere])
