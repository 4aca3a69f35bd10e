"""What is kept of a child and its family in words, as the card and the page of a student show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.divisions.rules.gazetteer import division_name
from app.encryption import unseal_text
from app.students.models import Student
from app.students.rules.ethnic_groups import ethnic_group
from app.students.rules.particulars import MEMBER_WORDS, MEMBERS, words_of, words_of_member
from app.students.rules.sealed_numbers import masked_of

SEXES = {"1": "男", "2": "女"}
RELATIONS = {
    "1": "父亲",
    "2": "母亲",
    "3": "祖父",
    "4": "祖母",
    "5": "外祖父",
    "6": "外祖母",
    "7": "其他监护人",
    "9": "其他",
}


def particulars_of(student: Student) -> list[tuple[str, str]]:
    """一般信息 as the card has it, title and value; the number of a document by its ends."""
    kept: Mapping[str, Any] = student.particulars or {}
    documents = MEMBER_WORDS["document_type"][1]
    found = [("身份证件类型", documents.get(student.document_type, student.document_type))]
    if sealed := kept.get("document_number_sealed"):
        found.append(("其他证件号码", masked_of(unseal_text(sealed))))
    return [*found, *((title, value) for _name, title, value in words_of(kept))]


def whereabouts_of(student: Student) -> list[tuple[str, str]]:
    """民族 and where a child belongs and lives, title and value."""
    kept: Mapping[str, Any] = student.particulars or {}
    found = [
        ("民族", ethnic_group(student.ethnic_group)),
        ("户口所在地", division_name(student.household_division)),
        ("现住址", str(kept.get("address") or "")),
    ]
    return [(title, value) for title, value in found if value]


@dataclass(frozen=True)
class Member:
    """One member of the family, everything in words."""

    name: str
    relation: str  # with its note: 其他（姑母）
    phone: str
    details: tuple[tuple[str, str], ...]  # title and value of what else is known


def members_of(student: Student) -> list[Member]:
    """The members of a child's family in their order, the numbers of their documents by their ends."""
    kept: Mapping[str, Any] = student.particulars or {}
    return [_member(row, member, kept) for member, row in zip(MEMBERS, student.guardians, strict=False)]


def _member(row: Any, member: str, kept: Mapping[str, Any]) -> Member:
    words = words_of_member(kept, member)
    _, note = words.pop("relation_note", ("", ""))
    number = kept.get(f"{member}_number_sealed") or kept.get(f"{member}_document_number_sealed")
    details = list(words.values())
    if number:
        details.append(("身份证件号", masked_of(unseal_text(number))))
    relation = RELATIONS.get(row.relation, row.relation)
    return Member(row.name, f"{relation}（{note}）" if note else relation, row.phone, tuple(details))
