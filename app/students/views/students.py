"""The student's record: enrolments, changes, directives, archive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for

from app.access import Actor, actor, allow
from app.database import transaction
from app.divisions.models import BUREAUS
from app.schools.models import GRADES
from app.schools.queries import grades_at
from app.students import operations, queries
from app.students.models import CHANGE_NAMES, STANDING_NAMES, NumberKind, Standing, Student
from app.students.models.cohorts import CERTIFICATE_NAMES
from app.students.models.contests import CONTEST_NAMES
from app.students.models.sections import SECTION_NAMES
from app.students.presenters import members_of, particulars_of, whereabouts_of
from app.students.queries.directives import directives_for
from app.students.queries.roll import schools_of
from app.students.queries.search import students_listed
from app.students.queries.traces import traces_of
from app.students.rules import permissions
from app.students.rules.permissions import BELOW_THE_PROVINCE
from app.web import add_menu, encode_cursor
from app.web.pagination import decode_cursor

bp = Blueprint("students", __name__, template_folder="../templates")
NUMBER_NAMES = {
    NumberKind.STAGE: "学籍辅号",
    NumberKind.NATIONAL: "全国学籍号",
    NumberKind.CARD: "义务教育卡号",
    NumberKind.FORMER_MAIN: "原学籍主号",
}
add_menu("学籍", "学生", "students.index", ("operator", "approver"))
add_menu("学籍", "花名册", "roll.index", ("operator", "approver"), kinds=BELOW_THE_PROVINCE)
add_menu("学籍", "批量上传照片", "papers.ask_photos", ("operator",), kinds=("school",))
PAGE = 20
MOST_DIRECTIVES = 100  # of one child
#: what a package above knows to come for a child and a reader: rows of `takes_effect_on`, `number`, `process`
Coming = Callable[[int, Actor], Sequence[Any]]
_coming: dict[str, Coming] = {}


def tell_what_comes(package: str, reader: Coming) -> None:
    """Let a child's page show what that package knows to come."""
    _coming[package] = reader


#: what a package above knows to be going on about a child, for a reader: rows of `process`, `step`, `number`
Open = Callable[[int, Actor], Sequence[Any]]
_open: dict[str, Open] = {}


def tell_what_is_open(package: str, reader: Open) -> None:
    """Let a child's page show what that package knows to be going on."""
    _open[package] = reader


#: what a package above knows of the cases behind changes: their numbers by id, of those that the reader may open
Numbers = Callable[[Collection[int], Actor], Mapping[int, str]]
_numbers: dict[str, Numbers] = {}


def tell_numbers_of_cases(package: str, reader: Numbers) -> None:
    """Let a child's page lead from each change to the case that made it."""
    _numbers[package] = reader


@bp.get("/students")
@allow("operator", "approver")
def index() -> Any:
    wanted = {name: request.args.get(name, "").strip()[:60] for name in ("q", "grade", "school", "standing")}
    if wanted["standing"] not in {*Standing}:
        wanted["standing"] = ""
    asked: dict[str, Any] = {name: value or None for name, value in wanted.items()}
    after: Any = decode_cursor(int, int)
    rows = students_listed(actor(), **asked, after=after, limit=PAGE + 1)
    following = encode_cursor(rows[PAGE - 1].place) if len(rows) > PAGE else None
    return render_template(
        "students/list.html",
        students=[each.student for each in rows[:PAGE]],
        grades=GRADES,
        offered_grades=grades_at(actor().office_id),
        standings=STANDING_NAMES,
        wanted=wanted,
        filtered=any(wanted.values()),
        # those of a whole province are too many to choose from
        schools=schools_of(actor()) if actor().office_kind in BUREAUS else [],
        next=url_for("students.index", cursor=following, **asked) if following else None,
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
    if refusal := permissions.why_not_see_in_full(actor(), kept=queries.keeps(actor(), student)):
        raise refusal
    with transaction():
        number = operations.see_unmasked(student, actor=actor(), where="page")
    flash("本次查看完整号码已记入日志。", "info")
    return _page(student_id, number)


def _page(student_id: int, number: str | None) -> str:
    caller = actor()
    student = queries.student_for(caller, student_id)
    keeper = queries.keeps(caller, student)
    changes = queries.changes_of(student_id)
    directives = directives_for(caller, student=student_id, limit=MOST_DIRECTIVES)
    beyond_basic = permissions.why_not_see_in_full(caller, kept=keeper) is None
    there, enrolment = traces_of(student_id), student.open_enrolment
    school_id, standing = (enrolment.school_id, enrolment.standing) if enrolment else (None, None)
    return render_template(
        "students/student.html",
        may_apply=_may_apply(student),
        student=student,
        number=number or student.main_number_masked,
        unmasked=number is not None,
        keeper=beyond_basic,
        contest=queries.open_contest_of(student_id) if student.contested else None,
        merged_into=queries.kept_record(student) if student.merged_into_id else None,
        may_contest=permissions.why_not_mark(caller, kept=keeper) is None,
        may_keep_photo=permissions.why_not_keep_photo(caller, school_id=school_id) is None,
        may_issue_proof=permissions.why_not_issue_proof(caller, school_id=school_id, standing=standing) is None,
        contest_names=CONTEST_NAMES,
        contest_kinds=[{"const": each.value, "title": name} for each, name in CONTEST_NAMES.items()],
        changes=changes,
        case_numbers={
            case_id: number
            for reader in _numbers.values()
            for case_id, number in reader({each.case_id for each in changes}, caller).items()
        },
        coming=[each for reader in _coming.values() for each in reader(student_id, caller)],
        open_cases=[each for reader in _open.values() for each in reader(student_id, caller)],
        directives=directives,
        particulars=[*whereabouts_of(student), *particulars_of(student)] if beyond_basic else [],
        family=members_of(student) if beyond_basic else [],
        suspensions=queries.suspensions_of(student_id) if there.suspensions and beyond_basic else [],
        photo=queries.photo_of(student_id) if there.photo and beyond_basic else None,
        proofs=queries.proofs_of(student_id) if there.proofs and beyond_basic else [],
        entries=student.archive.entries if there.entries and student.archive and beyond_basic else [],
        sections=SECTION_NAMES,
        change_names=CHANGE_NAMES,
        grades=GRADES,
        standings=STANDING_NAMES,
        numbers=numbers_of(student, unmasked=number is not None),
        custody=queries.custody_of(student),
        certificates=queries.certificates_of(student, revoked=True) if there.certificates else [],
        certificate_names=CERTIFICATE_NAMES,
    )


def numbers_of(student: Student, *, unmasked: bool) -> list[tuple[str, str]]:
    """A child's numbers in words: those that hold an identity number masked, unless somebody may see them."""
    return [
        (
            f"原{NUMBER_NAMES[each.kind]}"
            if each.kind is NumberKind.NATIONAL and each.valid_until
            else NUMBER_NAMES[each.kind],
            each.in_full if unmasked else each.shown,
        )
        for each in student.numbers
    ]


def _may_apply(student: Any) -> bool:
    """True for an operator of the school where the child is, or last was."""
    enrolment = student.open_enrolment or student.last_enrolment
    return actor().duty == "operator" and enrolment is not None and enrolment.school_id == actor().office_id
