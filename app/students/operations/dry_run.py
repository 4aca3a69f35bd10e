"""What a case about a whole school does, or would do now: how many children go where, and who is left out by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.database import db
from app.students.models import Change, Student
from app.students.models.cohorts import LeftOut, LeftOutBecause


@dataclass(frozen=True)
class Moved:
    """So many children from one grade to another, or out of it with a standing."""

    grade: str
    to: str  # a grade, or a standing
    children: int


@dataclass(frozen=True)
class PassedOver:
    """One child who is left out, and why."""

    student_id: int
    name: str
    grade: str
    because: LeftOutBecause


@dataclass(frozen=True)
class Rehearsal:
    """The same before and after: a rehearsal that nobody disturbs shows the counts that come true."""

    moved: tuple[Moved, ...]
    left_out: tuple[PassedOver, ...]
    done: bool = False

    @property
    def children(self) -> int:
        return sum(each.children for each in self.moved)


def done_under(case_id: int) -> Rehearsal:
    """What the case has done."""
    counted = db.session.execute(
        sa.select(Change.before, Change.after, sa.func.count())
        .where(Change.case_id == case_id)
        .group_by(Change.before, Change.after)
        .order_by(Change.before, Change.after)
    )
    left_out = db.session.execute(
        sa.select(LeftOut.student_id, Student.name, LeftOut.grade, LeftOut.because)
        .join(Student, Student.id == LeftOut.student_id)
        .where(LeftOut.case_id == case_id)
        .order_by(LeftOut.grade, LeftOut.because, LeftOut.student_id)
    )
    return Rehearsal(
        tuple(Moved(before["grade"], _to(before, after), children) for before, after, children in counted),
        tuple(PassedOver(*row) for row in left_out),
        done=True,
    )


def _to(before: dict[str, Any], after: dict[str, Any]) -> str:
    differs = "grade" if before["grade"] != after["grade"] else "standing"
    return str(after[differs])
