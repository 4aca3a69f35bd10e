"""家庭成员: what a record says of a child's guardians, each in one flat list of fields, and what must fit together.

Name, relation and telephone of each are `guardian.name` and so on, as the forms have them; what else is kept stands
among the particulars of the child, the numbers of their documents encrypted (domain.md 6, CY1*, CY2*).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.encryption import unseal_text
from app.errors import InvalidInput, InvalidValue, Refused
from app.students.models import Student
from app.students.rules.documents import NO_DOCUMENT, RESIDENT, fault_of_document
from app.students.rules.particulars import MEMBER_WORDS, MEMBERS, SEALED_NUMBERS, WORDS

OWN = {"name": "姓名", "relation": "与学生关系", "phone": "联系电话"}  # in rows of their own
NUMBER_WORDS = {"number": "身份证号", "document_number": "其他证件号码"}
PLACE_WORDS = {"address": "现住址", "household_division": "户口所在地"}
OTHER_RELATION = "9"
MEMBER_NUMBERS = tuple(name for name in SEALED_NUMBERS if name != "document_number")
#: the fields of the rows, and the numbers: what a correction may name beside the particulars
FAMILY = (*(f"{member}.{name}" for member in MEMBERS for name in OWN), *MEMBER_NUMBERS)
#: by member, what is said of them beside their own row
DETAILS = {
    member: [
        *(f"{member}_{name}" for name in MEMBER_WORDS),
        *(name for name in MEMBER_NUMBERS if name in (f"{member}_number", f"{member}_document_number")),
    ]
    for member in MEMBERS
}
HOUSEHOLD_BOOKLET = "B"
MAY_LACK_NUMBER = (NO_DOCUMENT, HOUSEHOLD_BOOKLET)


def column_of(field: str) -> str:
    """The column of the policy table that a field of a correction belongs to: both members share theirs."""
    return re.sub(r"^guardian2?[._]", "guardian_", field)


def title_of_column(column: str) -> str:
    """What people call such a column."""
    inner = column.removeprefix("guardian_")
    if inner != column:
        return "家庭成员" + (OWN | NUMBER_WORDS).get(inner, MEMBER_WORDS.get(inner, (inner,))[0])
    return PLACE_WORDS.get(column) or WORDS[column][0]


def flat(application: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an application, those of a member of the family by their full names: `guardian.phone`."""
    found: dict[str, Any] = {}
    for name, value in application.items():
        if name in MEMBERS and isinstance(value, Mapping):
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by their full names in the shape of the forms."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        member, dot, inner = name.partition(".")
        if dot:
            found.setdefault(member, {})[inner] = value
        else:
            found[name] = value
    return found


def known_family(student: Student) -> dict[str, str | None]:
    """Every field of `FAMILY` as the record has it, None where it says nothing; the numbers in full."""
    kept: Mapping[str, Any] = student.particulars or {}
    found: dict[str, str | None] = dict.fromkeys(FAMILY)
    for member, row in zip(MEMBERS, student.guardians, strict=False):
        found |= {f"{member}.{name}": getattr(row, name) for name in OWN}
    for name in MEMBER_NUMBERS:
        if sealed := kept.get(f"{name}_sealed"):
            found[name] = unseal_text(sealed)
    return found


def about_the_family(row: Mapping[str, Any]) -> Iterator[Refused]:
    """Against what a row, or a corrected record, says of the family."""
    for member, title in MEMBERS.items():
        yield from _about_a_member(row, member, title)
    said = [member for member in MEMBERS if row.get(member)]
    if said and all(row.get(f"{member}_guardianship") == "0" for member in said):
        yield InvalidInput(sentence="家庭成员中至少有一名监护人。", field=f"{said[0]}_guardianship")


def _about_a_member(row: Mapping[str, Any], member: str, title: str) -> Iterator[Refused]:
    person = row.get(member) or {}
    if not person and not any(row.get(name) for name in DETAILS[member]):
        return
    for name, words in OWN.items():
        if not person.get(name):
            yield InvalidInput(sentence=f"请填写{title}{words}。", field=f"{member}.{name}")
    if person.get("relation") == OTHER_RELATION and not row.get(f"{member}_relation_note"):
        yield InvalidInput(sentence=f"{title}与学生关系为其他的，须填写关系说明。", field=f"{member}_relation_note")
    yield from _about_its_document(row, member, title)


def _about_its_document(row: Mapping[str, Any], member: str, title: str) -> Iterator[Refused]:
    """A resident has the 18-digit number, anybody else another document, whose type says what its number looks like."""
    kind = row.get(f"{member}_document_type")
    resident, other = row.get(f"{member}_number"), row.get(f"{member}_document_number")
    if other and kind in (None, RESIDENT):
        sentence = f"{title}持其他证件的，须选择其身份证件类型。"
        yield InvalidInput(sentence=sentence, field=f"{member}_document_type")
    elif kind == RESIDENT and not resident:
        yield InvalidInput(sentence=f"请填写{title}身份证号。", field=f"{member}_number")
    elif kind not in (None, RESIDENT, *MAY_LACK_NUMBER) and not other:
        yield InvalidInput(sentence=f"请填写{title}其他证件号码。", field=f"{member}_document_number")
    elif kind is not None and other and (fault := fault_of_document(kind, other)):
        yield InvalidValue(fault[0], sentence=f"{title}其他证件号码：{fault[1]}。", field=f"{member}_document_number")
