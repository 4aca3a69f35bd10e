"""Precheck of an arrival from another province: the whole province is searched before anybody works (S30)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases.openings.opening import Opening, opens
from app.cases.openings.quotas import quota_of
from app.cases.openings.registration import identity_of
from app.cases.openings.transfer import opening_of_transfer
from app.database import db
from app.errors import InvalidInput, Missing, Objected, Refused, objections_of
from app.processes.queries import Edition, current_edition
from app.schools.models import School, entry_year_of, stage_of
from app.sealing import keyed_hash, seal_text
from app.students.models import STANDING_NAMES, Student, masked
from app.students.queries import known_by, namesakes_of
from app.students.rules.registration import KnownAlready, Suspected, objections_to_new_child
from app.students.rules.transfer import NoSeatLeft, StageNotTaught

SEALED = ("main_number", "document_number", "guardian_number")


class UnderAnotherName(Refused):
    """The number is known, the name is not its bearer's."""

    code = "E-DUP-01"
    text = "该证件号在省内已有学籍记录，但姓名与所填不符，请核对姓名与证件号。"


@opens("arrival")
def open_arrival(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P12. Any record in the province leads to a transfer, a namesake to the county's check, nobody to a new record.

    Raises Missing, or Objected: with E-DUP-01 and what stands against the transfer where the child is known.
    """
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    number = application.get("main_number", "")
    known = known_by(number) if number else None
    objections = list(_about_what_is_typed(application))
    if known is None:
        objections += _about_the_place(school, application["grade"])
        if objections:
            raise Objected(objections)
        return _new_record(school, application)
    objections += _about_the_known(known, school, application, profile)
    if objections:
        raise Objected(objections)
    return Opening(
        {"found": "record", "has_record": False},
        student=known,
        holds_student=False,
        receiving=school.office,
        application=kept(application),
    )


def _new_record(school: School, application: Mapping[str, Any]) -> Opening:
    namesake = next(iter(namesakes_of(application["name"], application["sex"], application["born_on"])), None)
    return Opening(
        {"found": "suspected" if namesake else "none", "has_record": bool(application.get("has_record"))},
        receiving=school.office,
        application=kept(application),
        reserves=keyed_hash(identity_of(application)),
        warning=_where(namesake) if namesake else None,
    )


def _where(namesake: Student) -> Refused:
    """Whom the county has to compare with."""
    suspected, enrolment = Suspected(), namesake.open_enrolment or namesake.last_enrolment
    if enrolment:
        place = f"{enrolment.school.office.name}，{STANDING_NAMES[enrolment.standing]}"
        suspected.detail = f"{suspected.detail}已有学籍：{place}，{namesake.main_number_masked}。"
    return suspected


def _about_what_is_typed(application: Mapping[str, Any]) -> Iterator[Refused]:
    year = entry_year_of(application["grade"], clock.school_year(clock.today()))
    yield from objections_to_new_child(application, year, on=clock.today())
    if application.get("has_record") and not application.get("main_number"):
        yield InvalidInput(sentence="向外省调档须填写居民身份证号。", field="main_number")
    if application["signed_on"] > clock.today().isoformat():
        yield InvalidInput(sentence="监护人签名日期不能晚于今天。", field="signed_on")


def _about_the_place(school: School, grade: str) -> Iterator[Refused]:
    stage, year = stage_of(grade), entry_year_of(grade, clock.school_year(clock.today()))
    quota = quota_of(school.id, stage, year)
    if not school.teaches(stage):
        yield StageNotTaught(present="该年级", field="grade")
    elif quota is None or quota.free < 1:
        yield NoSeatLeft(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _about_the_known(child: Student, school: School, application: Mapping[str, Any], profile: str) -> Iterator[Refused]:
    """What stands against the transfer that the arrival becomes; E-DUP-01 says why it is one."""
    if child.name != application["name"]:
        yield UnderAnotherName(field="name")
        return
    try:
        opening_of_transfer(
            current_edition("transfer"), child, school, as_transfer(child, school, application), profile=profile
        )
    except Objected as refusal:
        enrolment = child.open_enrolment or child.last_enrolment
        yield KnownAlready(
            school=enrolment.school.office.name if enrolment else "—",
            standing=STANDING_NAMES[enrolment.standing] if enrolment else "—",
            field="main_number",
        )
        for each in objections_of(refusal):
            assert isinstance(each, Refused)
            yield each


def as_transfer(child: Student, school: School, application: Mapping[str, Any]) -> dict[str, Any]:
    """The application for the transfer, from what was typed for the arrival: nothing is asked twice.

    The grade follows a child that is enrolled; one that has left is taken in where the school asked for.
    """
    carried = {name: application[name] for name in ("name", "reason", "guardian", "signed_on") if name in application}
    carried["to_school"] = school.office.code
    return carried if child.open_enrolment else {**carried, "grade": application["grade"], "reopens": True}


def kept(application: Mapping[str, Any]) -> dict[str, Any]:
    """The application as the case keeps it: every number of a person sealed, the main one shown by its ends."""
    shown = {name: value for name, value in application.items() if name not in SEALED}
    for name in SEALED:
        if application.get(name):
            shown[f"{name}_sealed"] = seal_text(str(application[name]).upper())
    if application.get("main_number"):
        shown["main_number_masked"] = masked(application["main_number"].upper())
    return shown
