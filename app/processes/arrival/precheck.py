"""Precheck of an arrival from another province: the whole province is searched before anybody works (S30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.database import db
from app.definitions.queries import CompiledVersion, current_version
from app.encryption import keyed_hash, seal_text, unseal_text
from app.errors import InvalidInput, Missing, Objected, Refused, objections_of
from app.processes.registration.precheck import identity_of
from app.processes.transfer.precheck import opening_of_transfer
from app.schools.models import School, entry_year_of, stage_of
from app.schools.queries import quota_of, seats_by_grade
from app.schools.rules import NoSeat, objections_to_full
from app.students.models import STANDING_NAMES, Student
from app.students.queries import kept_record, known_by, known_by_document, known_by_national, namesakes_of
from app.students.queries.same_numbers import alike_under_other_types
from app.students.rules.dates import Life, objections_to_days
from app.students.rules.numbers import DeclaredElsewhere
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.registration import KnownAlready, Suspected, SuspectedByNumber, objections_to_new_child
from app.students.rules.sealed_numbers import document_hash, masked_of
from app.students.rules.transfer import StageNotTaught
from app.web.canonical import same_name

SEALED = ("main_number", "national_number", *SEALED_NUMBERS)
SHOWN = ("main_number", "national_number")  # of which a case shows the ends


class UnderAnotherName(KnownAlready):
    """The number is known, the name is not its bearer's."""

    text = "该证件号或全国学籍号在省内已有学籍记录，但姓名与所填不符，请核对姓名与号码。"


class NumberWithoutRecord(InvalidInput):
    """A national number exists where a record does: the one cannot be declared without the other."""

    text = "填写了全国学籍号的，学生在外省已有学籍，请同时勾选“在外省已有全国学籍，须向外省调档”。"


def known_child(typed: Mapping[str, Any]) -> Student | None:
    """Whoever bears one of these numbers in the province, or once did (省库检索): main, document, national number.

    Where 其他 does not say the type of a document, its bearer is the one who also has the name.
    """
    main, document, national = typed.get("main_number"), document_hash(typed), typed.get("national_number")
    known = known_by(main) if main else None
    known = known or (known_by_document(document) if document else None)
    known = known or (known_by_national(national) if national else None)
    alike = [] if known else alike_under_other_types([typed])[0]
    return kept_record(alike[0]) if alike and same_name(alike[0].name, typed["name"]) else known


@hooks.objections_today("arrival")
def _full(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P12: the school has no seat in any grade."""
    school = db.session.get(School, actor.office_id)
    return objections_to_full(seats_by_grade(school, clock.school_year(clock.today())).values()) if school else []


@hooks.precheck("arrival")
def open_arrival(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P12. Any record in the province leads to a transfer, a namesake to the county's check, nobody to a new record.

    Raises Missing, or Objected: with E-DUP-01 and what stands against the transfer where the child is known.
    """
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    known = known_child(application)
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
    alike = next(iter(alike_under_other_types([application])[0]), None)
    warning = _where(namesake, Suspected()) if namesake else _where(alike, SuspectedByNumber()) if alike else None
    return Opening(
        {"found": "suspected" if warning else "none", "has_record": bool(application.get("has_record"))},
        receiving=school.office,
        application=kept(application),
        holds=[keyed_hash(identity_of(application))],
        found=application.get("national_number"),
        warning=warning,
    )


def _where(namesake: Student, suspected: Suspected) -> Refused:
    """Whom the county has to compare with."""
    enrolment = namesake.open_enrolment or namesake.last_enrolment
    if enrolment:
        place = f"{enrolment.school.office.name}，{STANDING_NAMES[enrolment.standing]}"
        suspected.detail = f"{suspected.detail}已有学籍：{place}，{namesake.main_number_masked}。"
    return suspected


def _about_what_is_typed(application: Mapping[str, Any]) -> Iterator[Refused]:
    year = entry_year_of(application["grade"], clock.school_year(clock.today()))
    yield from objections_to_new_child(application, year, on=clock.today(), household=False)
    if application.get("has_record") and not application.get("main_number"):
        yield InvalidInput(sentence="向外省调档须填写居民身份证号。", field="main_number")
    if application.get("national_number") and not application.get("has_record"):
        yield NumberWithoutRecord(field="has_record")
    born_on = dt.date.fromisoformat(application["born_on"])
    yield from objections_to_days("arrival", application, Life(clock.today(), born_on=born_on))


def _about_the_place(school: School, grade: str) -> Iterator[Refused]:
    stage, year = stage_of(grade), entry_year_of(grade, clock.school_year(clock.today()))
    quota = quota_of(school.id, stage, year)
    if not school.teaches(stage):
        yield StageNotTaught(present="该年级", field="grade")
    elif quota is None or quota.free < 1:
        yield NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _about_the_known(child: Student, school: School, application: Mapping[str, Any], profile: str) -> Iterator[Refused]:
    """What stands against the transfer that the arrival becomes; E-DUP-01 says why it is one."""
    if not same_name(child.name, application["name"]):
        yield UnderAnotherName(field="name")
        return
    declared = application.get("national_number")
    bearer = known_by_national(declared) if declared else None
    if bearer is not None and bearer.id != child.id:
        yield DeclaredElsewhere(field="national_number")
        return
    try:
        opening_of_transfer(
            current_version("transfer", school.id),
            child,
            school,
            as_transfer(child, school, application),
            profile=profile,
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
    """The application as the case keeps it: every number of a person sealed, those of the child shown by their ends."""
    shown = {name: value for name, value in application.items() if name not in SEALED}
    for name in SEALED:
        if application.get(name):
            number = str(application[name]).upper()
            shown[f"{name}_sealed"] = seal_text(number)
            if name in SHOWN:
                shown[f"{name}_masked"] = masked_of(number)
    return shown


@hooks.repair("arrival")
def _kept_again(version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row) -> Mapping[str, Any]:
    """The application after its repair, asked what was asked at its opening; who the child is stays. Raises Objected.

    A number typed anew takes the place of the one that is kept.
    """
    full = dict(application)
    for name in SEALED:
        if sealed := full.pop(f"{name}_sealed", None):
            full.pop(f"{name}_masked", None)
            full.setdefault(name, unseal_text(sealed))
    school = db.session.get_one(School, case.applicant_office_id)
    objections = [*_about_what_is_typed(full), *_about_the_place(school, full["grade"])]
    if objections:
        raise Objected(objections)
    return kept(full)
