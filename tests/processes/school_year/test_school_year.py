"""The school year of whole schools: who has served the years, who waits, what the season says at the commit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.database import db
from app.students.models import Enrolment, Standing, Student
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter


def at(text: str) -> None:
    clock.set_to(dt.datetime.fromisoformat(text).replace(tzinfo=clock.ZONE))


@pytest.fixture
def matter(app: Flask, client: Client) -> Matter:
    """A sixth-grader and a fifth-grader in June."""
    at("2027-06-28T10:00:00")
    matter = a_matter(client, grade="16", seats=30)
    child(matter, "15", "五年级生")
    return matter


def child(matter: Matter, grade: str, name: str, **more: Any) -> Student:
    return factories.a_student(matter.school, grade=grade, name=name, **more)


def graduate(matter: Matter, **more: Any) -> Answer:
    return matter.submit("graduation", {"grade": "16", "graduates_on": clock.today().isoformat(), **more})


def grades() -> dict[str, tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Student.name, Enrolment.grade, Enrolment.standing).join(Enrolment))
    return {name: (grade, standing.value) for name, grade, standing in rows}


def rehearsed(matter: Matter, process: str) -> dict[str, str]:
    answer = matter.program("school").get(f"/processes/{process}/rehearsal").json
    return {each["name"]: each["because"] for each in answer["left_out"]}


def test_two_cohorts_in_one_grade_are_told_apart_by_their_entry_year(client: Client, matter: Matter) -> None:
    child(matter, "16", "早升生", entered=2022)
    assert rehearsed(matter, "graduation") == {"早升生": "cohort"}
    client.sign_in(matter.people["school"].operator)
    assert "入学年份与就读年级不符" in client.get("/apply/graduation").text
    assert "未满修业年限" in graduate(matter, completed=["早升生"]).json["detail"]

    assert graduate(matter).status == 201
    matter.finish()

    assert grades() == {
        "陈思远": ("16", "graduated"), "早升生": ("16", "active"), "五年级生": ("15", "active"),
    }  # fmt: skip
    at("2028-06-20T10:00:00")
    assert rehearsed(matter, "graduation") == {}, "a year later it has served its six"


def test_a_repeater_of_the_last_grade_graduates_with_the_cohort_it_joined(matter: Matter) -> None:
    own, matter.child = matter.child, child(matter, "16", "留级生")
    matter.walk("repeat")
    matter.child = own

    assert rehearsed(matter, "graduation") == {"留级生": "repeat"}
    graduate(matter)
    matter.finish()
    assert grades()["留级生"] == ("16", "active")


def test_the_grade_below_waits_for_the_graduation_of_the_last(matter: Matter) -> None:
    at("2027-07-16T10:00:00")
    refused = matter.submit("promotion", {})
    assert refused.codes == {"E-PROM-02"}
    assert refused.json["objections"][0]["detail"] == (
        "小学六年级尚有 1 名学生应毕业而未办理毕业，小学五年级须待其毕业后升级。"
    )
    at("2027-07-10T10:00:00")
    child(matter, "14", "四年级生")
    at("2027-07-16T10:00:00")
    assert rehearsed(matter, "promotion") == {"陈思远": "final_grade", "五年级生": "ungraduated"}

    assert matter.submit("promotion", {}).status == 201
    matter.finish()

    assert grades() == {
        "陈思远": ("16", "active"), "五年级生": ("15", "active"), "四年级生": ("15", "active"),
    }  # fmt: skip


def test_once_the_last_grade_has_graduated_nobody_waits_for_one_left_over(matter: Matter) -> None:
    graduate(matter)
    matter.finish()
    child(matter, "16", "后转入生")
    at("2027-07-16T10:00:00")
    assert rehearsed(matter, "promotion") == {"后转入生": "final_grade"}

    assert matter.submit("promotion", {}).status == 201
    matter.finish()

    assert grades()["五年级生"] == ("16", "active")
    assert rehearsed(matter, "graduation") == {"五年级生": "cohort"}, "it has not served its six years"


def test_a_suspended_last_grader_holds_nobody_up(matter: Matter) -> None:
    graduate(matter)
    matter.finish()
    child(matter, "16", "休学生", standing=Standing.SUSPENDED)
    at("2027-07-20T10:00:00")

    assert matter.submit("promotion", {}).status == 201


def test_who_is_in_the_grade_of_the_new_year_already_is_listed(matter: Matter) -> None:
    graduate(matter)
    matter.finish()
    child(matter, "14", "早升生", entered=2024)
    at("2027-07-20T10:00:00")

    assert rehearsed(matter, "promotion") == {"早升生": "cohort"}
    matter.submit("promotion", {})
    matter.finish()
    assert grades()["早升生"] == ("14", "active")


def test_a_signature_after_the_season_changes_nothing(matter: Matter) -> None:
    graduate(matter)
    matter.decide()
    at("2027-07-16T00:00:01")
    with nothing_changes():
        assert matter.decide().code == "E-SEASON"
    at("2027-07-15T23:59:00")
    assert matter.decide().status == 200
    at("2027-07-20T10:00:00")
    matter.submit("promotion", {})
    matter.decide()
    at("2027-09-01T00:00:01")
    with nothing_changes():
        assert matter.decide().code == "E-SEASON"


def test_a_season_that_ends_before_the_commit_has_ended(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signature is written in time, its transaction ends a second too late."""
    graduate(matter)
    matter.decide()
    at("2027-07-15T23:59:59")
    record = audit.record

    def late(verb: str, *args: Any, **kwargs: Any) -> None:
        record(verb, *args, **kwargs)
        if verb == "enrolments/graduation":
            at("2027-07-16T00:00:01")

    monkeypatch.setattr(audit, "record", late)
    with nothing_changes():
        answer = matter.decide()

    assert (answer.status, answer.code) == (422, "E-SEASON")
    assert grades()["陈思远"] == ("16", "active")


@pytest.mark.parametrize("profile", ["zj-2010", "zj-now"])
def test_the_last_year_of_senior_school_is_not_repeated(app: Flask, client: Client, profile: str) -> None:
    app.config["PROFILE"] = profile
    try:
        refused = a_matter(client, grade="33").submit("repeat")
        assert (refused.codes, refused.json["objections"][0]["detail"]) == ({"E-RULE-RPT"}, "高中三年级不办理留级。")
        assert a_matter(client, grade="32").submit("repeat").status == 201
    finally:
        app.config["PROFILE"] = "zj-2010"
