"""家庭成员 as a correction alters them: rows of their own, and the numbers of their documents encrypted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.database import db
from app.encryption import seal_text
from app.students.models import Guardian, Student
from app.students.rules.family import MEMBER_NUMBERS, known_family
from app.students.rules.particulars import MEMBERS
from app.students.rules.sealed_numbers import masked_of
from app.web import canonical


def shown_family(student: Student, names: Iterable[str]) -> dict[str, str | None]:
    """These fields of the family as change entries keep them: a number only masked, None for what is not known."""
    known = known_family(student)
    return {name: masked_of(value) if (value := known[name]) and name in MEMBER_NUMBERS else value for name in names}


def write_family(student: Student, fields: Mapping[str, Any]) -> None:
    """Write these fields of the family, None for what is to be known no longer.

    Whoever comes to be known is added after the first; one of whom nothing is left is taken out.
    """
    for name in MEMBER_NUMBERS:
        if name in fields:
            untouched = {kept: known for kept, known in (student.particulars or {}).items() if kept != f"{name}_sealed"}
            new = {f"{name}_sealed": seal_text(fields[name])} if fields[name] else {}
            student.particulars = {**untouched, **new}
    for place, member in enumerate(MEMBERS):
        own = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith(f"{member}.")}
        if own:
            _write_member(student, place, own)


def _write_member(student: Student, place: int, own: Mapping[str, Any]) -> None:
    row = student.guardians[place] if place < len(student.guardians) else None
    if row is None and any(own.values()):
        student.guardians.append(Guardian(**_as_kept(own)))
    elif row is not None and not any(own.values()):
        student.guardians.remove(row)
        db.session.delete(row)
    elif row is not None:
        for name, value in _as_kept(own).items():
            if getattr(row, name) != value:  # only columns that change are written: the lock tells them apart
                setattr(row, name, value)


def _as_kept(own: Mapping[str, Any]) -> dict[str, Any]:
    return {name: canonical.name(value) if name == "name" else value for name, value in own.items()}
