"""Precheck of a change of one child's enrolment: the applicant is the school that keeps the child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.queries.open_cases import open_case_of
from app.cases.queries.standard_precheck import NotKeptHere, with_sealed_number
from app.database import db
from app.definitions.queries import CompiledVersion
from app.definitions.rules.asked_tables import DAYS, TRUTH, AskedTable, Column, Kind, ask_table
from app.definitions.rules.refusals import NO_ANSWER
from app.encryption import unseal_text
from app.errors import Missing, Objected, Refused
from app.schools.queries import quota_of
from app.students.models import Student, Suspension
from app.students.queries import last_change_of_standing, locked_since, student_for
from app.students.queries.same_numbers import number_is_taken
from app.students.rules import changes as rules
from app.students.rules import corrections
from app.students.rules.family import column_of, title_of_column
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.request import Asked

SHARED = (
    "suspension",
    "suspension_renewal",
    "resumption",
    "withdrawal",
    "skip",
    "repeat",
    "abroad",
    "drop_out",
    "return_to_school",
    "class_change",
)  # without those that stand beside another case, reach another province or touch the person
_STAGE = ("profile", "stage")
_AHEAD = {
    "suspension": ("休学适用的规则", "休学起始日期可提前核准的天数"),
    "resumption": ("复学适用的规则", "复学日期可提前核准的天数"),
    "withdrawal": ("退学适用的规则", "离校日期可提前核准的天数"),
    "abroad": ("出境适用的规则", "离境日期可提前核准的天数"),
    "reinstatement": ("学籍恢复适用的规则", "恢复就读日期可提前核准的天数"),
}
_MORE = {"withdrawal": (Column("filing_only", "学校确认、上级备案", TRUTH),)}  # a gateway asks for it
for _key, (_name, _title) in _AHEAD.items():
    _columns = (*_MORE.get(_key, ()), Column("ahead", _title, DAYS, has_default=True))
    ask_table(AskedTable(f"{_key}_rules", _key, _name, _columns, _STAGE))
ask_table(
    AskedTable(
        "repeat_rules",
        "repeat",
        "留级适用的规则",
        (
            Column("special_only", "仅限特殊教育学生", TRUTH, has_default=True),
            Column("final_grade", "毕业年级可留级", TRUTH, has_default=True),
        ),
        _STAGE,
    )
)
_LEFT = Kind(words=("always", "later", "never"))  # to the school, of what the September lock has closed
_FIELDS = dict.fromkeys(map(column_of, corrections.GENERAL_FIELDS))
ask_table(
    AskedTable(
        "correction_rules",
        "correction",
        "新生信息锁定后由学校变更的字段",
        tuple(Column(name, title_of_column(name), _LEFT, has_default=True) for name in _FIELDS),
        _STAGE,
    )
)
hooks.own_days.update(rules.OF_PROCESS)
hooks.shared_rules.update(SHARED)


@hooks.precheck(*rules.OF_PROCESS)
def open_change(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """Raises Missing (no such child here), NotKeptHere, or Objected with everything against it."""
    student = student_for(actor, application["student"])
    asked = asked_of(version, student, application, profile=profile, school_id=actor.office_id)
    objections = rules.objections_to(asked)
    if objections:
        raise Objected(objections)
    facts = version.decide(f"{version.rules_of}_rules", profile=profile, stage=asked.enrolment.stage.value)
    facts = {name: value for name, value in facts.items() if isinstance(value, bool)}
    # a death may be reported while another case holds the child: it stands beside that case, and ends it when agreed
    beside = asked.open_case is not None and version.rules_of in rules.BESIDE
    return Opening(facts, student=student, holds_student=not beside, application=with_sealed_number(application))


@hooks.against_child(*rules.OF_PROCESS)
def against_child(version: CompiledVersion, student: Student, profile: str, actor: Actor) -> list[Refused]:
    """What the opening would say of the child alone, before anything is typed."""
    try:
        asked = asked_of(version, student, {}, profile=profile, school_id=actor.office_id)
    except (Missing, NotKeptHere, *NO_ANSWER) as refusal:
        return [refusal]
    return rules.objections_to_child(asked)


@hooks.closed_fields("correction")
def closed_fields(version: CompiledVersion, student: Student, profile: str, actor: Actor) -> list[Refused]:
    """The fields of a closed cohort's child that are not left to the school, by the rule that refuses them."""
    try:
        asked = asked_of(version, student, {}, profile=profile, school_id=actor.office_id)
    except (Missing, NotKeptHere, *NO_ANSWER):
        return []  # the opening says so
    return corrections.closed_fields(asked)


@hooks.repair(*rules.OF_PROCESS)
def repaired_change(version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row) -> Mapping[str, Any]:
    """The application of a change after its repair, asked everything that was asked at its opening. Raises Objected."""
    student = db.session.get_one(Student, case.student_id)
    full = dict(application)
    for name in ("main_number", *SEALED_NUMBERS):
        if sealed := full.pop(f"{name}_sealed", None):
            full.pop(f"{name}_masked", None)
            full.setdefault(name, unseal_text(sealed))
    asked = asked_of(version, student, full, profile=case.profile, school_id=case.applicant_office_id)
    if objections := rules.objections_to(
        replace(asked, open_case=None, same_case=None)
    ):  # it is this one that holds the child
        raise Objected(objections)
    return with_sealed_number(full)


def asked_of(
    version: CompiledVersion, student: Student, application: Mapping[str, Any], *, profile: str, school_id: int
) -> Asked:
    """The change as the school asks for it. Raises Missing for a child without any enrolment, NotKeptHere."""
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Missing()
    if enrolment.school_id != school_id and version.rules_of != "reinstatement":
        raise NotKeptHere(field="student")
    return Asked(
        version.rules_of,
        profile,
        application,
        student,
        enrolment,
        clock.today(),
        open_case=open_case_of(student.id),
        same_case=open_case_of(student.id, process=version.key),
        school_id=school_id,
        suspensions=tuple(db.session.scalars(sa.select(Suspension).where(Suspension.enrolment_id == enrolment.id))),
        policy=version.decide(f"{version.rules_of}_rules", profile=profile, stage=enrolment.stage.value),
        number_is_taken=lambda number: number_is_taken(number, student.id),
        quota_of=lambda entry_year: quota_of(school_id, enrolment.stage, entry_year),
        locked_since=locked_since,
        last_change=last_change_of_standing(student.id, enrolment.epoch),
    )
