"""全国学籍号: temporary (L) until the nationwide check at the month's end has found nobody else, then formal (G)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import execute, table
from app.students.contests import Contest, ContestKind
from app.students.models import NumberKind, Student, StudentNumber
from app.students.rules.numbers import formal_national_number

NUMBERS, STUDENTS = table(StudentNumber), table(Student)
ASKED = "已送全国查重"
FORMAL, DUPLICATE = "formal", "duplicate"  # what the nationwide check says of a number


def numbers_to_check(limit: int) -> Sequence[Any]:
    """Temporary numbers that nobody has asked about, with name and main number; J numbers stay as they are.

    Rows of `value`, `name`, `main_number`, `student_id`.
    """
    query = (
        sa.select(NUMBERS.c.value, NUMBERS.c.student_id, STUDENTS.c.name, STUDENTS.c.main_number)
        .join(STUDENTS, STUDENTS.c.id == NUMBERS.c.student_id)
        .where(
            NUMBERS.c.kind == NumberKind.NATIONAL,
            NUMBERS.c.valid_until.is_(None),
            NUMBERS.c.reason == "",
            NUMBERS.c.value.like("L%"),
            ~STUDENTS.c.main_number_masked.like("J%"),
            ~STUDENTS.c.contested,
        )
        .order_by(NUMBERS.c.id)
        .limit(limit)
    )
    return execute(query.with_for_update(of=NUMBERS, skip_locked=True)).all()


def mark_asked(values: Sequence[str]) -> None:
    """These are being checked: nobody asks about them again."""
    ours = sa.and_(NUMBERS.c.kind == NumberKind.NATIONAL, NUMBERS.c.value.in_(values))
    execute(sa.update(NUMBERS).where(ours).values(reason=ASKED))


def keep_result(results: Mapping[str, str], *, actor: Actor) -> None:
    """What the check said, by temporary number: formal numbers are issued, duplicates become contested records.

    The number before stays in the child's history with the day on which it ended.
    """
    for value, result in results.items():
        held = execute(
            sa.select(NUMBERS.c.id, NUMBERS.c.student_id, NUMBERS.c.case_id, STUDENTS.c.main_number_hash)
            .join(STUDENTS, STUDENTS.c.id == NUMBERS.c.student_id)
            .where(
                NUMBERS.c.kind == NumberKind.NATIONAL,
                NUMBERS.c.value == value,
                NUMBERS.c.valid_until.is_(None),
                NUMBERS.c.reason == ASKED,
            )
            .with_for_update(of=NUMBERS)
        ).first()
        if held is None:  # answered before
            continue
        if result == FORMAL:
            _issue(held)
        else:
            _contest(held, actor)
        audit.record("students/national_check", f"student:{held.student_id}", actor=actor, after={"result": result})


def _issue(held: Any) -> None:
    """G in place of L; its value is the keyed hash, since G is followed by the identity number itself."""
    today = clock.today()
    execute(sa.update(NUMBERS).where(NUMBERS.c.id == held.id).values(valid_until=today, reason="已换发正式学籍号"))
    execute(
        sa.insert(NUMBERS).values(
            student_id=held.student_id,
            kind=NumberKind.NATIONAL,
            value=formal_national_number(held.main_number_hash),
            valid_from=today,
            reason="全国查重通过",
            case_id=held.case_id,
        )
    )


def _contest(held: Any, actor: Actor) -> None:
    """Another province knows the child too: a contested record, settled by a case of its own."""
    execute(sa.update(STUDENTS).where(STUDENTS.c.id == held.student_id).values(contested=True))
    execute(sa.update(NUMBERS).where(NUMBERS.c.id == held.id).values(reason="全国查重发现重复"))
    execute(
        sa.insert(table(Contest)).values(
            student_id=held.student_id,
            kind=ContestKind.SAME_PERSON,
            explanation="全国查重发现重复：外省已有同一证件号的学籍。",
            marked_at=clock.now(),
            marked_by_id=actor.office_id,
        )
    )
