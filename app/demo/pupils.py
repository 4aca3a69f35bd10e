"""Children of whom the demonstration may still make a case: taken one by one, never the first five of a grade."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from app.cases.models import Case, CaseStatus
from app.database import db, end_reading
from app.demo.schools import DemoSchool
from app.demo.students import Child

FREE_TO_TRANSFER = 5  # places of a grade that stay as they are


class Pupils:
    """The children that nobody has taken, by school, the first grade first."""

    def __init__(self, children: Iterable[Child]) -> None:
        held = set(db.session.scalars(sa.select(Case.student_id).where(Case.status != CaseStatus.CLOSED)))
        end_reading()
        self._left: dict[int, list[Child]] = {}
        for each in children:
            if each.free and each.place >= FREE_TO_TRANSFER and each.id not in held:
                self._left.setdefault(each.school.id, []).append(each)

    def take(self, school: DemoSchool, years: Collection[str] = "123456") -> Child | None:
        """A child of that school in one of these years of its stage, of the largest grade first; None: no more."""
        left = [each for each in self._left.get(school.id, ()) if each.grade[1] in years]
        if not left:
            return None
        sizes = {grade: sum(each.grade == grade for each in left) for grade in {each.grade for each in left}}
        child = min(left, key=lambda each: (each.moved_on is not None, -sizes[each.grade], each.id))
        self._left[school.id].remove(child)
        return child
