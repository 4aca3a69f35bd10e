"""A child for programs, shown with the case that holds it."""

from __future__ import annotations

from app.access import Actor, actor, allow
from app.cases import queries
from app.cases.api.cases import bp
from app.cases.queries.coming_changes import coming_of
from app.students import queries as students
from app.students.api.students import ComingChangeJson, StudentJson, student_json, unmasked_view
from app.students.models import Student
from app.web import operation


@bp.get("/students/<int:student_id>")
@allow("operator", "approver")
@operation("一个学生的基本信息")
def show_student(student_id: int) -> StudentJson:
    student = students.student_for(actor(), student_id)
    shown = student_with_case(student, actor())
    if "*" not in shown["main_number"]:
        unmasked_view(student, actor(), "api")
    return shown


def student_with_case(student: Student, caller: Actor, *, masked: bool = False) -> StudentJson:
    """The child as programs read it, with the case that holds it and what is to come for it."""
    first = next(iter(coming_of(student.id, caller)), None)
    coming = (
        ComingChangeJson(case=first.number, process=first.process, on=first.takes_effect_on.isoformat())
        if first
        else None
    )
    open_case = queries.open_case_number(student.id, caller)
    return student_json(student, caller, open_case=open_case, coming=coming, masked=masked)
