"""Where in a name one may begin to read: the parts by which a child is found, and the first letters in pinyin.

Every part that a name ends with is a row, so that any part of a name is the beginning of a row and the index finds it,
however many children there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, execute, table
from app.name_parts import begins_with, part_type
from app.students.models.students import Student
from app.web import canonical
from app.web.pinyin import letter_of

LONGEST = 36
SURNAMES = {  # read otherwise at the head of a name than elsewhere
    "曾": "z", "单": "s", "仇": "q", "解": "x", "查": "z", "朴": "p", "区": "o", "盖": "g", "翟": "z", "缪": "m",
    "覃": "q", "冼": "x", "种": "c", "乐": "y", "任": "r", "员": "y", "秘": "b", "折": "s", "繁": "p", "召": "s",
    "万俟": "mq", "尉迟": "yc", "长孙": "zs", "澹台": "tt", "宓": "m", "隗": "w", "那": "n", "燕": "y", "阚": "k",
}  # fmt: skip
SEPARATORS = re.compile(r"[·\s\-’'.]+")


class NamePart(Model):
    """姓名检索项 – what a name reads from one of its characters on, or its first letters; small letters throughout."""

    __tablename__ = "name_part"
    __table_args__ = (sa.Index("ix_name_part_part", "part", "student_id"),)

    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), primary_key=True)
    part: Mapped[str] = mapped_column(part_type(LONGEST), primary_key=True)


def parts_of(name: str) -> set[str]:
    """陈思远 → 陈思远, 思远, 远, csy: everything by whose beginning the name is found."""
    plain = name.lower()[:LONGEST]
    ends = {plain[place:].strip("· -’'.") for place in range(len(plain)) if not plain[place : place + 1].isascii()}
    words = {plain[found.end() :] for found in SEPARATORS.finditer(plain)}
    return {each for each in {plain, *ends, *words, initials(name)} if each}


def initials(name: str) -> str:
    """The first letters of a name's characters in pinyin, surnames as they are read; of a Latin name its words'."""
    plain = name.lower()[:LONGEST]
    head = next((plain[:length] for length in (2, 1) if plain[:length] in SURNAMES), "")
    rest = re.findall(r"[a-z]+|[^\x00-\x7f]", SEPARATORS.sub(" ", plain[len(head) :]))
    return SURNAMES.get(head, "") + "".join(each[0] if each.isascii() else letter_of(each) for each in rest)


def remember(names: Mapping[int, str]) -> None:
    """Write the parts of these children's names, by their ids, beside a statement that wrote many children at once."""
    rows = [{"student_id": key, "part": part} for key, name in names.items() for part in sorted(parts_of(name))]
    if rows:
        execute(sa.insert(table(NamePart)), rows)


def range_of(typed: str) -> sa.ColumnElement[bool]:
    """The condition that a part of a name begins with what was typed: a range of the index."""
    return begins_with(NamePart.part, canonical.name(typed).lower())


@sa.event.listens_for(Student, "after_insert")
def _remember_new(_mapper: Any, connection: sa.Connection, student: Student) -> None:
    rows = [{"student_id": student.id, "part": part} for part in sorted(parts_of(student.name))]
    connection.execute(sa.insert(table(NamePart)), rows)


@sa.event.listens_for(Student, "after_update")
def _remember_changed(_mapper: Any, connection: sa.Connection, student: Student) -> None:
    """A corrected name is found by what it reads now."""
    if sa.inspect(student).attrs.name.history.has_changes():
        parts = table(NamePart)
        connection.execute(sa.delete(parts).where(parts.c.student_id == student.id))
        _remember_new(_mapper, connection, student)
