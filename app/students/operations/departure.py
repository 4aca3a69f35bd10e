"""转往省外: the enrolment ends, the archive goes, an electronic copy stays with the school that released the child."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.students.models import Archive, NumberKind, Standing, Student
from app.students.operations.changes import leave, open_enrolment
from app.students.operations.context import CaseContext

NATIONAL = NumberKind.NATIONAL


def depart(context: CaseContext) -> dict[str, Any]:
    """End the open enrolment (code ZD) and return the record as the other province gets it.

    Raises NotInThisStanding, Stale.
    """
    leave(context, open_enrolment(context), Standing.TRANSFERRED, "ZD", clock.today())
    db.session.execute(
        sa.update(Archive)
        .where(Archive.student_id == context.student_id)
        .values(left_to=context.application["province"], version=Archive.version + 1, case_id=context.case_id)
    )
    return _record_of(context.child)


def _record_of(student_id: int) -> dict[str, Any]:
    student = db.session.get_one(Student, student_id, populate_existing=True)
    archive = student.archive
    return {
        "name": student.name,
        "sex": student.sex.value,
        "born_on": student.born_on.isoformat(),
        "ethnic_group": student.ethnic_group,
        "main_number": student.main_number,
        "national_number": next(
            (each.in_full for each in student.numbers if each.kind is NATIONAL and not each.valid_until), ""
        ),
        "numbers": [{"kind": each.kind.value, "value": each.in_full} for each in student.numbers],
        "enrolments": [
            {
                "school": each.school.office.name,
                "grade": each.grade,
                "standing": each.standing.value,
                "starts_on": each.starts_on.isoformat(),
                "ends_on": each.ends_on.isoformat() if each.ends_on else None,
            }
            for each in student.enrolments
        ],
        "entries": [
            {"dated": each.dated.isoformat(), "title": each.title, "body": each.body}
            for each in (archive.entries if archive else ())
        ],
    }
