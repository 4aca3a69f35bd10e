"""Figures: what happened is added up, and refused attempts are counted, without a word about whom they concerned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.bulk import among
from app.cases.models.figures import Figure, FigureEntry, FigureKind
from app.cases.rules.attempts import cause_of
from app.cases.rules.durations import working_days
from app.database import execute, serialise, table
from app.divisions.models import Office
from app.sequences import insert_for
from app.writes import Write

ENTRIES, FIGURES = table(FigureEntry), table(Figure)
AT_ONCE = 2000  # entries added up in one transaction
KEY = ("office_id", "with_below", "kind", "day", "process_key", "key", "code", "days")


def attempt_of(office_id: int, process: str, code: str) -> Write:
    """A refused attempt of an office, to be written with what it led to."""
    today = clock.today()
    what = {"kind": FigureKind.ATTEMPT.value, "process_key": process, "key": "", "code": code}
    return Write(ENTRIES, {"office_id": office_id, **what, "day": today, "since": today, "count": 1})


def is_counted(code: str) -> bool:
    """True for a refusal that stands for somebody who tried to take in or move a child against the rules."""
    return cause_of(code) is not None


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
    asked = sa.select(ENTRIES, Office.path).join(Office, Office.id == ENTRIES.c.office_id)
    entries = execute(asked.order_by(ENTRIES.c.id).limit(AT_ONCE)).all()
    if not entries:
        return 0
    if sums := _sums(entries):
        added = insert_for()(FIGURES)
        same = {"count": FIGURES.c.count + added.excluded.count}
        execute(added.on_conflict_do_update(index_elements=list(KEY), set_=same), sums)
    execute(sa.delete(ENTRIES).where(among(ENTRIES.c.id, [each.id for each in entries])))
    execute(sa.delete(FIGURES).where(FIGURES.c.count == 0))
    return len(entries)


def _sums(entries: Sequence[Any]) -> list[dict[str, Any]]:
    """The entries by what they count: of each office by itself, and from there of everybody above it."""
    own: Counter[tuple[Any, ...]] = Counter()
    for each in entries:
        days = working_days(each.since, each.day)
        own[each.path, each.kind, each.day, each.process_key, each.key, each.code, days] += each.count
    found: Counter[tuple[Any, ...]] = Counter()
    for (path, *what), count in own.items():
        offices = [int(each) for each in path.split(".") if each]  # down to the office itself
        found[offices[-1], False, *what] += count
        for office_id in offices:
            found[office_id, True, *what] += count
    return [{**dict(zip(KEY, key, strict=True)), "count": count} for key, count in sorted(found.items()) if count]
