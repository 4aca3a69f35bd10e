"""The record, for programs: basic data within the caller's jurisdiction."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from app.access import Actor, actor, allow
from app.database import transaction
from app.errors import InvalidInput
from app.interface import after_id, encode_cursor, limit_argument, operation, read_json
from app.schools.api import office_json
from app.students import operations, queries
from app.students.contests import ContestKind
from app.students.models import CHANGE_NAMES, Standing, Student
from app.students.operations import contests

bp = Blueprint("students_api", __name__, url_prefix="/api/v1")


def student_json(student: Student, caller: Actor, *, open_case: str | None) -> dict[str, Any]:
    """The basic record; the main number in full only for the keeper and its superiors."""
    unmasked = queries.keeps(caller, student) and caller.office_kind in ("school", "county", "zone", "city")
    archive = student.archive
    return {
        "id": student.id,
        "name": student.name,
        "sex": student.sex.value,
        "born_on": student.born_on.isoformat(),
        "main_number": student.main_number if unmasked else student.main_number_masked,
        "numbers": [{"kind": each.kind.value, "value": each.value} for each in student.numbers],
        "enrolments": [
            {
                "epoch": each.epoch,
                "school": office_json(each.school.office, each.school),
                "grade": each.grade,
                "standing": each.standing.value,
                "starts_on": each.starts_on.isoformat(),
                "ends_on": each.ends_on.isoformat() if each.ends_on else None,
            }
            for each in student.enrolments
        ],
        "contested": student.contested,
        "merged_into": student.merged_into_id,
        "archive": {
            "custodian": office_json(archive.custodian, None),
            "awaits_progression": student.awaits_progression,
        }
        if archive
        else None,
        "certificates": [{"kind": each.kind.value, "number": each.number} for each in queries.certificates_of(student)],
        "open_case": open_case,
    }


@bp.get("/students")
@allow("operator", "approver")
@operation("管辖范围内的学生", query=("school", "grade", "standing", "limit", "cursor"))
def students() -> Any:
    standing, limit = request.args.get("standing"), limit_argument()
    if standing and standing not in set(Standing):
        raise InvalidInput(sentence="standing 不在可选范围内。", field="standing")
    rows = queries.students_of(
        actor(),
        school=request.args.get("school"),
        grade=request.args.get("grade"),
        standing=standing,
        name=request.args.get("name"),
        after=after_id(),
        limit=limit + 1,
    )
    return jsonify(
        items=[_brief(each, actor()) for each in rows[:limit]],
        next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    )


def _brief(student: Student, caller: Actor) -> dict[str, Any]:
    """One line of a list: numbers stay masked, a list is no reason to see them."""
    enrolment = student.open_enrolment or student.last_enrolment
    return {
        "id": student.id,
        "name": student.name,
        "main_number": student.main_number_masked,
        "school": enrolment.school.office.code if enrolment else None,
        "grade": enrolment.grade if enrolment else None,
        "standing": enrolment.standing.value if enrolment else None,
    }


def unmasked_view(student: Student, caller: Actor, where: str) -> None:
    """Write down that somebody saw a number in full."""
    if queries.keeps(caller, student):
        with transaction():
            operations.see_unmasked(student, actor=caller, where=where)


CONTEST = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "title": "问题类别", "enum": [each.value for each in ContestKind]},
        "explanation": {
            "type": "string",
            "title": "情况说明",
            "minLength": 1,
            "maxLength": 500,
            "x-widget": "textarea",
        },
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
def contest(student_id: int) -> Any:
    typed, caller = read_json(CONTEST), actor()
    with transaction():
        student, named = queries.student_for(caller, student_id), typed.get("other")
        other = queries.child_by_number(named["main_number"], named["name"]) if named else None
        contests.mark(student, typed["kind"], typed["explanation"], other, actor=caller)
    return jsonify(student=student_id, kind=typed["kind"], contested=True), 201


@bp.get("/students/<int:student_id>/changes")
@allow("operator", "approver")
@operation("一个学生的学籍异动")
def changes(student_id: int) -> Any:
    """Oldest first, each with the entry it takes back and the one that took it back (反向更正)."""
    student = queries.student_for(actor(), student_id)
    items = [
        {
            "id": each.id,
            "code": each.code,
            "name": CHANGE_NAMES.get(each.code, each.code),
            "epoch": each.epoch,
            "school": each.school.office.code,
            "effective_on": each.effective_on.isoformat(),
            "reverses": each.reverses_id,
            "reversed_by": each.reversed_by.id if each.reversed_by else None,
        }
        for each in queries.changes_of(student.id)
    ]
    return jsonify(items=items, next=None)
