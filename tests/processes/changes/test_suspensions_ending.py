"""休学期满: the school is reminded thirty days before, and both it and its bureau keep the list."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from app import clock
from app.cases import commands
from app.cases.models import Notice
from app.database import db
from tests.support import factories
from tests.support.single_school_case import Matter


@pytest.fixture
def suspended(matter: Matter) -> Matter:
    """A child whose suspension ends in 100 days."""
    matter.walk("suspension", ends_on=(clock.today() + dt.timedelta(days=100)).isoformat())
    return matter


def later(days: int) -> None:
    clock.set_to(clock.now() + dt.timedelta(days=days))


def reminders() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice.text).where(Notice.text.contains("期满"))))


def test_the_school_is_reminded_once_thirty_days_before(suspended: Matter) -> None:
    later(69)
    commands.tick()
    assert reminders() == []

    later(1)
    commands.tick()
    commands.tick()

    [text] = reminders()
    assert suspended.child.name in text
    assert "复学或续休" in text


def test_a_renewal_is_reminded_of_by_itself(suspended: Matter) -> None:
    later(75)
    commands.tick()
    suspended.walk("suspension_renewal", ends_on=(clock.today() + dt.timedelta(days=200)).isoformat())
    commands.tick()
    assert len(reminders()) == 1

    later(180)
    commands.tick()

    assert len(reminders()) == 2


def test_the_list_shows_who_is_overdue_to_the_school_and_its_bureau_only(suspended: Matter) -> None:
    client = suspended.client
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    later(110)

    for who in (suspended.people["school"].operator, suspended.people["bureau"].approver):
        client.sign_in(who)
        page = client.get("/reports/suspensions")
        assert suspended.child.name in page.text
        assert "已期满 10 天" in page.text
    client.sign_in(neighbour)
    assert suspended.child.name not in client.get("/reports/suspensions").text


def test_who_has_come_back_is_listed_no_more(suspended: Matter) -> None:
    suspended.walk("resumption")
    later(110)

    commands.tick()

    assert reminders() == []
    suspended.client.sign_in(suspended.people["school"].operator)
    assert suspended.child.name not in suspended.client.get("/reports/suspensions").text
