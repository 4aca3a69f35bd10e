"""Children for programs: found by number and name, shown with the case that holds them."""

from __future__ import annotations

from typing import Any

from flask import jsonify

from app.access import Actor, actor, allow
from app.cases import operations, queries
from app.cases.api import bp
from app.cases.openings import transfer_objections
from app.database import db
from app.errors import objections_of
from app.interface import operation, read_json
from app.processes.queries import current_edition
from app.schools.models import School
from app.students import queries as students
from app.students.api import student_json, unmasked_view

SEARCH = {
    "type": "object",
    "properties": {
        "main_number": {"type": "string", "title": "学籍主号", "format": "cn-id"},
        "name": {"type": "string", "title": "姓名", "minLength": 1, "maxLength": 36},
        "school": {"type": "string", "title": "学校代码", "maxLength": 12},
        "grade": {"type": "string", "title": "年级", "maxLength": 2},
        "standing": {"type": "string", "title": "学籍状态", "maxLength": 20},
    },
    "required": ["name"],
}


@bp.post("/students/search")
@allow("operator", "approver")
@operation("查找学生：学籍主号加姓名，或本辖区内按姓名", body=SEARCH)
def search_students() -> Any:
    typed, caller = read_json(SEARCH), actor()
    if "main_number" in typed:
        return jsonify(items=[_child_anywhere(typed["main_number"], typed["name"], caller)], next=None)
    rows = students.students_of(
        caller,
        name=typed["name"],
        school=typed.get("school"),
        grade=typed.get("grade"),
        standing=typed.get("standing"),
        limit=50,
    )
    items = [student_json(each, caller, open_case=queries.open_case_number(each.id)) for each in rows]
    for item in items:
        item["main_number"] = next(each.main_number_masked for each in rows if each.id == item["id"])
    return jsonify(items=items, next=None)


def _child_anywhere(main_number: str, name: str, caller: Actor) -> dict[str, Any]:
    """The whole basic record to the keeper; to a school preparing a transfer only school, grade and objections."""
    child = students.child_by_number(main_number, name)
    if students.keeps(caller, child):
        return student_json(child, caller, open_case=queries.open_case_number(child.id))
    school = db.session.get(School, caller.office_id) if caller.duty == "operator" else None
    if school is None:
        raise students.UnknownChild(field="main_number")
    enrolment = child.open_enrolment or child.last_enrolment
    objections = transfer_objections(current_edition("transfer"), child, school, profile=operations.profile())
    return {
        "name": child.name,
        "school": enrolment.school.office.name if enrolment else None,
        "grade": enrolment.grade if enrolment else None,
        "objections": [
            {"code": each.code, "detail": each.detail, "field": each.field}
            for objection in objections
            for each in objections_of(objection)
        ],
    }


@bp.get("/students/<int:student_id>")
@allow("operator", "approver")
@operation("一个学生的基本信息")
def show_student(student_id: int) -> Any:
    student = students.student_for(actor(), student_id)
    shown = student_json(student, actor(), open_case=queries.open_case_number(student.id))
    if "*" not in shown["main_number"]:
        unmasked_view(student, actor(), "api")
    return jsonify(shown)
