"""A death is reported within ten working days; one reported later says so to everybody who decides, and goes on."""

from __future__ import annotations

import datetime as dt

import pytest

from app.cases.rules import reported_late
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter

IN_TIME, TOO_LATE = "2026-11-09", "2026-11-08"  # a Monday and the Sunday before it: ten working days to the 23rd, 20th
SENTENCE = "死亡日期为 2026-11-08，须在 10 个工作日内（最迟 2026-11-20）报告；本件于 2026-11-23 提交，逾期 1 个工作日。"


def _noon(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")


@pytest.mark.parametrize(
    ("died", "reported", "late"),
    [
        ("2026-11-09", "2026-11-23", None),
        ("2026-11-08", "2026-11-23", "逾期 1 个工作日"),
        ("2026-11-23", "2026-11-23", None),
        ("2026-09-24", "2026-10-15", None),  # Mid-Autumn and the National Day between, 10 October worked instead
        ("2026-09-24", "2026-10-16", "（最迟 2026-10-15）报告；本件于 2026-10-16 提交，逾期 1 个工作日"),
    ],
)
def test_the_ten_days_are_those_of_the_calendar(died: str, reported: str, late: str | None) -> None:
    said = reported_late("死亡日期", dt.date.fromisoformat(died), 10, _noon(reported))

    assert said is None if late is None else late in (said or "")


def test_a_day_is_one_of_china() -> None:
    """16:30 in Greenwich is half past midnight of the next day in China."""
    evening = dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)

    assert "本件于 2026-11-24 提交" in (reported_late("死亡日期", dt.date(2026, 11, 9), 10, evening) or "")


def test_a_late_report_says_so_at_every_desk_and_goes_on(matter: Matter) -> None:
    assert matter.submit("death", died_on=TOO_LATE).status == 201
    desk = Client(matter.client.app).sign_in(matter.people["school"].approver)
    assert SENTENCE in desk.get(f"/cases/{matter.number}").text
    assert matter.decide().status == 200

    bureau = Client(matter.client.app).sign_in(matter.people["bureau"].approver)

    assert matter.waiting()["office"]["code"] != matter.school.office.code
    assert SENTENCE in bureau.get(f"/cases/{matter.number}").text
    assert matter.program("bureau", "approver").get(f"/cases/{matter.number}").json["reported_late"] == SENTENCE
    assert matter.decide().status == 200
    assert matter.enrolment.standing == "deceased"
    assert matter.case()["reported_late"] == SENTENCE, "what was decided late stays so"


def test_a_report_in_time_says_nothing(matter: Matter) -> None:
    assert matter.submit("death", died_on=IN_TIME).status == 201

    assert matter.case()["reported_late"] is None
    desk = Client(matter.client.app).sign_in(matter.people["school"].approver)
    assert "逾期报告" not in desk.get(f"/cases/{matter.number}").text


def test_a_day_put_right_in_a_repair_is_judged_anew(matter: Matter) -> None:
    assert matter.submit("death", died_on=TOO_LATE).status == 201
    assert matter.decide("send_back").status == 200

    assert matter.decide(form={"died_on": IN_TIME}).status == 200

    assert matter.case()["reported_late"] is None


def test_an_office_that_may_not_read_the_case_learns_no_day(matter: Matter) -> None:
    assert matter.submit("death", died_on=TOO_LATE).status == 201
    province = matter.client.api(factories.a_user(factories.a_bureau("330000"), "approver"))

    shown = province.get(f"/cases/{matter.number}").json

    assert shown["application"] is None
    assert shown["reported_late"] is None
