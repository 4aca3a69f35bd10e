"""Who may upload whom: the plan filed and closed, its number and area, every fault of every row."""

from __future__ import annotations

import pytest
from flask import Flask

from app import clock
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.processes.registration.test_registration import a_graduate, named
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


def test_scenario_12_thirty_one_children_under_a_plan_of_thirty(recruiting: Recruiting) -> None:
    recruiting.wants(31)

    answer = recruiting.submit()

    assert [(each["code"], each["field"]) for each in answer.json["objections"]] == [("E-PLAN-02", "rows")]
    assert "计划 30 人" in answer.json["objections"][0]["detail"]


def test_scenario_12_two_rosters_of_one_plan_count_together(recruiting: Recruiting) -> None:
    recruiting.wants(20)
    assert recruiting.submit().status == 201
    recruiting.wants(11)

    assert recruiting.submit().codes == {"E-PLAN-02"}


def test_scenario_10_a_plan_that_is_not_filed_or_not_over_takes_no_roster(recruiting: Recruiting) -> None:
    recruiting.wants(1)
    neighbour = factories.a_school("330108", stages="junior")
    others = factories.a_filed_plan(neighbour, "330212")
    running = factories.a_filed_plan(recruiting.school, "330211", closes_on=clock.today())
    factories.a_filed_plan(recruiting.school, "330213", status="consented")

    for number in (others.number, running.number, "B2026-330100-999999"):
        answer = recruiting.submit(filing=number)
        assert [(each["code"], each["field"]) for each in answer.json["objections"]] == [("E-PLAN-01", "filing")]


def test_every_fault_is_named_in_its_row(recruiting: Recruiting) -> None:
    good = a_graduate(recruiting.origin)
    elsewhere = a_graduate(factories.a_school("330108"))
    still_there = factories.a_student(recruiting.origin, grade="16")
    unknown = {"main_number": factories.a_number(), "name": "无此人"}
    rows = [named(good), named(elsewhere), named(still_there), unknown, {**named(good), "name": "别名"}]
    answer = recruiting.submit(rows)

    assert {(each["field"], each["code"]) for each in answer.json["objections"]} == {
        ("rows.1.main_number", "E-PLAN-02"),
        ("rows.2.main_number", "E-STANDING"),
        ("rows.3.main_number", "E-CHILD"),
        ("rows.4.main_number", "E-CHILD"),
        ("rows.4.main_number", "E-DUP-03"),
    }


def test_a_city_that_is_a_county_unit_is_an_area_of_its_own(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client, source="330702")
    recruiting.filing = factories.a_filed_plan(recruiting.school, "330700")
    recruiting.children = [a_graduate(recruiting.origin), a_graduate(factories.a_school("330782"))]

    answer = recruiting.submit()

    assert [each["field"] for each in answer.json["objections"]] == ["rows.1.main_number"]


def test_neighbours_see_nothing_and_nobody_confirms_for_another(recruiting: Recruiting) -> None:
    recruiting.wants(1)
    recruiting.submit()
    recruiting.agree("school_approval")
    tasks = {task["key"]: task["id"] for task in recruiting.case()["waiting"]}
    neighbour = recruiting.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.get(f"/cases/{recruiting.number}").status == 404
    assert neighbour.get(f"/cases/{recruiting.number}/rows").status == 404

    for who, key in (("here", "confirm_source"), ("source", "confirm_here"), ("school", "confirm_here")):
        answer = recruiting.program(who, "approver").post(f"/tasks/{tasks[key]}/decision", {"outcome": "agree"})
        assert answer.status in (403, 404), (who, key)
    operator = recruiting.program("source").post(f"/tasks/{tasks['confirm_source']}/decision", {"outcome": "agree"})
    assert operator.status == 403
    assert recruiting.statuses() == ["listed"]
