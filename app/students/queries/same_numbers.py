"""Whoever bears a number that is also said of another child, under whichever type of document it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.bulk import among
from app.database import db
from app.encryption import keyed_hash
from app.students.models import NumberKind, Student, StudentNumber
from app.students.rules.sealed_numbers import hashes_of_other_types
from app.web.canonical import same_name


def alike_under_other_types(rows: Sequence[Mapping[str, Any]]) -> list[list[Student]]:
    """For each row of a registration or an arrival, the children who bear its number under another type of document.

    其他 (Z) says nothing of the type: of its number every type is asked, of every other number whether 其他 has it.
    Those of the row's name come first: they are the same child (E-DUP-01), the others perhaps (E-DUP-02).
    """
    asked = [hashes_of_other_types(row) for row in rows]
    bearers = _bearers([each for hashes in asked for each in hashes])
    found = []
    for row, hashes in zip(rows, asked, strict=True):
        alike = {child.id: child for each in hashes for child in bearers.get(each, ())}
        found.append(sorted(alike.values(), key=lambda child: (not same_name(child.name, row["name"]), child.id)))
    return found


def number_is_taken(number: str, student_id: int) -> bool:
    """True when another child has this main number , once had it, or has it as 其他."""
    if not number:
        return False
    number_hash, as_other = keyed_hash(number.upper()), hashes_of_other_types({"main_number": number})
    bears = sa.or_(Student.main_number_hash == number_hash, Student.document_hash.in_(as_other))
    former = sa.select(StudentNumber.id).where(
        StudentNumber.kind == NumberKind.FORMER_MAIN,
        StudentNumber.number_hash == number_hash,
        StudentNumber.student_id != student_id,
    )
    known = sa.select(Student.id).where(bears, Student.id != student_id)
    return any(db.session.scalar(each.limit(1)) is not None for each in (known, former))


def _bearers(hashes: Sequence[str]) -> dict[str, list[Student]]:
    """By the hash, who has it as the main number, a former one, or a document."""
    if not hashes:
        return {}
    former = (
        sa.select(StudentNumber.number_hash, Student)
        .join(Student, Student.id == StudentNumber.student_id)
        .where(StudentNumber.kind == NumberKind.FORMER_MAIN, among(StudentNumber.number_hash, hashes))
    )
    queries = (
        sa.select(Student.main_number_hash, Student).where(among(Student.main_number_hash, hashes)),
        sa.select(Student.document_hash, Student).where(among(Student.document_hash, hashes)),
        former,
    )
    found: dict[str, list[Student]] = {}
    for query in queries:
        for number_hash, child in db.session.execute(query):
            found.setdefault(str(number_hash), []).append(child)
    return found
