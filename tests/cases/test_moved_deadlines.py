"""A State Council's notice that comes late: deadlines set before it move, the office and the page say so."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.calendars.models import CalendarYear
from app.calendars.operations import import_year
from app.calendars.queries import tell_the_clock
from app.cases.commands import tick
from app.cases.models import Notice
from app.cases.operations.deadlines import moved_deadline
from app.database import db, transaction
from app.identity.operations import nobody
from tests.calendars.test_calendar import NEXT, NUMBER
from tests.support.client import Client
from tests.support.transfer_case import Story


def at(text: str) -> None:
    clock.set_to(dt.datetime.fromisoformat(text).replace(tzinfo=clock.ZONE))


@pytest.fixture
def waiting(story: Story) -> Story:
    """A task of ten working days that lie around the Spring Festival of a year whose notice is not there yet."""
    at("2027-01-29 10:00")
    assert story.submit().status == 201
    return story


def deadline(story: Story) -> dt.date:
    return clock.local(dt.datetime.fromisoformat(story.waiting()["deadline"])).date()


def take_in(text: str = NEXT, notice: str = NUMBER) -> None:
    with transaction():
        import_year(2027, notice, text, actor=nobody("系统时钟"))
    tell_the_clock()


def test_the_office_keeps_the_working_days_that_it_had(waiting: Story) -> None:
    before = deadline(waiting)
    had = clock.working_days_between(dt.date(2027, 1, 29), before)
    assert had == 10
    take_in()

    assert tick()["moved"] == 1

    after = deadline(waiting)
    assert after != before
    assert clock.working_days_between(dt.date(2027, 1, 29), after) == 10
    assert tick()["moved"] == 0
    assert db.session.get_one(CalendarYear, 2027).moves is None


def test_the_office_and_the_page_are_told(waiting: Story) -> None:
    before = deadline(waiting)
    take_in()
    tick()

    said = f"期限由 {before} 改为 {deadline(waiting)}"
    told = db.session.query(Notice).filter(Notice.deadline_before.is_not(None)).one()
    assert told.office_id == waiting.receiving.office.id
    assert NUMBER in told.text
    assert said in told.text
    page = Client(waiting.client.app).sign_in(waiting.people["receiving_school"].approver)
    assert said in page.get(f"/cases/{waiting.number}").text
    task = waiting.waiting()["id"]
    asked = waiting.program("receiving_school", "operator").post(f"/tasks/{task}/acts/ask_decision")
    assert asked.status == 200, "it is no reminder of a colleague"


def test_days_that_have_passed_and_deadlines_before_them_stay(waiting: Story) -> None:
    at("2027-02-20 09:00")
    before = deadline(waiting)
    take_in()
    assert tick()["moved"] == 0
    assert deadline(waiting) == before


def test_a_second_notice_moves_from_what_the_first_has_left(waiting: Story) -> None:
    take_in()
    tick()
    first = deadline(waiting)
    take_in(
        NEXT.replace(
            "2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班",
            "2月5日（农历除夕、周五）至12日（农历正月初七、周五）放假调休，共8天。1月31日（周日）、2月14日（周日）、2月20日（周六）上班",
        ),
        "国办发明电〔2027〕1 号",
    )
    tick()
    assert clock.working_days_between(dt.date(2027, 1, 29), deadline(waiting)) == 10
    assert deadline(waiting) != first


def test_two_notices_before_the_clock_has_worked_move_once_from_what_was_set(waiting: Story) -> None:
    take_in()
    take_in()
    assert tick()["moved"] == 1
    assert clock.working_days_between(dt.date(2027, 1, 29), deadline(waiting)) == 10


def test_a_deadline_on_a_day_that_is_free_now_goes_to_the_next_working_day() -> None:
    arrived = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
    end = clock.end_of(dt.date(2026, 11, 28))  # a Saturday that was to be worked
    now = arrived + dt.timedelta(hours=1)
    assert moved_deadline(arrived, end, {dt.date(2026, 11, 28): True}, now) == clock.end_of(dt.date(2026, 11, 30))
    assert moved_deadline(arrived, end, {dt.date(2026, 12, 5): True}, now) == end
