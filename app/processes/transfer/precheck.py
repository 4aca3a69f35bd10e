"""Precheck of a transfer within the province."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.queries.open_cases import open_case_of
from app.database import db
from app.definitions.queries import CompiledVersion
from app.definitions.rules.asked_tables import DAY_OF_YEAR, SOME_DAYS, TRUTH, AskedTable, Column, ask_table
from app.divisions.models import Office, OfficeKind
from app.errors import NotAllowed, Objected, Refused, WrongOffice
from app.office_settings.queries import windows_in_force
from app.schools.models import School, entry_year_of, stage_of
from app.schools.queries import quota_of, scope_of
from app.students.models import Student
from app.students.queries import child_by_number
from app.students.rules import objections_to_transfer
from app.students.rules.children import OpenCase
from app.students.rules.dates import Life, objections_to_days

ask_table(
    AskedTable(
        "transfer_rules",
        "transfer",
        "转学适用的规则",
        (
            Column("windows", "限受理时段", TRUTH),
            Column("first_term", "起始年级第一学期不转", TRUTH),
            Column("senior_rules", "高中同等同类等限制", TRUTH),
            Column("city_review", "设区市审批", TRUTH),
            Column("directive_days", "指令有效天数", SOME_DAYS, has_default=True),
        ),
        inputs=("profile", "stage"),
    )
)
ask_table(
    AskedTable(
        "transfer_windows",
        "transfer",
        "转学受理时段",
        (Column("opens", "自（月-日）", DAY_OF_YEAR), Column("closes", "至（月-日）", DAY_OF_YEAR)),
        one_row=False,
        in_order=("opens", "closes"),
    )
)


class NotYourSchool(WrongOffice, NotAllowed):
    text = "转学由转入学校的经办人提出：只能为本校申请。"


hooks.own_windows.add("transfer")


@hooks.precheck("transfer")
def open_transfer(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """Precheck of a transfer (预检). Raises NotYourSchool, UnknownChild, or Objected with everything against it."""
    if actor.office_code != application["to_school"]:
        raise NotYourSchool(field="to_school")
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise NotYourSchool(field="to_school")
    student = child_by_number(application["main_number"], application["name"])
    return opening_of_transfer(version, student, school, application, profile=profile)


def opening_of_transfer(
    version: CompiledVersion, student: Student, school: School, application: Mapping[str, Any], *, profile: str
) -> Opening:
    """The transfer of this child to that school. With `reopens` a child who has left is taken in again: whoever keeps
    the archive releases it. Raises Objected with everything against it.
    """
    reopens, grade = bool(application.get("reopens")), application.get("grade")
    objections = transfer_objections(version, student, school, profile=profile, grade=grade, reopens=reopens)
    objections += objections_to_days("transfer", application, Life(clock.today(), born_on=student.born_on))
    if objections:
        raise Objected(objections)
    enrolment = student.open_enrolment
    assert enrolment is not None or (student.archive is not None and grade is not None)
    receiving = school.office
    releasing = enrolment.school.office if enrolment else student.archive.custodian  # type: ignore[union-attr]
    stage = enrolment.stage.value if enrolment else stage_of(str(grade)).value
    policy = version.decide("transfer_rules", profile=profile, stage=stage)
    return Opening(
        transfer_facts(receiving, releasing, city_review=bool(policy["city_review"])),
        student=student,
        receiving=receiving,
        releasing=releasing,
        application={name: value for name, value in application.items() if name != "main_number"},
    )


@hooks.objections_now("transfer")
def objections_to_running_transfer(version: CompiledVersion, case: hooks.Row) -> list[Refused]:
    """What stands against a transfer under way: as at its opening, but for the case itself, and for the days on which
    one may apply, which are those on which it was handed in.
    """
    student, school = db.session.get(Student, case.student_id), db.session.get(School, case.receiving_school_id)
    if student is None or school is None:
        return []
    asked, opened_on = case.application, clock.local(case.opened_at).date()
    grade, reopens = asked.get("grade"), bool(asked.get("reopens"))
    about = {"profile": case.profile, "grade": grade, "reopens": reopens, "on": opened_on}
    against = transfer_objections(version, student, school, **about)
    return [each for each in against if not isinstance(each, OpenCase)]


def transfer_facts(receiving: Office, releasing: Office, *, city_review: bool) -> dict[str, bool]:
    """What the diagram must know of the two schools.

    city_review -- the policy asks a city bureau to review; a school whose superior is a city, or acts as one, or is
    the province has no desk between.
    """
    above = receiving.superior
    reviewed = above is not None and above.kind in (OfficeKind.COUNTY, OfficeKind.ZONE) and not above.acts_as_city
    return {
        "same_superior": above is not None and releasing.bureau is above,
        "city_review": city_review and reviewed,
    }


def transfer_policy(version: CompiledVersion, profile: str, stage: str, receiving: Office) -> dict[str, Any]:
    """The rules that apply to a transfer under a profile, with the windows in which a school may start it.

    Windows that the province or the city has set hold under every profile, those of the table where it asks for them.

    Raises NoRule, RulesDisagree, TableMissing.
    """
    policy = dict(version.decide("transfer_rules", profile=profile, stage=stage))
    rows = version.rows("transfer_windows", profile=profile)
    windows = windows_in_force(version.key, receiving.path, rows if policy["windows"] else [])
    policy["window_list"], policy["windows"] = windows.spans, policy["windows"] or windows.is_set
    return policy


def transfer_objections(
    version: CompiledVersion,
    student: Student,
    school: School,
    *,
    profile: str,
    grade: str | None = None,
    reopens: bool = False,
    on: dt.date | None = None,
) -> list[Refused]:
    """Everything that stands against moving this child to that school today; on -- the day of the application."""
    enrolment = student.open_enrolment or student.last_enrolment
    stage = enrolment.stage.value if enrolment else "primary"
    if reopens and grade:
        stage = stage_of(grade).value
        quota = quota_of(school.id, stage_of(grade), entry_year_of(grade, clock.school_year(clock.today())))
    else:
        quota = quota_of(school.id, enrolment.stage, enrolment.entry_year) if enrolment else None
    return objections_to_transfer(
        student,
        enrolment,
        school,
        quota=quota,
        policy=transfer_policy(version, profile, stage, school.office),
        open_case=open_case_of(student.id),
        grade=grade,
        reopens=reopens,
        on=on or clock.today(),
        scope_of=scope_of,
    )
