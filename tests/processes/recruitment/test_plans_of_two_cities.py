"""跨设区市招生方案, and the acceptance scenarios 9 to 11 of recruiting beyond the own area."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.processes.recruitment.models import Filing, Plan, PlanStatus
from app.processes.recruitment.rules import objections_to_roster
from app.students.rules.registration import stands_in
from tests.processes.recruitment.test_plans import CITY, SIDES, asked, the_plan
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client

OPINIONS = ("local_opinion", "source_opinion")


def test_scenario_09_the_source_county_refuses_and_the_city_never_sees_the_filing(client: Client) -> None:
    plan = asked(client).agree("local_consent")
    city = plan.program("330100", "approver")

    plan.decide("source_consent", "refuse")

    assert (plan.case()["outcome"], the_plan(plan).status) == ("refused", "ended")
    assert city.get("/tasks").json["items"] == []
    assert city.get("/filings").json["items"] == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Filing)) == 0


def test_scenario_10_consented_but_returned_the_school_cannot_upload_a_roster(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge")
    later = dt.date(2026, 12, 21)

    plan.decide("filing", "send_back")

    returned = the_plan(plan)
    assert (returned.status, returned.filing.state, returned.filing.returned) == ("consented", "returned", 1)
    assert [each.code for each in objections_to_roster(returned, later, children=6)] == ["E-PLAN-01"]
    plan.agree("lodge", "filing")
    filed = the_plan(plan)
    assert [(each.code, each.detail) for each in objections_to_roster(filed, dt.date(2026, 12, 20), children=6)] == [
        ("E-PLAN-01", "招生于 2026-12-20 截止，截止后才能上传名单。")
    ]
    assert [(each.code, each.detail) for each in objections_to_roster(filed, later, children=7)] == [
        ("E-PLAN-02", "超出备案的招生人数：计划 6 人，已列入名单 0 人，本次 7 人。")
    ]
    assert objections_to_roster(filed, later, children=6) == []


def test_every_status_but_filed_keeps_the_roster_out(app: Flask) -> None:
    later = dt.date(2027, 1, 1)
    for status in PlanStatus:
        plan = Plan(status=status, cap=3, closes_on=dt.date(2026, 12, 20))
        codes = [each.code for each in objections_to_roster(plan, later, children=4)]
        assert codes == (["E-PLAN-02"] if status is PlanStatus.FILED else ["E-PLAN-01", "E-PLAN-02"])


@pytest.mark.parametrize("key", SIDES)
def test_scenario_11_a_county_cannot_sign_for_its_city(client: Client, key: str) -> None:
    plan = asked(client, CITY, source="330212")
    offices = {task["key"]: task["office"]["code"] for task in plan.case()["waiting"]}
    assert offices == {
        "local_consent": "330100", "source_consent": "330200", "local_opinion": "330106", "source_opinion": "330212",
    }  # fmt: skip
    counties = [plan.program(code, "approver") for code in ("330106", "330212")]
    task = plan.task(key)["id"]

    with nothing_changes(attempts=2):
        answers = [each.post(f"/tasks/{task}/decision", {"outcome": "agree"}) for each in counties]

    assert [(each.status, each.code) for each in answers] == [(404, "E-MISSING")] * 2
    assert set(plan.waits) == {*SIDES, *OPINIONS}


def test_two_cities_consent_and_the_province_files(client: Client) -> None:
    plan = asked(client, CITY, source="330212").agree(*SIDES)
    assert plan.waits == ["lodge"]
    plan.agree("lodge")
    assert plan.task("filing")["office"]["code"] == "330000"

    plan.agree("filing")

    assert (the_plan(plan).status, the_plan(plan).filing.number) == ("filed", "B2026-330000-000001")


@pytest.mark.parametrize("key", SIDES)
@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_either_city_may_refuse_or_send_back_whatever_the_counties_say(client: Client, key: str, outcome: str) -> None:
    plan = asked(client, CITY, source="330212")
    plan.decide("local_opinion", "acknowledge", form={"view": "support"})

    plan.decide(key, outcome)

    assert plan.waits == ([] if outcome == "refuse" else ["repair"])
    assert the_plan(plan).status == ("ended" if outcome == "refuse" else "consulting")


def test_a_countys_opinion_is_read_by_the_city_and_binds_nobody(client: Client) -> None:
    plan = asked(client, CITY, source="330212")
    empty = plan.decide("source_opinion", "acknowledge")
    refusing = plan.decide("source_opinion", "refuse")
    said = plan.decide("source_opinion", "acknowledge", form={"view": "reserve"}, opinion="本地生源减少")

    assert (empty.status, refusing.status, said.status) == (422, 422, 200)
    browser = Client(client.app).sign_in(plan.at("330200").approver)
    assert "有不同意见。本地生源减少" in browser.get(f"/cases/{plan.number}").text
    told = plan.program("330200", "approver").get(f"/cases/{plan.number}").json["decisions"]
    assert [each["form"] for each in told if each["task"] == "source_opinion"] == [{"view": "reserve"}]
    plan.agree(*SIDES, "lodge", "filing")
    assert the_plan(plan).status == "filed"


def test_the_province_reads_what_is_filed_and_not_what_the_others_said(client: Client) -> None:
    plan = asked(client, CITY, source="330212")
    plan.decide("local_consent", "agree", opinion="名校资源共享")
    early = plan.program("330000", "approver").get(f"/cases/{plan.number}").json
    plan.agree("source_consent", "lodge")
    province = plan.program("330000", "approver")

    shown = province.get(f"/cases/{plan.number}").json
    browser = Client(client.app).sign_in(plan.at("330000").approver)
    page = browser.get(f"/cases/{plan.number}").text

    assert (early["application"], early["decisions"]) == (None, [])
    assert (shown["application"]["cap"], shown["decisions"], shown["attachments"]) == (6, [], None)
    assert "省级只查看基本信息" in page
    assert "名校资源共享" not in page
    assert "打印审批表" not in page
    assert Client(client.app).sign_in(plan.at("330000").approver).get(f"/cases/{plan.number}/sheet").status == 404


def test_a_source_area_is_a_county_a_zone_or_a_city_without_the_county_that_acts_as_one(app: Flask) -> None:
    near, yiwu, other = (factories.a_school(code).office for code in ("330702", "330782", "330106"))
    city, acting, county = (factories.a_bureau(code) for code in ("330700", "330782", "330702"))

    assert [stands_in(city, each) for each in (near, yiwu, other)] == [True, False, False]
    assert [stands_in(acting, each) for each in (near, yiwu, other)] == [False, True, False]
    assert [stands_in(county, each) for each in (near, yiwu, other)] == [True, False, False]
