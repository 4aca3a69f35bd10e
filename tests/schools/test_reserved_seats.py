"""Reserved seats are taken seats: a transfer and a lower total are refused by their rules, not by the database's check;
and who finds no seat leaves both schools' numbers as they were.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Case
from app.database import db
from app.identity.operations.sessions import acting
from app.schools.models import Quota, School, Stage
from app.schools.operations import free_seat, move_seat, reserved_seats, set_total, take_seat, take_seats
from app.schools.rules import BelowUse, NoSeat, OutsideBelowUse
from tests.support.factories import the_quota
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

GRADE = "13"


def seats(school: School) -> tuple[int, int, int]:
    """Total, used and reserved seats of the third grade's cohort."""
    db.session.rollback()
    db.session.expire_all()
    quota = the_quota(school, GRADE)
    return quota.total, quota.used, quota.reserved


def reserve_all(school: School) -> None:
    """Every seat that is free is held for recruits from elsewhere."""
    quota = the_quota(school, GRADE)
    case_id = db.session.scalars(sa.select(Case.id).order_by(Case.id)).first()
    assert case_id is not None
    reserved_seats.reserve(quota.id, quota.free, case_id=case_id)
    db.session.commit()


def fill_up(school: School) -> None:
    """Every free seat is used."""
    quota = the_quota(school, GRADE)
    db.session.execute(sa.update(Quota).where(Quota.id == quota.id).values(used=Quota.total - Quota.reserved))
    db.session.commit()


@pytest.mark.parametrize("take_the_seats", [reserve_all, fill_up])
def test_a_pull_into_a_school_without_a_free_seat_waits_and_leaves_both_numbers_as_they_were(
    submitted: Story, take_the_seats: Any
) -> None:
    submitted.agree_until("pull")
    take_the_seats(submitted.receiving)
    before = seats(submitted.releasing), seats(submitted.receiving)

    answer = submitted.decide()

    assert answer.status == 200, answer.text
    assert (submitted.waiting()["key"], submitted.waiting()["code"]) == ("await_seat", "E-QUOTA-01")
    assert (seats(submitted.releasing), seats(submitted.receiving)) == before
    assert before[0][1] == 1, "the child's own seat"


@pytest.mark.parametrize("take_the_seats", [reserve_all, fill_up])
def test_no_transfer_is_applied_for_where_every_seat_is_taken_or_reserved(story: Story, take_the_seats: Any) -> None:
    take_the_seats(story.receiving)

    assert story.submit().codes == {"E-QUOTA-01"}


@pytest.fixture
def stage(submitted: Story) -> tuple[int, Stage, int]:
    """The receiving school's cohort, without a free seat: some are used, the others reserved."""
    quota = the_quota(submitted.receiving, GRADE)
    take_seat(quota.school_id, quota.stage, quota.entry_year)
    db.session.commit()
    reserve_all(submitted.receiving)
    quota = the_quota(submitted.receiving, GRADE)
    return quota.school_id, quota.stage, quota.entry_year


def test_no_way_takes_a_reserved_seat(app: Flask, submitted: Story, stage: tuple[int, Stage, int]) -> None:
    school_id, of, year = stage
    before = seats(submitted.receiving)

    with pytest.raises(NoSeat):
        take_seat(*stage)
    assert take_seats(*stage, 5) == 0
    with pytest.raises(NoSeat) as refusal, db.session.begin_nested():
        move_seat(submitted.releasing.id, school_id, of, year)

    assert refusal.value.code == "E-QUOTA-01"
    assert "已用 10" in refusal.value.detail, "used and reserved"
    assert seats(submitted.receiving) == before == (10, 1, 9)


def test_a_total_is_never_set_below_used_and_reserved_together(submitted: Story, stage: tuple[int, Stage, int]) -> None:
    case_id = db.session.scalars(sa.select(Case.id).order_by(Case.id)).first()
    actor = acting(submitted.people["receiving_bureau"].approver)

    with pytest.raises(BelowUse) as refusal:
        set_total(*stage, 9, basis="西教招〔2026〕1 号", case_id=case_id or 0, actor=actor)

    assert refusal.value.code == "E-QUOTA-02"
    assert seats(submitted.receiving) == (10, 1, 9)


def test_the_number_from_elsewhere_is_never_set_below_those_registered(
    submitted: Story, stage: tuple[int, Stage, int]
) -> None:
    case_id = db.session.scalars(sa.select(Case.id).order_by(Case.id)).first() or 0
    actor = acting(submitted.people["receiving_bureau"].approver)
    reserved_seats.confirm(the_quota(submitted.receiving, GRADE).id, 4, case_id=case_id)
    db.session.commit()

    with pytest.raises(OutsideBelowUse) as refusal:
        set_total(*stage, 10, basis="西教招〔2026〕1 号", case_id=case_id, actor=actor, outside=8)

    assert refusal.value.code == "E-QUOTA-02"
    set_total(*stage, 10, basis="西教招〔2026〕1 号", case_id=case_id, actor=actor, outside=9)


def test_a_bureau_that_asks_for_a_total_below_what_is_reserved_reads_why(matter: Matter) -> None:
    assert matter.submit("class_change").status == 201
    reserve_all(matter.school)
    application = {
        "school": matter.school.office.code, "stage": "primary", "year": the_quota(matter.school, GRADE).entry_year,
        "total": 9, "basis": "西教招〔2026〕1 号",
    }  # fmt: skip

    answer = matter.program("bureau").post("/cases", {"process": "quota_setting", "application": application})

    assert answer.codes == {"E-QUOTA-02"}


def test_a_seat_is_freed_once_and_no_further_than_zero(submitted: Story) -> None:
    quota = the_quota(submitted.releasing, GRADE)
    cohort = quota.school_id, quota.stage, quota.entry_year

    free_seat(*cohort)
    free_seat(*cohort)
    db.session.commit()

    assert seats(submitted.releasing) == (10, 0, 0)
