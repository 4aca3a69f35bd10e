"""全国学籍号: temporary (L) until the nationwide check at the month's end has found nobody else, then formal (G).

Who arrives from another province declares the number borne there: it stands as 待核验, a row without a child, until
that province has answered, and keeps everybody else from it meanwhile; then it is the child's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import execute, table
from app.encryption import keyed_hash
from app.sequences import insert_for
from app.students.models import NumberKind, Student, StudentNumber
from app.students.models.contests import Contest, ContestKind
from app.students.rules.numbers import FORMAL_LETTER, DeclaredElsewhere
from app.students.rules.sealed_numbers import sealed_number

NUMBERS, STUDENTS = table(StudentNumber), table(Student)
ASKED = "已送全国查重"
DECLARED, VERIFIED = "待核验", "外省已核验"
FORMAL, DUPLICATE = "formal", "duplicate"  # what the nationwide check says of a number
OURS = NUMBERS.c.kind == NumberKind.NATIONAL
DECLARATIONS = (OURS, NUMBERS.c.student_id.is_(None))


# ── the nationwide check ─────────────────────────────────────────────────────────────────────────────────────────────


def numbers_to_check(limit: int) -> Sequence[Any]:
    """Numbers that are not formal and that nobody has asked about, of children who have an identity number.

    Rows of `id`, `number`, `name`, `main_number`, `student_id`. A J number stays until the child has an identity
    number; then it is exchanged as an L number is.
    """
    query = (
        sa.select(NUMBERS.c.id, NUMBERS.c.number, NUMBERS.c.student_id, STUDENTS.c.name, STUDENTS.c.main_number)
        .join(STUDENTS, STUDENTS.c.id == NUMBERS.c.student_id)
        .where(
            OURS,
            NUMBERS.c.valid_until.is_(None),
            NUMBERS.c.reason.in_(("", VERIFIED)),
            ~NUMBERS.c.number_masked.like(f"{FORMAL_LETTER}%"),
            ~STUDENTS.c.main_number_masked.like("J%"),
            ~STUDENTS.c.contested,
        )
        .order_by(NUMBERS.c.id)
        .limit(limit)
    )
    return execute(query.with_for_update(of=NUMBERS, skip_locked=True)).all()


def mark_asked(ids: Sequence[int]) -> None:
    """These are being checked: nobody asks about them again."""
    execute(sa.update(NUMBERS).where(NUMBERS.c.id.in_(ids)).values(reason=ASKED))


def keep_result(results: Mapping[str, str], *, actor: Actor) -> None:
    """What the check said, by the number asked about: formal numbers are issued, duplicates become contested records.

    The number before stays in the child's history with the day on which it ended.
    """
    for number, result in results.items():
        held = execute(
            sa.select(NUMBERS.c.id, NUMBERS.c.student_id, NUMBERS.c.case_id, STUDENTS.c.main_number)
            .join(STUDENTS, STUDENTS.c.id == NUMBERS.c.student_id)
            .where(
                OURS,
                NUMBERS.c.number_hash == keyed_hash(number),
                NUMBERS.c.valid_until.is_(None),
                NUMBERS.c.reason == ASKED,
            )
            .with_for_update(of=NUMBERS)
        ).first()
        if held is None:  # answered before
            continue
        formal = f"{FORMAL_LETTER}{held.main_number}"
        if result != FORMAL:
            _contest(held, "全国查重发现重复", "全国查重发现重复：外省已有同一证件号的学籍。", actor)
        elif taken([formal]):
            _contest(held, "正式学籍号已被占用", "按证件号应换发的全国学籍号已为另一学籍所有或申报。", actor)
        else:
            _issue(held, formal)
        audit.record("students/national_check", f"student:{held.student_id}", actor=actor, after={"result": result})


def _issue(held: Any, formal: str) -> None:
    """G in place of L: G and the identity number of that day, which it keeps even if the identity number changes."""
    today = clock.today()
    execute(sa.update(NUMBERS).where(NUMBERS.c.id == held.id).values(valid_until=today, reason="已换发正式学籍号"))
    execute(
        sa.insert(NUMBERS).values(
            student_id=held.student_id,
            kind=NumberKind.NATIONAL,
            **sealed_number(formal),
            valid_from=today,
            reason="全国查重通过",
            case_id=held.case_id,
        )
    )


def _contest(held: Any, reason: str, explanation: str, actor: Actor) -> None:
    """The number, or its child, is somebody else's too: a contested record, settled by a case of its own."""
    execute(sa.update(STUDENTS).where(STUDENTS.c.id == held.student_id).values(contested=True))
    execute(sa.update(NUMBERS).where(NUMBERS.c.id == held.id).values(reason=reason))
    execute(
        sa.insert(table(Contest)).values(
            student_id=held.student_id,
            kind=ContestKind.SAME_PERSON,
            explanation=explanation,
            marked_at=clock.now(),
            marked_by_id=actor.office_id,
        )
    )


# ── a number declared by an arrival ──────────────────────────────────────────────────────────────────────────────────


def taken(numbers: Collection[str]) -> set[str]:
    """Those that somebody bears, has borne, or has declared."""
    hashes = {keyed_hash(number): number for number in numbers}
    known = execute(sa.select(NUMBERS.c.number_hash).where(OURS, NUMBERS.c.number_hash.in_(list(hashes))))
    return {hashes[number_hash] for number_hash in known.scalars()}


def declare(number: str, case_id: int, *, over: sa.Select[Any]) -> None:
    """Keep a declared number from everybody else while the case is open; one that the case declared before is let go.

    over -- the closed cases, by id. Raises DeclaredElsewhere (E-DUP-03).
    """
    let_go(over)
    mine, kept = (*DECLARATIONS, NUMBERS.c.case_id == case_id), sealed_number(number)
    execute(
        insert_for()(NUMBERS)
        .values(
            student_id=None,
            kind=NumberKind.NATIONAL,
            **kept,
            valid_from=clock.today(),
            reason=DECLARED,
            case_id=case_id,
        )
        .on_conflict_do_nothing(index_elements=["kind", "number_hash"])
    )
    if execute(sa.select(NUMBERS.c.id).where(*mine, NUMBERS.c.number_hash == kept["number_hash"])).first() is None:
        raise DeclaredElsewhere(field="national_number")
    execute(sa.delete(NUMBERS).where(*mine, NUMBERS.c.number_hash != kept["number_hash"]))


def let_go(over: sa.Select[Any]) -> None:
    """Declarations hold no more once their case has closed without a child. over -- the closed cases, by id"""
    execute(sa.delete(NUMBERS).where(*DECLARATIONS, NUMBERS.c.case_id.in_(over)))


def verify(case_id: int, child: int) -> bool:
    """The number that the case declared is the child's from today; False when it has declared none."""
    verified = execute(
        sa.update(NUMBERS)
        .where(*DECLARATIONS, NUMBERS.c.case_id == case_id)
        .values(student_id=child, valid_from=clock.today(), reason=VERIFIED)
    )
    return bool(verified.rowcount)
