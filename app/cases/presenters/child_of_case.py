"""The child behind a case as programs read it."""

from __future__ import annotations

from collections.abc import Mapping

from app.cases.presenters.task_json_types import ChildOfCaseJson
from app.cases.queries.child_of_case import ChildOfCase
from app.students.models import CHANGE_NAMES


def child_json(child: ChildOfCase, names: Mapping[str, str]) -> ChildOfCaseJson:
    """What the reader of a case may know of its child; names -- of processes."""
    student, enrolment = child.student, child.enrolment
    return {
        "name": student.name,
        "main_number": student.main_number_masked,
        "sex": student.sex,
        "born_on": student.born_on.isoformat(),
        "age": child.age,
        "school": enrolment.school.office.code if enrolment else None,
        "grade": enrolment.grade if enrolment else None,
        "school_class": enrolment.school_class.number if enrolment and enrolment.school_class else None,
        "standing": enrolment.standing if enrolment else None,
        "contested": student.contested,
        "has_photo": child.has_photo,
        "changes": [
            {
                "code": each.code,
                "name": CHANGE_NAMES.get(each.code, each.code),
                "on": each.effective_on.isoformat(),
                "school": each.school.office.code,
            }
            for each in child.changes
        ]
        if child.opens_record
        else None,
        "cases": [
            {
                "number": each.number,
                "process": names.get(each.process_key, each.process_key),
                "status": each.status,
                "outcome": each.outcome,
            }
            for each in child.cases
        ],
    }
