"""The ledger of reserved seats: whatever many do at once, it never overbooks, never falls below nothing, adds up."""

from __future__ import annotations

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db, transaction
from app.errors import Refused, Stale
from app.schools.models import Quota, QuotaEntry, School
from app.schools.operations import NoSeat, free_seat, reserved_seats, take_seat
from tests.processes.quotas.test_quotas import set_quota
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter

CASES = 4


@dataclass
class Cohort:
    """A cohort of twenty seats, at most twelve of them for recruits, and the cases that want some."""

    school: School
    quota: int
    cases: list[int]

    def now(self) -> Quota:
        db.session.rollback()
        return db.session.get_one(Quota, self.quota, populate_existing=True)


@pytest.fixture
def cohort(app: Flask) -> Cohort:
    school = factories.a_school("330106", stages="junior", seats=20)
    quota = factories.the_quota(school, "21")
    quota.outside = 12
    cases = [factories.a_takeover().id for _ in range(CASES)]
    db.session.commit()
    return Cohort(school, quota.id, cases)


def test_what_is_reserved_becomes_used_or_is_given_back(cohort: Cohort) -> None:
    with transaction():
        reserved_seats.reserve(cohort.quota, 5, case_id=cohort.cases[0])
    with transaction():
        reserved_seats.confirm(cohort.quota, 3, case_id=cohort.cases[0])
        reserved_seats.release(cohort.quota, 1, case_id=cohort.cases[0])

    quota = cohort.now()
    assert (quota.used, quota.reserved, quota.recruited) == (3, 1, 3)
    assert reserved_seats.held_by(cohort.cases[0]) == {cohort.quota: 1}
    with transaction():
        assert reserved_seats.release_all(cohort.cases[0]) == 1
    assert cohort.now().reserved == 0


def test_a_list_is_reserved_whole_or_not_at_all(cohort: Cohort) -> None:
    with transaction():
        reserved_seats.reserve(cohort.quota, 10, case_id=cohort.cases[0])

    with pytest.raises(NoSeat, match="外招名额") as refused, transaction():
        reserved_seats.reserve(cohort.quota, 3, case_id=cohort.cases[1])

    assert refused.value.code == "E-QUOTA-01"
    assert cohort.now().reserved == 10


def test_local_children_leave_no_seat_to_reserve(cohort: Cohort) -> None:
    stage, year = cohort.now().stage, cohort.now().entry_year
    with transaction():
        for _ in range(15):
            take_seat(cohort.school.id, stage, year)

    with pytest.raises(NoSeat, match="核定 20"), transaction():
        reserved_seats.reserve(cohort.quota, 6, case_id=cohort.cases[0])


@pytest.mark.parametrize("give", [reserved_seats.confirm, reserved_seats.release])
def test_a_case_gives_no_more_than_it_holds(cohort: Cohort, give: object) -> None:
    with transaction():
        reserved_seats.reserve(cohort.quota, 2, case_id=cohort.cases[0])
        reserved_seats.reserve(cohort.quota, 5, case_id=cohort.cases[1])

    with pytest.raises(Stale), transaction():
        give(cohort.quota, 3, case_id=cohort.cases[0])  # type: ignore[operator]

    assert cohort.now().reserved == 7


def test_sequences_of_many_clients_always_add_up(cohort: Cohort, app: Flask) -> None:
    school_id, stage, year = cohort.school.id, cohort.now().stage, cohort.now().entry_year
    db.session.rollback()

    def client(seed: int) -> list[str]:
        chance, done = random.Random(seed), []
        with app.app_context():
            for _ in range(25):
                case, seats = chance.choice(cohort.cases), chance.randint(1, 2)
                act = chance.choice(["reserve", "reserve", "confirm", "release", "recall", "take", "leave"])
                with contextlib.suppress(Refused), transaction():
                    match act:
                        case "reserve":
                            reserved_seats.reserve(cohort.quota, seats, case_id=case)
                        case "confirm":
                            reserved_seats.confirm(cohort.quota, seats, case_id=case)
                        case "release":
                            reserved_seats.release(cohort.quota, seats, case_id=case)
                        case "recall":
                            reserved_seats.release_all(case)
                        case "take":
                            take_seat(school_id, stage, year)
                        case "leave":
                            free_seat(school_id, stage, year)
                    done.append(act)
        return done

    with ThreadPoolExecutor(6) as pool:
        done = [act for part in pool.map(client, range(6)) for act in part]

    assert "reserve" in done
    quota = cohort.now()
    assert quota.reserved >= 0
    assert quota.used >= 0
    assert quota.used + quota.reserved <= quota.total
    assert quota.reserved + quota.recruited <= 12
    sums: dict[str, int] = dict(
        db.session.execute(sa.select(QuotaEntry.kind, sa.func.sum(QuotaEntry.seats)).group_by(QuotaEntry.kind)).all()
    )
    assert quota.reserved == sums["reserve"] - sums.get("confirm", 0) - sums.get("release", 0)
    assert quota.recruited == sums.get("confirm", 0)
    held = [reserved_seats.held_by(case).get(cohort.quota, 0) for case in cohort.cases]
    assert min(held) >= 0
    assert sum(held) == quota.reserved


def test_the_superior_sets_how_many_may_come_from_outside(client: Client, matter: Matter) -> None:
    assert set_quota(matter, outside=46).codes == {"E-QUOTA-02"}
    assert set_quota(matter, outside=12).status == 201
    bureau = matter.program("bureau", "approver")
    task = bureau.get(f"/cases/{matter.number}").json["waiting"][0]

    assert bureau.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}).status == 200

    [quota] = matter.program("school").get("/quotas?year=2026").json["items"]
    assert (quota["total"], quota["outside"], quota["recruited"]) == (45, 12, 0)
    mine = (Quota.entry_year == 2026, Quota.school_id == matter.school.id)
    with transaction():
        quota_id = db.session.scalars(sa.select(Quota.id).where(*mine)).one()
        reserved_seats.reserve(quota_id, 4, case_id=factories.a_takeover().id)
    assert set_quota(matter, outside=3).codes == {"E-QUOTA-02"}
