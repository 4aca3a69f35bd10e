"""May this child's own data be corrected so? Key fields, particulars, and what the September lock has closed."""

from __future__ import annotations

from collections.abc import Iterator

from app import clock
from app.errors import Refused
from app.students.rules.asked import Asked, NothingChanges, signed
from app.students.rules.locks import NotLocked, last_moment, objections_to_edit

KEY_FIELDS = ("name", "sex", "born_on", "main_number", "ethnic_group")


def key_correction(asked: Asked) -> Iterator[Refused]:
    """P23: at least one key field differs; a number must agree with sex and birth date."""
    yield from signed(asked)
    yield from _some_of(asked, KEY_FIELDS)
    yield from _fitting_number(asked)


def corrected_identity(asked: Asked) -> Iterator[Refused]:
    """P25: what is said to be right differs from what is known, and agrees with itself."""
    yield from _some_of(asked, KEY_FIELDS)
    yield from _fitting_number(asked)


def _some_of(asked: Asked, names: tuple[str, ...]) -> Iterator[Refused]:
    """At least one of these fields of the person differs from what is known."""
    now = {name: getattr(asked.student, name) for name in names} | {"born_on": asked.student.born_on.isoformat()}
    if all(asked.application.get(name, now[name]) == now[name] for name in names):
        yield NothingChanges()


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
        yield NumberAndBirth(field="born_on")
    if (int(number[16]) % 2 == 1) != (sex == "1"):
        yield NumberAndSex(field="sex")


def locked_correction(asked: Asked) -> Iterator[Refused]:
    """P06: a field of the basic record of a cohort whose data have closed."""
    locked_since = asked.locked_since(asked.enrolment.entry_year)
    if clock.now() < locked_since:
        yield NotLocked(date=last_moment(locked_since))
    yield from _some_of(asked, BASIC_FIELDS)
    yield from _fitting_number(asked)


PARTICULARS = ("address", "phone", "health", "political", "boarding")  # 一般信息
LOCKED_FIELDS = ("household_division",)  # part of the basic record, so under the September lock
BASIC_FIELDS = (*KEY_FIELDS, *LOCKED_FIELDS)


def correction(asked: Asked) -> Iterator[Refused]:
    """P24: something differs; a field of the basic record of a locked cohort needs the superior (P06)."""
    given = {name: asked.application[name] for name in (*PARTICULARS, *LOCKED_FIELDS) if name in asked.application}
    now = {**(asked.student.particulars or {}), "household_division": asked.student.household_division}
    changed = {name for name, value in given.items() if now.get(name) != value}
    if not changed:
        yield NothingChanges()
    for name in sorted(changed & set(LOCKED_FIELDS)):
        yield from objections_to_edit(asked.locked_since(asked.enrolment.entry_year), clock.now(), name)


def class_change(asked: Asked) -> Iterator[Refused]:
    """转班级: into another class than the present one."""
    present = asked.enrolment.school_class
    if present is not None and present.number == asked.application["school_class"]:
        yield NothingChanges()


class NumberTaken(Refused):
    """The number belongs to another child of the province."""

    code = "E-DUP-01"
    text = "省内已有使用此学籍主号的学生，须按问题学籍处理。"


class NumberAndSex(Refused):
    code = "E-ID-04"
    text = "证件号与性别不符。"


class NumberAndBirth(Refused):
    code = "E-ID-05"
    text = "证件号与出生日期不符。"
