"""Figures: what happened is added up, and refused attempts are counted, without a word about whom they concerned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.bulk import among
from app.cases.models.figures import Figure, FigureEntry, FigureKind
from app.database import execute, serialise, table
from app.divisions.models import Office
from app.sequences import insert_for
from app.writes import Write

ENTRIES, FIGURES = table(FigureEntry), table(Figure)
AT_ONCE = 2000  # entries added up in one transaction
KEY = ("office_id", "whole", "kind", "day", "process_key", "step", "code", "since")
#: what is counted as an attempt, by the beginning of the refusal's code
COUNTED = ("E-QUOTA", "E-PLAN", "E-SCOPE", "E-DIR", "E-ARCH", "E-DUP")


def attempt_of(office_id: int, process: str, code: str) -> Write:
    """A refused attempt of an office, to be written with what it led to."""
    today = clock.today()
    what = {"kind": FigureKind.ATTEMPT.value, "process_key": process, "step": "", "code": code}
    return Write(ENTRIES, {"office_id": office_id, **what, "day": today, "since": today, "count": 1})


def is_counted(code: str) -> bool:
    """True for a refusal that stands for somebody who tried to take in or move a child against the rules."""
    return code.startswith(COUNTED)


def count_attempts(codes: Iterable[str], actor: Actor) -> None:
    """Count an act that was refused, once for each cause; in a transaction after that of the act."""
    for code in sorted({each for each in codes if is_counted(each)}):
        write = attempt_of(actor.office_id, "", code)
        execute(sa.insert(ENTRIES).values(**write.values))


def add_up() -> int:
    """Add the next entries to the sums of their offices and of every bureau above; return how many were added.

    One at a time: what the sums are locked for is this alone, and nobody who decides waits for it.
    """
    serialise("figures")
    ids = execute(sa.select(ENTRIES.c.id).order_by(ENTRIES.c.id).limit(AT_ONCE)).scalars().all()
    if not ids:
        return 0
    for whole in (False, True):
        summed = _sums(ids, whole=whole)
        added = insert_for()(Figure).from_select([*KEY, "count"], summed)
        same = {"count": Figure.count + added.excluded.count}
        execute(added.on_conflict_do_update(index_elements=list(KEY), set_=same))
    execute(sa.delete(ENTRIES).where(among(ENTRIES.c.id, ids)))
    execute(sa.delete(FIGURES).where(FIGURES.c.count == 0))
    return len(ids)


def _sums(ids: Any, *, whole: bool) -> sa.Select[Any]:
    """The entries, grouped by what they count: for the office itself, or for it and everybody above it."""
    own, above = table(Office).alias("own"), table(Office).alias("above")
    office = above.c.id if whole else ENTRIES.c.office_id
    named = [ENTRIES.c[name] for name in KEY[2:]]
    asked = sa.select(office, sa.literal(whole), *named, sa.func.sum(ENTRIES.c.count))
    if whole:
        begins = sa.func.substr(own.c.path, 1, sa.func.length(above.c.path)) == above.c.path
        asked = asked.join(own, own.c.id == ENTRIES.c.office_id).join(above, begins)
    asked = asked.where(among(ENTRIES.c.id, ids)).group_by(office, *named)
    return asked.order_by(office, *named)
