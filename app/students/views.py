"""The student's record: enrolments, changes, directives, archive."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, render_template, request, url_for

from app.access import actor, allow, require
from app.database import db, transaction
from app.interface import add_menu, encode_cursor
from app.interface.lists import after_id
from app.schools.models import GRADES
from app.students import operations, queries
from app.students.cohorts import CERTIFICATE_NAMES
from app.students.contests import CONTEST_NAMES
from app.students.models import CHANGE_NAMES, SECTION_NAMES, STANDING_NAMES, Directive, NumberKind

bp = Blueprint("students", __name__, template_folder="templates")
NUMBER_NAMES = {
    NumberKind.STAGE: "学籍辅号",
    NumberKind.NATIONAL: "全国学籍号",
    NumberKind.CARD: "义务教育卡号",
    NumberKind.FORMER_MAIN: "原学籍主号（摘要）",
}
add_menu("学籍", "学生", "students.index", ("operator", "approver"))
add_menu("学籍", "花名册", "roll.index", ("operator", "approver"), kinds=("school", "county", "zone", "city"))
add_menu("学籍", "批量上传照片", "papers.ask_photos", ("operator",), kinds=("school",))
PAGE = 20


@bp.get("/students")
@allow("operator", "approver")
def index() -> Any:
    q, grade, school = (request.args.get(name, "").strip() for name in ("q", "grade", "school"))
    rows = queries.students_of(
        actor(), name=q or None, grade=grade or None, school=school or None, after=after_id(), limit=PAGE + 1
    )
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "students/list.html",
        students=rows[:PAGE],
        grades=GRADES,
        standings=STANDING_NAMES,
        wanted={"q": q, "grade": grade, "school": school},
        next=url_for("students.index", cursor=following, q=q or None, grade=grade or None, school=school or None)
        if following
        else None,
    )


@bp.get("/students/<int:student_id>")
@allow("operator", "approver")
def show(student_id: int) -> Any:
    return _page(student_id, None)


@bp.post("/students/<int:student_id>/unmask")
@allow("operator", "approver")
def unmask(student_id: int) -> Any:
    """Show the main number in full, once, to whoever keeps the child; it is written down."""
    student = queries.student_for(actor(), student_id)
    require(queries.keeps(actor(), student) and actor().office_kind != "province")
    with transaction():
        number = operations.see_unmasked(student, actor=actor(), where="page")
    flash("本次查看完整号码已记入日志。", "info")
    return _page(student_id, number)


def _page(student_id: int, number: str | None) -> str:
    caller = actor()
    student = queries.student_for(caller, student_id)
    keeper = queries.keeps(caller, student)
    changes = queries.changes_of(student_id)
    directives = db.session.scalars(
        sa.select(Directive).where(Directive.student_id == student_id).order_by(Directive.id)
    ).all()
    beyond_basic = keeper and caller.office_kind != "province"
    return render_template(
        "students/student.html",
        may_apply=_may_apply(student),
        student=student,
        number=number or student.main_number_masked,
        unmasked=number is not None,
        keeper=beyond_basic,
        contest=queries.open_contest_of(student_id) if student.contested else None,
        merged_into=queries.kept_record(student) if student.merged_into_id else None,
        may_contest=keeper and caller.duty == "operator",
        contest_names=CONTEST_NAMES,
        contest_kinds=[{"const": each.value, "title": name} for each, name in CONTEST_NAMES.items()],
        changes=changes,
        directives=directives,
        suspensions=queries.suspensions_of(student_id) if beyond_basic else [],
        photo=queries.photo_of(student_id) if beyond_basic else None,
        proofs=queries.proofs_of(student_id) if beyond_basic else [],
        entries=student.archive.entries if student.archive and beyond_basic else [],
        sections=SECTION_NAMES,
        change_names=CHANGE_NAMES,
        grades=GRADES,
        standings=STANDING_NAMES,
        number_names=NUMBER_NAMES,
        certificates=queries.certificates_of(student),
        certificate_names=CERTIFICATE_NAMES,
    )


def _may_apply(student: Any) -> bool:
    """True for an operator of the school where the child is, or last was."""
    enrolment = student.open_enrolment or student.last_enrolment
    return actor().duty == "operator" and enrolment is not None and enrolment.school_id == actor().office_id
