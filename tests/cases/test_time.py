"""Working days with make-up days, the clock of repair, reminders, overdue desks, both profiles."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import rules
from app.cases.commands import tick
from app.cases.models import Notice, Task
from app.database import db
from app.schools.models import RecruitingScope
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story, staff

CHINA = clock.ZONE


def at(text: str) -> None:
    """Set the clock to a Chinese time."""
    clock.set_to(dt.datetime.fromisoformat(text).replace(tzinfo=CHINA))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-10-01", False),  # 国庆
        ("2026-10-10", True),  # a Saturday worked for it
        ("2026-02-14", True),  # a Saturday worked for the Spring Festival
        ("2026-02-16", False),
        ("2025-01-26", True),
        ("2025-10-08", False),
        ("2026-11-23", True),
        ("2026-11-22", False),
    ],
)
def test_the_calendar_knows_make_up_days(day: str, works: bool) -> None:
    assert clock.is_working_day(dt.date.fromisoformat(day)) is works


@pytest.mark.parametrize(("day", "year"), [("2026-07-31", 2025), ("2026-08-01", 2026), ("2027-01-01", 2026)])
def test_the_school_year_turns_on_the_first_of_august(day: str, year: int) -> None:
    assert clock.school_year(dt.date.fromisoformat(day)) == year


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23", 10, "2026-12-07"),
        ("2026-09-21", 10, "2026-10-12"),  # 25–27 Sept and 1–7 Oct off, 10 Oct (Saturday) worked
        ("2026-02-09", 10, "2026-02-28"),  # 14 and 28 Feb (Saturdays) worked, 15–23 off
        ("2026-11-21", 1, "2026-11-23"),  # arrived on a Saturday
        ("2026-11-23", 0, "2026-11-23"),
    ],
)
def test_deadlines_in_working_days(start: str, days: int, end: str) -> None:
    first = dt.date.fromisoformat(start)

    assert clock.add_working_days(first, days) == dt.date.fromisoformat(end)
    assert clock.working_days_between(first, dt.date.fromisoformat(end)) == days


@pytest.mark.parametrize(
    ("now", "light", "left"),
    [
        ("2026-11-23 10:00", "green", "剩 10 个工作日"),
        ("2026-12-01 10:00", "green", "剩 4 个工作日"),
        ("2026-12-02 10:00", "yellow", "剩 3 个工作日"),
        ("2026-12-07 09:00", "yellow", "今日到期"),
        ("2026-12-07 17:31", "red", "超期 1 个工作日"),
        ("2026-12-09 10:00", "red", "超期 2 个工作日"),
    ],
)
def test_lights_say_what_they_mean(now: str, light: str, left: str) -> None:
    deadline = clock.end_of(dt.date(2026, 12, 7))
    instant = dt.datetime.fromisoformat(now).replace(tzinfo=CHINA)

    assert rules.light(deadline, instant) == light
    assert rules.time_left(deadline, instant) == left


def waiting_task(story: Story) -> Task:
    db.session.rollback()
    return db.session.scalars(sa.select(Task).where(Task.status == "open")).one()


def test_each_office_has_ten_working_days_of_its_own(submitted: Story) -> None:
    at("2026-11-27 16:00")
    submitted.decide()

    assert waiting_task(submitted).deadline == clock.end_of(dt.date(2026, 12, 11))


def test_sending_back_stops_the_clock_and_it_goes_on_with_the_remainder(submitted: Story) -> None:
    submitted.agree_until("releasing_school")  # 10 working days: until 7 December
    at("2026-11-26 10:00")  # three of them used
    submitted.decide("send_back")
    case = submitted.case()
    assert (case["status"], case["waiting"][0]["key"]) == ("repairing", "repair")

    at("2026-12-03 10:00")
    submitted.decide(form={"reason": "随父母工作调动"})
    assert submitted.waiting()["key"] == "receiving_school"
    submitted.decide()

    assert submitted.waiting()["key"] == "releasing_school"
    assert waiting_task(submitted).deadline == clock.end_of(dt.date(2026, 12, 14))  # seven left
    assert submitted.case()["application"]["reason"] == "随父母工作调动"


def notices(office: Any) -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Notice).where(Notice.office_id == office.id).order_by(Notice.id))
    return [(row.kind.value, row.text) for row in rows]


def test_a_desk_is_reminded_at_half_and_at_four_fifths_of_its_time(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    bureau = submitted.receiving.office.superior
    said = f"办件 {submitted.number} 的“转入学校上级核办”将于 2026-12-07 到期"
    tick()
    at("2026-11-30 17:00")
    assert tick()["reminded"] == 0
    at("2026-11-30 17:31")
    assert [tick()["reminded"], tick()["reminded"]] == [1, 0]
    assert notices(bureau) == [("reminder", f"{said}，办理时限已过半。")]
    at("2026-12-03 17:00")
    assert tick()["reminded"] == 0
    at("2026-12-04 09:00")
    assert [tick()["reminded"], tick()["reminded"]] == [1, 0]

    assert notices(bureau)[1:] == [("reminder", f"{said}，办理时限已过五分之四。")]
    assert [each.read_at is None for each in db.session.query(Notice).filter_by(office_id=bureau.id)] == [False, True]
    at("2026-12-07 18:00")
    assert [tick()["reminded"], tick()["reminded"]] == [1, 0]
    assert notices(bureau)[2] == ("reminder", said.replace("将于", "已于") + "。")


def test_a_reminder_that_the_clock_has_slept_through_is_told_once_for_both(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    tick()
    at("2026-12-04 09:00")
    assert [tick()["reminded"], tick()["reminded"]] == [1, 0]
    (told,) = notices(submitted.receiving.office.superior)
    assert told[1].endswith("办理时限已过五分之四。")


def test_acceptance_plans_the_reminders_anew(submitted: Story) -> None:
    tick()
    at("2026-11-30 09:00")
    task = submitted.waiting()["id"]
    assert submitted.program("receiving_school").post(f"/tasks/{task}/acceptance").status == 200
    at("2026-12-01 09:00")
    assert tick()["reminded"] == 0, "half of ten days from the 30th on, no more of the 23rd"
    at("2026-12-07 18:00")
    assert tick()["reminded"] == 1


def test_scenario_16_an_overdue_desk_is_reported_to_its_own_superior_and_never_agrees(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    city = factories.a_bureau("330200")
    at("2026-12-08 09:00")

    assert [tick()["escalated"], tick()["escalated"]] == [1, 0]

    kinds = [kind for kind, _text in notices(city)]
    assert kinds == ["escalation"]
    waiting = submitted.waiting()
    assert (waiting["key"], waiting["light"]) == ("releasing_bureau", "red")
    supervisor = submitted.client.api(factories.a_user(city, "approver"))
    assert supervisor.get(f"/cases/{submitted.number}").json["application"]["reason"]
    refused = supervisor.post(f"/tasks/{waiting['id']}/decision", {"outcome": "agree"})
    assert (refused.status, refused.code) == (403, "E-ALLOW")
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    assert waiting["office"]["name"] in page.get(f"/cases/{submitted.number}").text


def test_an_overdue_school_is_reported_to_its_bureau(submitted: Story) -> None:
    at("2026-12-08 09:00")
    tick()

    assert [kind for kind, _text in notices(submitted.receiving.office.superior)] == ["escalation"]


def test_the_inbox_is_filtered_by_light(submitted: Story) -> None:
    program = submitted.program("receiving_school")

    def shown(light: str) -> int:
        return len(program.get(f"/tasks?light={light}").json["items"])

    assert (shown("green"), shown("yellow"), shown("red"), shown("paused")) == (1, 0, 0, 0)
    at("2026-12-03 10:00")
    program = submitted.program("receiving_school")
    assert (shown("green"), shown("yellow"), shown("red")) == (0, 1, 0)
    at("2026-12-08 10:00")
    program = submitted.program("receiving_school")
    assert (shown("green"), shown("yellow"), shown("red")) == (0, 0, 1)


# ── profiles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def present_law(app: Flask) -> Any:
    """zj-now for the length of a test."""
    app.config["PROFILE"] = "zj-now"
    yield
    app.config["PROFILE"] = "zj-2010"


def test_in_2010_there_are_no_windows_and_no_first_term(client: Client) -> None:
    story = a_story(client, grade="11")

    assert story.submit().json["profile"] == "zj-2010"


def test_today_a_transfer_begins_only_in_a_window(client: Client, present_law: None) -> None:
    story = a_story(client, grade="12")
    assert story.submit().codes == {"E-WIN"}
    at("2027-01-20 10:00")

    answer = story.submit()

    assert (answer.status, answer.json["profile"]) == (201, "zj-now")


@pytest.mark.parametrize(("grade", "stages"), [("11", "primary"), ("21", "junior"), ("31", "senior")])
def test_today_nobody_moves_in_the_first_term_of_an_entry_grade(
    client: Client, present_law: None, grade: str, stages: str
) -> None:
    at("2027-01-20 10:00")
    story = a_story(client, grade=grade, stages=stages)
    assert story.submit().codes == {"E-FIRST"}
    at("2027-03-01 10:00")

    assert story.submit().status == 201


def senior(client: Client, **schools: Any) -> Story:
    at("2027-03-01 10:00")
    story = a_story(client, grade="32", stages="senior")
    for name, value in schools.items():
        setattr(story.receiving, name, value)
    db.session.commit()
    return story


@pytest.mark.parametrize(
    ("schools", "code"), [({"tier": "一级特色"}, "E-TRS-1"), ({"ownership": "private"}, "E-TRS-2")]
)
def test_today_seniors_move_between_like_schools(
    client: Client, present_law: None, schools: dict[str, Any], code: str
) -> None:
    assert senior(client, **schools).submit().codes == {code}


def test_today_no_senior_moves_inside_one_county(client: Client, present_law: None) -> None:
    at("2027-03-01 10:00")
    story = a_story(client, receiving="330106", releasing="330106", grade="32", stages="senior")

    assert story.submit().codes == {"E-TRS-3"}


@pytest.mark.parametrize(("receiving", "releasing"), [("330100", "330106"), ("330106", "330100")])
def test_today_no_senior_moves_inside_one_recruiting_area(
    client: Client, present_law: None, receiving: str, releasing: str
) -> None:
    """A city's school recruits from the whole city: its counties' schools are of the same area."""
    at("2027-03-01 10:00")
    story = a_story(client, receiving=receiving, releasing=releasing, grade="32", stages="senior")

    assert story.submit().codes == {"E-TRS-3"}


def test_today_the_superior_may_have_made_two_counties_one_area(client: Client, present_law: None) -> None:
    story = senior(client)
    scope = {"school_id": story.receiving.id, "case_id": factories.a_takeover().id, "set_at": clock.now()}
    for division in {each.office.division_code for each in (story.receiving, story.releasing)}:
        db.session.add(RecruitingScope(division_code=division, **scope))
    db.session.commit()

    assert story.submit().codes == {"E-TRS-3"}


def test_in_2010_seniors_move_inside_one_county(client: Client) -> None:
    at("2027-03-01 10:00")
    story = a_story(client, receiving="330106", releasing="330106", grade="32", stages="senior")

    assert story.submit().status == 201


def test_today_the_city_reviews_a_senior_transfer(client: Client, present_law: None) -> None:
    story = senior(client)
    story.people["receiving_superior"] = staff(factories.a_bureau("330100"))
    assert story.submit().status == 201

    story.agree_until("pull")

    keys = [decision["task"] for decision in story.case()["decisions"]]
    assert keys == [
        "receiving_school",
        "receiving_bureau",
        "receiving_superior",
        "releasing_school",
        "releasing_bureau",
    ]
    assert story.decide().json["outcome"] == "agreed"


def test_a_case_keeps_the_profile_it_opened_under(client: Client, app: Flask) -> None:
    story = a_story(client, grade="11")
    story.submit()
    app.config["PROFILE"] = "zj-now"

    story.agree_until("pull")
    app.config["PROFILE"] = "zj-2010"

    assert story.case()["profile"] == "zj-2010"
    assert story.decide().json["outcome"] == "agreed"
