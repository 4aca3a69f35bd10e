"""Precheck of a transfer within the province."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.openings.opening import Opening, open_case_of, opens
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.errors import InvalidInput, NotAllowed, Objected, Refused
from app.processes.queries import Edition
from app.schools.models import Quota, School
from app.students.models import Enrolment, Student
from app.students.queries import child_by_number
from app.students.rules import objections_to_transfer


class NotYourSchool(NotAllowed):
    code = "E-OFFICE"
    text = "转学由转入学校的经办人提出：只能为本校申请。"


@opens("transfer")
def open_transfer(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """Precheck of a transfer (预检). Raises NotYourSchool, UnknownChild, or Objected with everything against it."""
    if actor.office_code != application["to_school"]:
        raise NotYourSchool(field="to_school")
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise NotYourSchool(field="to_school")
    student = child_by_number(application["main_number"], application["name"])
    objections = transfer_objections(edition, student, school, profile=profile, grade=application.get("grade"))
    if application["signed_on"] > clock.today().isoformat():
        objections.append(InvalidInput(sentence="监护人签名日期不能晚于今天。", field="signed_on"))
    if objections:
        raise Objected(objections)
    enrolment = student.open_enrolment
    assert enrolment is not None
    receiving, releasing = school.office, enrolment.school.office
    policy = transfer_policy(edition, profile, enrolment.stage.value)
    return Opening(
        transfer_facts(receiving, releasing, city_review=bool(policy["city_review"])),
        student=student,
        receiving=receiving,
        releasing=releasing,
        application={name: value for name, value in application.items() if name != "main_number"},
    )


def transfer_facts(receiving: Office, releasing: Office, *, city_review: bool) -> dict[str, bool]:
    """What the diagram must know of the two schools.

    city_review -- the policy asks a city bureau to review; a school whose superior is a city, or acts as one, or is
    the province has no desk between.
    """
    above = receiving.superior
    reviewed = above is not None and above.kind in (OfficeKind.COUNTY, OfficeKind.ZONE) and not above.acts_as_city
    return {
        "same_superior": above is not None and releasing.superior is above,
        "city_review": city_review and reviewed,
    }


def transfer_policy(edition: Edition, profile: str, stage: str) -> dict[str, Any]:
    """The rules that apply to a transfer under a profile, with the windows in which it may start."""
    policy = dict(edition.decide("transfer_rules", profile=profile, stage=stage))
    policy["window_list"] = edition.decide("transfer_windows", profile=profile) or []
    return policy


def transfer_objections(
    edition: Edition, student: Student, school: School, *, profile: str, grade: str | None = None
) -> list[Refused]:
    """Everything that stands against moving this child to that school today."""
    enrolment = student.open_enrolment or student.last_enrolment
    stage = enrolment.stage.value if enrolment else "primary"
    quota = _quota(school, enrolment) if enrolment else None
    return objections_to_transfer(
        student,
        enrolment,
        school,
        quota=quota,
        policy=transfer_policy(edition, profile, stage),
        open_case=open_case_of(student.id),
        grade=grade,
        on=clock.today(),
    )


def _quota(school: School, enrolment: Enrolment) -> Quota | None:
    """The number of the child's own cohort at the new school."""
    return db.session.scalar(
        sa.select(Quota).where(
            Quota.school_id == school.id, Quota.stage == enrolment.stage, Quota.entry_year == enrolment.entry_year
        )
    )
