"""May this child's own data be corrected so? Key fields, particulars, and what the September lock has closed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from typing import Any

from app import clock
from app.errors import Refused
from app.students.models import Student
from app.students.rules.family import FAMILY, flat, known_family, nested
from app.students.rules.locks import NotLocked, last_moment, objections_to_fields
from app.students.rules.particulars import MEMBERS, OF_MEMBERS, PARTICULARS
from app.students.rules.registration import BirthDiffers, KnownAlready, SexDiffers, about_the_person
from app.students.rules.request import Asked, NothingChanges, NothingNamed

KEY_FIELDS = ("name", "sex", "born_on", "main_number", "ethnic_group")


def key_correction(asked: Asked) -> Iterator[Refused]:
    """P23: at least one key field differs; a number must agree with sex and birth date."""
    yield from _some_of(asked, KEY_FIELDS)
    yield from _fitting_number(asked)


def corrected_identity(asked: Asked) -> Iterator[Refused]:
    """P25: what is said to be right differs from what is known, and agrees with itself."""
    yield from _some_of(asked, KEY_FIELDS)
    yield from _fitting_number(asked)


def _some_of(asked: Asked, names: tuple[str, ...]) -> Iterator[Refused]:
    """At least one of these fields differs from what is known."""
    now, said = known(asked.student, names), flat(asked.application)
    if all(said.get(name, now[name]) == now[name] for name in names):
        yield NothingChanges() if said.keys() & {*names} else NothingNamed()


def known(student: Student, names: Collection[str]) -> dict[str, Any]:
    """These fields of a child as they are, in the words of a form; None where nothing is known."""
    kept = {**dict.fromkeys(PARTICULARS), **(student.particulars or {}), **known_family(student)}
    apart = (*PARTICULARS, *FAMILY)
    values = {name: kept[name] if name in apart else getattr(student, name) for name in names}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}


def _fitting_number(asked: Asked) -> Iterator[Refused]:
    student, application = asked.student, asked.application
    if asked.number_is_taken(application.get("main_number", "")):
        yield NumberTaken(field="main_number")
    if not {"main_number", "born_on", "sex"} & set(application):
        return
    number = application.get("main_number", student.main_number if student.document_type == "1" else None)
    if number is None:
        return
    born, sex = application.get("born_on", student.born_on.isoformat()), application.get("sex", student.sex.value)
    if number[6:14] != born.replace("-", ""):
        yield BirthDiffers(field="born_on")
    if (int(number[16]) % 2 == 1) != (sex == "1"):
        yield SexDiffers(field="sex")


def locked_correction(asked: Asked) -> Iterator[Refused]:
    """P06: a field of a child of a cohort whose data have closed."""
    yield from not_locked(asked)
    yield from _some_of(asked, LOCKED_FIELDS)
    yield from _fitting_number(asked)
    yield from _fitting_particulars(asked)


def not_locked(asked: Asked) -> Iterator[Refused]:
    """P06 is for what the lock has closed: before it the school corrects otherwise."""
    locked_since = asked.locked_since(asked.enrolment.entry_year)
    if clock.now() < locked_since:
        yield NotLocked(date=last_moment(locked_since))


def _fitting_particulars(asked: Asked) -> Iterator[Refused]:
    """What is corrected agrees with the document and with itself, as a registration is asked; the rest stays as it is.

    An older record may lack what is asked today: nobody who changes an address has to bring it.
    """
    row = known(asked.student, ("document_type", *PARTICULARS, *FAMILY))
    given = {name: value for name, value in flat(asked.application).items() if name in (*PARTICULARS, *FAMILY)}
    changed = {name for name, value in given.items() if value != row[name]}
    said = nested({name: value for name, value in (row | given).items() if value is not None})
    for objection in about_the_person(said, household=False):
        if changed & {objection.field, *_decide(objection.field or "")}:
            yield objection


def _decide(field: str) -> Collection[str]:
    """Because of which other fields one is asked: all that is said of one member of the family belongs together."""
    member = next((each for each in reversed(MEMBERS) if field.startswith(each)), None)
    if member is None:
        return DECIDED_BY.get(field, ())
    mine = [each for each in (*OF_MEMBERS, *FAMILY) if re.match(rf"{member}[._]", each)]
    return [*mine, *DECIDED_BY.get(field, ())]


DECIDED_BY = {  # what is asked because of another field
    "disability": ("health",),
    "guardian_guardianship": ("guardian2_guardianship",),
}
GENERAL_FIELDS = (*PARTICULARS, *FAMILY, "household_division")  # what a general correction may name
LOCKED_FIELDS = (*KEY_FIELDS, *GENERAL_FIELDS)  # what the September lock closes
FIELDS_OF_PROCESS = {"correction": GENERAL_FIELDS, "locked_correction": LOCKED_FIELDS, "key_correction": KEY_FIELDS}


def correction(asked: Asked) -> Iterator[Refused]:
    """P24: something differs; of a locked cohort only what the policy leaves to the school, the rest is P06."""
    present = known(asked.student, GENERAL_FIELDS)
    given = {name: value for name, value in flat(asked.application).items() if name in GENERAL_FIELDS}
    changed = {name for name, value in given.items() if value != present[name]}
    if not changed:
        yield NothingChanges() if given else NothingNamed()
    yield from _fitting_particulars(asked)
    yield from closed_fields(asked, changed)


def closed_fields(asked: Asked, fields: Collection[str] = GENERAL_FIELDS) -> list[Refused]:
    """Which of these fields the school may not change by itself today, each with why (P05, P06)."""
    year, now = asked.enrolment.entry_year, clock.now()
    new = now < asked.locked_since(year + 1)
    return objections_to_fields(asked.process, fields, asked.policy, asked.locked_since(year), now, new=new)


def class_change(asked: Asked) -> Iterator[Refused]:
    """转班级: into another class than the present one."""
    present = asked.enrolment.school_class
    if present is not None and present.number == asked.application["school_class"]:
        yield NothingChanges()


class NumberTaken(KnownAlready):
    """The number belongs to another child of the province."""

    text = "省内已有使用此学籍主号的学生，须按问题学籍处理。"
