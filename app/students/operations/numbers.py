"""Giving out numbers: in the transaction that registers the child, so that no series has a gap."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.database import execute, table
from app.encryption import keyed_hash
from app.errors import Refused
from app.sequences import NumberSequence, insert_for, next_in
from app.students.models import NumberKind, Student, StudentNumber
from app.students.operations.national_numbers import taken
from app.students.rules.numbers import LAST_IN_SERIES, temporary_national_number
from app.web.text import check_digit

NUMBERS = table(StudentNumber)


class SequenceExhausted(Refused):
    code = "E-NUMBER"
    text = "学籍辅号 {prefix} 的序号已用完（最多 {last} 个）。"


def next_stage_numbers(prefix: str, count: int) -> list[str]:
    """The next `count` stage numbers (学籍辅号) under a prefix, gap-free. Raises SequenceExhausted (E-NUMBER).

    Numbers that came in with the first data count: the series begins after the highest of them.
    """
    key = f"stage-{prefix}"
    if execute(sa.select(NumberSequence.last).where(NumberSequence.key == key)).first() is None:
        value = NUMBERS.c.value
        highest = execute(
            sa.select(sa.func.max(value)).where(
                NUMBERS.c.kind == NumberKind.STAGE,
                value > prefix,
                value < f"{prefix}:",
                sa.func.length(value) == len(prefix) + 4,
            )
        ).scalar()
        begun = insert_for()(table(NumberSequence)).values(key=key, last=int(highest[-4:]) if highest else 0)
        execute(begun.on_conflict_do_nothing())
    first = next_in(key, count)
    if first + count - 1 > LAST_IN_SERIES:
        raise SequenceExhausted(prefix=prefix, last=LAST_IN_SERIES)
    return [f"{prefix}{serial:04d}" for serial in range(first, first + count)]


def new_national_numbers(division: str, born: Sequence[dt.date]) -> list[str]:
    """A temporary national number (L) for each birth date, none of which anybody has."""
    chosen: list[str] = [temporary_national_number(division, day, secrets.randbelow(10000)) for day in born]
    while doubled := _taken(chosen):
        for place, number in enumerate(chosen):
            if number in doubled:
                chosen[place] = temporary_national_number(division, born[place], secrets.randbelow(10000))
                doubled.discard(number)
    return chosen


def _taken(numbers: Sequence[str]) -> set[str]:
    """Those that stand in the list twice, or in the database already."""
    return {number for number, times in Counter(numbers).items() if times > 1} | taken(numbers)


def new_stand_in(division: str, born_on: dt.date) -> str:
    """A J number: the main number of a child without a usable identity number (domain.md 4.3)."""
    students: Any = table(Student)
    while True:
        body = f"{division}{born_on:%Y%m%d}{secrets.randbelow(1000):03d}"
        number = f"J{body}{check_digit(body)}"
        if execute(sa.select(students.c.id).where(students.c.main_number_hash == keyed_hash(number))).first() is None:
            return number
