"""学期学籍核对: class lists as they stand, what the school found, and the discrepancies until they are settled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.errors import Stale
from app.schools.models import SchoolClass
from app.students.models import Enrolment, Standing, Student
from app.students.models.cohorts import ClassCheck, Discrepancy, DiscrepancyKind
from app.students.operations.context import CaseContext
from app.students.operations.graduation import line_of, meant
from app.students.rules.verification import ClassKey, key_of

SHOWN = ("id", "name", "main_number_masked", "main_number_hash")
Lists = dict[ClassKey, list[Any]]  # rows that hold these


def class_lists(school_id: int) -> Lists:
    """The children in attendance of every class, in the order of grades and numbers; 0 are those in no class."""
    number = sa.func.coalesce(SchoolClass.number, 0)
    rows = db.session.execute(
        sa.select(Enrolment.grade, number, *(getattr(Student, name) for name in SHOWN))
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.school_class_id)
        .where(Enrolment.school_id == school_id, Enrolment.standing == Standing.ACTIVE, Enrolment.ends_on.is_(None))
        .order_by(Enrolment.grade, number, Student.main_number_hash)
    )
    lists: Lists = {}
    for row in rows:
        lists.setdefault((row[0], row[1]), []).append(row)
    return lists


def with_findings(confirmed: Sequence[Mapping[str, Any]], lists: Lists) -> list[dict[str, Any]]:
    """The confirmations as a case keeps them: who is missing made unmistakable, counts, the digest of each list.

    Raises NoSuchChild for a line that means nobody of its class, or several.
    """
    kept = []
    for place, each in enumerate(confirmed):
        children = lists[key_of(each)]
        lines = dict.fromkeys(each.get("missing") or ())
        ids = {meant(line, children, f"classes.{place}.missing") for line in lines}
        missing = [child for child in children if child.id in ids]
        kept.append(
            {
                **each,
                "missing": [line_of(child.name, child.main_number_masked) for child in missing],
                "missing_ids": [child.id for child in missing],
                "unlisted": list(dict.fromkeys(each.get("unlisted") or ())),
                "present": len(children) - len(missing),
                "digest": _digest(children),
            }
        )
    return kept


def _digest(children: Sequence[Any]) -> str:
    """Of the class list as it was confirmed: who stood on it, in a fixed order."""
    return hashlib.sha256("\n".join(child.main_number_hash for child in children).encode()).hexdigest()


def is_verified(school_id: int, year: int, term: int) -> bool:
    """True when the school's roll of that term has been verified."""
    here = (ClassCheck.school_id == school_id, ClassCheck.year == year, ClassCheck.term == term)
    return db.session.scalar(sa.select(ClassCheck.id).where(*here).limit(1)) is not None


def keep_verification(context: CaseContext) -> None:
    """Every class as it was confirmed, and every child whose record and person are apart. Raises Stale."""
    context.claim()
    asked, school, now = context.application, context.applicant_office_id, clock.now()
    if is_verified(school, asked["year"], asked["term"]):
        raise Stale()
    for each in asked["classes"]:
        about = {"grade": each["grade"], "class_number": each["class_number"], "case_id": context.case_id}
        db.session.add(
            ClassCheck(
                **about,
                school_id=school,
                year=asked["year"],
                term=asked["term"],
                teacher=each["teacher"],
                listed=each["listed"],
                present=each["present"],
                unlisted=len(each["unlisted"]),
                digest=each["digest"],
            )
        )
        for name, student_id in _apart(each):
            kind = DiscrepancyKind.PERSON_ONLY if student_id is None else DiscrepancyKind.RECORD_ONLY
            db.session.add(
                Discrepancy(**about, school_id=school, kind=kind, student_id=student_id, name=name, found_at=now)
            )
    classes = asked["classes"]
    audit.record(
        "rolls/verify",
        f"school:{school}",
        actor=context.actor,
        after={
            "year": asked["year"],
            "term": asked["term"],
            "listed": sum(each["listed"] for each in classes),
            "present": sum(each["present"] for each in classes),
            "unlisted": sum(len(each["unlisted"]) for each in classes),
            "case": context.number,
        },
    )


def _apart(each: Mapping[str, Any]) -> list[tuple[str, int | None]]:
    """Name and id of every child of a class that is not both on the list and there; no id: no record here."""
    lines = zip(each["missing"], each["missing_ids"], strict=True)
    missing: list[tuple[str, int | None]] = [(line.rsplit(" ", 1)[0], student_id) for line, student_id in lines]
    return [*missing, *((name, None) for name in each["unlisted"])]


def settle(discrepancy: Discrepancy, how: str, *, actor: Actor) -> None:
    """Close a discrepancy with what came of it. Raises Stale when somebody else has."""
    settled = db.session.execute(
        sa.update(Discrepancy)
        .where(Discrepancy.id == discrepancy.id, Discrepancy.settled_at.is_(None))
        .values(settled_at=clock.now(), settled_by=actor.user_id, settled_how=how)
    )
    if settled.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    audit.record(
        "rolls/settle", f"discrepancy:{discrepancy.id}", actor=actor, after={"how": how, "case": discrepancy.case_id}
    )
