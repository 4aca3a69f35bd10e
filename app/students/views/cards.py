"""学籍卡片: of one child on paper and as PDF, of a whole class as one PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, url_for

from app import audit, clock, file_store
from app.access import actor, allow
from app.database import transaction
from app.divisions.models import Office
from app.divisions.rules.gazetteer import division_name
from app.errors import InvalidInput
from app.schools.models import GRADES
from app.students import operations, queries
from app.students.models import CHANGE_NAMES, STANDING_NAMES, Change, NumberKind, Student
from app.students.presenters import SEXES, members_of, particulars_of
from app.students.queries import cards
from app.students.queries.cards import MOST_CARDS
from app.students.rules.ethnic_groups import ethnic_group
from app.students.views.papers import FORMS, bp
from app.students.views.roll import bp as roll
from app.students.views.roll import wanted_of_query
from app.web.formatting import day, given_out, moment
from app.web.pdf import PDF, typeset


@bp.get("/students/<int:student_id>/card")
@allow("operator", "approver")
def card(student_id: int) -> Any:
    """学籍卡片, for the keeper and the bureaus above; it shows the number in full, and that is written down."""
    student = queries.student_kept(actor(), student_id)
    shown = _card_of(student, queries.changes_of(student_id))
    if queries.photo_of(student_id):
        shown["photo"] = url_for("papers.photo", student_id=student_id)
    _write_down([student])
    return render_template(
        "students/papers/card.html",
        back=url_for("students.show", student_id=student_id),
        card=shown,
        student_id=student_id,
    )


@bp.get("/students/<int:student_id>/card.pdf")
@allow("operator", "approver")
def card_pdf(student_id: int) -> Any:
    content = pdf_of([queries.student_kept(actor(), student_id)])
    return given_out(f"学籍卡片-{student_id}.pdf", PDF, content)


@roll.get("/cards.pdf")
@allow("operator", "approver")
def cards_pdf() -> Any:
    """The cards of a class in one file, for its school and the bureaus above it."""
    wanted = wanted_of_query()
    content = pdf_of_class(wanted.school, wanted.grade, wanted.school_class)
    name = f"学籍卡片-{wanted.school.code}-{GRADES[wanted.grade or '']}{wanted.school_class}班.pdf"
    return given_out(name, PDF, content)


def pdf_of_class(school: Office, grade: str | None, school_class: int | None) -> bytes:
    """The cards of a class, which the caller must answer for. Raises InvalidInput where none or too many are meant."""
    if grade is None or school_class is None:
        raise InvalidInput(sentence="请选择年级和班级。", field="class")
    students = cards.children_of_class(school.id, grade, school_class, limit=MOST_CARDS + 1)
    if not students:
        raise InvalidInput(sentence="该班没有在册学生，没有可打印的学籍卡片。", field="class")
    if len(students) > MOST_CARDS:
        raise InvalidInput(
            sentence=f"该班在册学生超过 {MOST_CARDS} 人，不能一次打印，请逐人打印学籍卡片。", field="class"
        )
    return pdf_of(students, of_class=(school.code, grade, school_class))


def pdf_of(students: Sequence[Student], *, of_class: tuple[str, str, int] | None = None) -> bytes:
    """The cards of these children, in one file; that their numbers were shown in full is written down of each."""
    ids = [each.id for each in students]
    changes, photos = cards.changes_of_each(ids), cards.photos_of(ids)
    shown, pictures = [], {}
    for student in students:
        one = _card_of(student, changes[student.id])
        if digest := photos.get(student.id):
            one["picture"] = f"{student.id}.svg"
            pictures[one["picture"]] = file_store.fetch(digest)
        shown.append(one)
    printed = f"{actor().office_name}　{actor().name}　打印于 {moment(clock.now())}"
    _write_down(students, of_class)
    return typeset(FORMS / "card.typ", {"cards": shown, "printed": printed}, pictures)


def _write_down(students: Sequence[Student], of_class: tuple[str, str, int] | None = None) -> None:
    """Printing is an act, and so is every look at a number in full."""
    with transaction():
        for each in students:
            operations.see_unmasked(each, actor=actor(), where="card")
        if of_class:
            code, grade, number = of_class
            after = {"paper": "cards", "grade": grade, "class": number, "count": len(students)}
            audit.record("papers/print", f"school:{code}", actor=actor(), after=after)


def _card_of(student: Student, changes: Sequence[Change]) -> dict[str, Any]:
    """What stands on a child's card, as plain texts."""
    enrolment = student.open_enrolment or student.last_enrolment
    numbers = {each.kind: each.in_full for each in student.numbers if each.valid_until is None}
    members = members_of(student)
    return {
        "name": student.name,
        "sex": SEXES[student.sex.value],
        "born_on": day(student.born_on),
        "main_number": student.main_number,
        "ethnic_group": ethnic_group(student.ethnic_group),
        "stage_number": numbers.get(NumberKind.STAGE, ""),
        "national_number": numbers.get(NumberKind.NATIONAL, ""),
        "address": str((student.particulars or {}).get("address", "")),
        "household": division_name(student.household_division),
        "particulars": [list(pair) for pair in particulars_of(student)],
        "school": enrolment.school.office.name if enrolment else "",
        "class": _class_name(enrolment) if enrolment else "",
        "standing": STANDING_NAMES[enrolment.standing] if enrolment else "",
        "custodian": queries.custody_of(student),
        "guardians": [[each.name, each.relation, each.phone] for each in members],
        "family": [[each.name, [list(pair) for pair in each.details]] for each in members if each.details],
        "enrolments": [
            [
                each.school.office.name,
                GRADES[each.grade],
                STANDING_NAMES[each.standing],
                day(each.starts_on),
                day(each.ends_on) or "至今",
            ]
            for each in student.enrolments
        ],
        "changes": [
            [day(each.effective_on), CHANGE_NAMES.get(each.code, each.code), each.school.office.name]
            for each in changes
        ],
    }


def _class_name(enrolment: Any) -> str:
    number = enrolment.school_class.number if enrolment.school_class else None
    return GRADES[enrolment.grade] + (f" {number} 班" if number else "")
