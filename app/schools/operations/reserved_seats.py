"""学籍总数的预留: seats held for recruits from outside; each movement one conditional statement and one entry.

Reserved are the confirmed children of rosters, and nobody else; so what a quota says is reserved is the sum of its
entries, and `recruited` counts those of them who were registered.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import execute, table
from app.errors import Refused, Stale
from app.schools.models import Quota, QuotaEntry, QuotaEntryKind, Stage
from app.schools.rules import NoSeat

QUOTAS = table(Quota)
ENTRIES = table(QuotaEntry)


class NotSoMany(NoSeat):
    """A whole list is reserved, or nothing of it."""

    text = "核定的学籍总数不足：核定 {total}，已用与已预留 {used}，本次须预留 {seats}。"


class OutsideFull(NoSeat):
    text = "核定的外招名额不足：核定 {outside}，已预留与已注册 {held}，本次须预留 {seats}。"


def quota_id_of(school_id: int, stage: Stage, entry_year: int) -> int:
    """The quota of a cohort. Raises NoSeat when the superior has set none."""
    found: int | None = execute(
        sa.select(QUOTAS.c.id).where(
            QUOTAS.c.school_id == school_id, QUOTAS.c.stage == stage, QUOTAS.c.entry_year == entry_year
        )
    ).scalar()
    if found is None:
        raise NoSeat(total=0, used=0)
    return found


def reserve(quota_id: int, seats: int, *, case_id: int) -> None:
    """Hold seats of a cohort for the confirmed children of a case. Raises NoSeat (E-QUOTA-01), nothing written then."""
    q = QUOTAS.c
    within = (
        q.used + q.reserved + seats <= q.total,
        sa.or_(q.outside.is_(None), q.reserved + q.recruited + seats <= q.outside),
    )
    held = execute(sa.update(QUOTAS).where(q.id == quota_id, *within).values(reserved=q.reserved + seats))
    if held.rowcount != 1:
        raise against_reserving(quota_id, seats) or Stale()
    execute(sa.insert(ENTRIES).values(**_entry(quota_id, QuotaEntryKind.RESERVE, seats, case_id)))


def against_reserving(quota_id: int, seats: int) -> Refused | None:
    """What stands against holding so many seats, None when they are free."""
    q = execute(sa.select(QUOTAS).where(QUOTAS.c.id == quota_id)).one()
    if q.used + q.reserved + seats > q.total:
        return NotSoMany(total=q.total, used=q.used + q.reserved, seats=seats)
    if q.outside is not None and q.reserved + q.recruited + seats > q.outside:
        return OutsideFull(outside=q.outside, held=q.reserved + q.recruited, seats=seats)
    return None


def confirm(quota_id: int, seats: int, *, case_id: int) -> None:
    """A case's reserved seats become used: its children are registered. Raises Stale when it holds fewer."""
    q = QUOTAS.c
    moved = {"reserved": q.reserved - seats, "used": q.used + seats, "recruited": q.recruited + seats}
    _give(quota_id, QuotaEntryKind.CONFIRM, seats, case_id, moved)


def release(quota_id: int, seats: int, *, case_id: int) -> None:
    """A case gives reserved seats back: refused, recalled or expired. Raises Stale when it holds fewer."""
    _give(quota_id, QuotaEntryKind.RELEASE, seats, case_id, {"reserved": QUOTAS.c.reserved - seats})


def _give(quota_id: int, kind: QuotaEntryKind, seats: int, case_id: int, moved: dict[str, Any]) -> None:
    """The quota's row is written first and so locked; the entry is then written only if the case holds as much."""
    if seats < 1:
        return
    given = execute(sa.update(QUOTAS).where(QUOTAS.c.id == quota_id, QUOTAS.c.reserved >= seats).values(**moved))
    if given.rowcount != 1:
        raise Stale()
    entry = _entry(quota_id, kind, seats, case_id)
    values = [sa.literal(value, ENTRIES.c[name].type) for name, value in entry.items()]
    holds_enough = sa.select(*values).where(_held(quota_id, case_id) >= seats)
    if execute(sa.insert(ENTRIES).from_select(list(entry), holds_enough).returning(ENTRIES.c.id)).first() is None:
        raise Stale()


def held_by(case_id: int) -> dict[int, int]:
    """The seats a case holds, by quota."""
    rows = execute(
        sa.select(ENTRIES.c.quota_id, _sum()).where(ENTRIES.c.case_id == case_id).group_by(ENTRIES.c.quota_id)
    )
    return {quota_id: seats for quota_id, seats in rows if seats}


def release_all(case_id: int) -> int:
    """Give back whatever the case still holds, because it has ended; return how many seats."""
    held = held_by(case_id)
    for quota_id, seats in sorted(held.items()):
        release(quota_id, seats, case_id=case_id)
    return sum(held.values())


def _sum() -> Any:
    signed = sa.case((ENTRIES.c.kind == QuotaEntryKind.RESERVE, ENTRIES.c.seats), else_=-ENTRIES.c.seats)
    return sa.func.coalesce(sa.func.sum(signed), 0)


def _held(quota_id: int, case_id: int) -> Any:
    of_case = (ENTRIES.c.quota_id == quota_id, ENTRIES.c.case_id == case_id)
    return sa.select(_sum()).where(*of_case).scalar_subquery()


def _entry(quota_id: int, kind: QuotaEntryKind, seats: int, case_id: int) -> dict[str, Any]:
    return {"quota_id": quota_id, "kind": kind, "seats": seats, "case_id": case_id, "at": clock.now()}
