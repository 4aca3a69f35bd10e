"""反向更正 between cases: which case has taken back what another has done, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.access import Actor
from app.cases.models import Case
from app.cases.queries.cases import view_of
from app.database import db
from app.errors import Missing
from app.students.models import Change

TAKEN, OPPOSITE = aliased(Change), aliased(Change)


def _by_case(mine: Any, other: Any) -> sa.Select[str, int]:
    """The other cases by number, with how many entries of theirs belong to entries of the one asked about."""
    return (
        sa.select(Case.number, sa.func.count())
        .select_from(mine)
        .join(other, OPPOSITE.reverses_id == TAKEN.id)
        .join(Case, Case.id == other.case_id)
        .where(mine.case_id == sa.bindparam("case"))
        .group_by(Case.id, Case.number)
        .order_by(Case.id)
    )


#: built once: the page of every case asks both
TAKEN_BACK, TAKES_BACK = _by_case(TAKEN, OPPOSITE), _by_case(OPPOSITE, TAKEN)


@dataclass(frozen=True)
class TakenBack:
    """What became of a finished case: by which cases, how many of its entries, and whether all of them."""

    numbers: tuple[str, ...]
    entries: int
    whole: bool

    @property
    def sentence(self) -> str:
        """已撤销（见办件 …）, or how many of a list were."""
        seen = f"（见办件 {'、'.join(self.numbers)}）"
        return f"已撤销{seen}，本表无效。" if self.whole else f"其中 {self.entries} 人的办理结果已撤销{seen}。"


@dataclass(frozen=True)
class TakesBack:
    """What a finished case has taken back: which case, and how many of its entries."""

    number: str
    entries: int


@dataclass(frozen=True)
class Reversals:
    """What was taken back of a case, and what it has taken back of others, for one reader."""

    taken: TakenBack | None
    takes: Sequence[TakesBack]
    seen: set[str]  # those of these cases that the reader may open


def taken_back(case_id: int) -> TakenBack | None:
    """What has been taken back of the case; None while everything that it has done still holds."""
    rows = db.session.execute(TAKEN_BACK, {"case": case_id}).all()
    if not rows:
        return None
    written = db.session.scalar(sa.select(sa.func.count()).select_from(Change).where(Change.case_id == case_id))
    entries = sum(count for _number, count in rows)
    return TakenBack(tuple(number for number, _count in rows), entries, entries == written)


def takes_back(case_id: int) -> list[TakesBack]:
    """What the case has taken back, by case; empty for one that is no reversal, or has not been agreed to."""
    return [TakesBack(*row) for row in db.session.execute(TAKES_BACK, {"case": case_id})]


def reversals_of(actor: Actor, case: Case) -> Reversals:
    """What was taken back of the case, and what it has taken back, with which of those cases the actor may open.

    Nothing is asked of a case whose diagram is known to have written nothing yet: most that are opened are such.
    """
    if case.written == []:
        return Reversals(None, (), set())
    taken, takes = taken_back(case.id), takes_back(case.id)
    numbers = [*(taken.numbers if taken else ()), *(each.number for each in takes)]
    return Reversals(taken, takes, seen_of(actor, numbers))


def seen_of(actor: Actor, numbers: Sequence[str]) -> set[str]:
    """Those of these cases whose pages open for the actor."""
    seen: set[str] = set()
    if not numbers:
        return seen
    for case in db.session.scalars(sa.select(Case).where(Case.number.in_(numbers))):
        try:
            view_of(actor, case)
        except Missing:
            continue
        seen.add(case.number)
    return seen
