"""Seats: taken and freed by one conditional statement, so that the last one has exactly one winner; handed over."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.schools.models import Quota, QuotaEntry, QuotaVersion, SchoolClass, Stage
from app.schools.rules import BelowUse, NoSeat, OutsideBelowUse


def take_seat(school_id: int, stage: Stage, entry_year: int) -> None:
    """Take one seat of a cohort. Raises NoSeat, nothing written then."""
    taken = db.session.execute(
        sa.update(Quota)
        .where(*_row(school_id, stage, entry_year), Quota.used + Quota.reserved < Quota.total)
        .values(used=Quota.used + 1)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise no_seat(school_id, stage, entry_year)


def take_seats(school_id: int, stage: Stage, entry_year: int, wanted: int) -> int:
    """Take as many of the `wanted` seats as are free; return how many."""
    where = _row(school_id, stage, entry_year)
    free = db.session.scalar(sa.select(Quota.total - Quota.used - Quota.reserved).where(*where).with_for_update())
    granted = max(0, min(wanted, free or 0))
    if granted:
        db.session.execute(sa.update(Quota).where(*where).values(used=Quota.used + granted))
    return granted


def free_seat(school_id: int, stage: Stage, entry_year: int) -> None:
    """Give back one seat of a cohort when a child leaves."""
    db.session.execute(
        sa.update(Quota).where(*_row(school_id, stage, entry_year), Quota.used > 0).values(used=Quota.used - 1)
    )


def move_seat(from_school: int, to_school: int, stage: Stage, entry_year: int) -> None:
    """Take a seat of the cohort at one school and free the child's seat at the other.

    Raises NoSeat (E-QUOTA-01), with the seat at the other school freed already: whoever goes on after the refusal
    undoes that (`CaseContext.attempt`). Both rows are locked in the order of their ids, so that two children who
    change places do not wait for each other.
    """
    both = sa.or_(sa.and_(*_row(from_school, stage, entry_year)), sa.and_(*_row(to_school, stage, entry_year)))
    locked = sa.select(Quota.id).where(both).order_by(Quota.id).with_for_update()
    free, used = Quota.used + Quota.reserved < Quota.total, Quota.used > 0
    moved = db.session.scalars(
        sa.update(Quota)
        .where(
            Quota.id.in_(locked), sa.or_(sa.and_(Quota.school_id == to_school, free), Quota.school_id == from_school)
        )
        .values(used=Quota.used + sa.case((Quota.school_id == to_school, 1), (used, -1), else_=0))
        .returning(Quota.school_id)
    ).all()
    if to_school not in moved:
        raise no_seat(to_school, stage, entry_year)


def no_seat(school_id: int, stage: Stage, entry_year: int) -> NoSeat:
    """The sentence for a cohort that is full, with its figures."""
    quota = db.session.execute(
        sa.select(Quota.total, Quota.used, Quota.reserved).where(*_row(school_id, stage, entry_year))
    ).first()
    return NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _row(school_id: int, stage: Stage, entry_year: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Quota.school_id == school_id, Quota.stage == stage, Quota.entry_year == entry_year)


def set_total(
    school_id: int,
    stage: Stage,
    entry_year: int,
    total: int,
    *,
    basis: str,
    case_id: int,
    actor: Actor,
    outside: int | None = None,
) -> None:
    """Set how many of a cohort a school may hold; effective at once, the number before kept as history.

    outside -- how many of them may be recruited from elsewhere; None leaves that as it is
    Raises BelowUse (E-QUOTA-02) when more seats are used or reserved by now, nothing written then.
    """
    quota = db.session.scalar(sa.select(Quota).where(*_row(school_id, stage, entry_year)).with_for_update())
    if quota is None:
        quota = Quota(school_id=school_id, stage=stage, entry_year=entry_year, total=0, used=0, reserved=0, recruited=0)
        db.session.add(quota)
        db.session.flush()  # its versions point at it
    if total < quota.used + quota.reserved:
        raise BelowUse(used=quota.used, reserved=quota.reserved, field="total")
    if outside is not None:
        if outside < quota.reserved + quota.recruited:
            raise OutsideBelowUse(held=quota.reserved + quota.recruited, field="outside")
        quota.outside = outside
    before, quota.total = quota.total, total
    db.session.add(
        QuotaVersion(quota_id=quota.id, total=total, before=before, basis=basis, case_id=case_id, set_at=clock.now())
    )
    audit.record(
        "quotas/set",
        f"quota:{quota.id}",
        actor=actor,
        before={"total": before},
        after={"total": total, "school": school_id, "stage": stage.value, "year": entry_year},
    )


def hand_over_seats(from_school: int, to_school: int, *, basis: str, case_id: int, actor: Actor) -> None:
    """The seats of every cohort, used and free, go to the successor: its numbers grow by them (学校撤并)."""
    quotas = db.session.scalars(
        sa.select(Quota).where(Quota.school_id.in_((from_school, to_school))).order_by(Quota.id).with_for_update()
    ).all()
    theirs = {(each.stage, each.entry_year): each for each in quotas if each.school_id == to_school}
    for quota in (each for each in quotas if each.school_id == from_school):
        target = theirs.get((quota.stage, quota.entry_year))
        if target is None:
            target = Quota(
                school_id=to_school,
                stage=quota.stage,
                entry_year=quota.entry_year,
                total=0,
                used=0,
                reserved=0,
                recruited=0,
            )
            db.session.add(target)
            db.session.flush()  # its versions point at it
        before = target.total
        target.total += quota.total
        target.used += quota.used
        target.reserved += quota.reserved
        target.recruited += quota.recruited
        # what is reserved stays the sum of its entries
        db.session.execute(sa.update(QuotaEntry).where(QuotaEntry.quota_id == quota.id).values(quota_id=target.id))
        for each, total_before, total in ((target, before, target.total), (quota, quota.total, 0)):
            db.session.add(
                QuotaVersion(
                    quota_id=each.id, total=total, before=total_before, basis=basis, case_id=case_id, set_at=clock.now()
                )
            )
        quota.total = quota.used = quota.reserved = quota.recruited = 0
    db.session.flush()
    audit.record("quotas/hand_over", f"school:{from_school}", actor=actor, after={"to": to_school})


def hand_over_classes(from_school: int, to_school: int) -> None:
    """The classes of every cohort follow their children, numbered after the successor's own."""
    highest = (
        sa.select(SchoolClass.stage, SchoolClass.entry_year, sa.func.max(SchoolClass.number))
        .where(SchoolClass.school_id == to_school)
        .group_by(SchoolClass.stage, SchoolClass.entry_year)
    )
    after = {(stage, year): number for stage, year, number in db.session.execute(highest)}
    moved = sa.select(SchoolClass.stage, SchoolClass.entry_year).where(SchoolClass.school_id == from_school).distinct()
    for stage, year in db.session.execute(moved).all():
        db.session.execute(
            sa.update(SchoolClass)
            .where(SchoolClass.school_id == from_school, SchoolClass.stage == stage, SchoolClass.entry_year == year)
            .values(school_id=to_school, number=SchoolClass.number + after.get((stage, year), 0))
        )
