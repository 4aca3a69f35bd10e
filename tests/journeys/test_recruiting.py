"""Plans of recruiting through the browser: the school asks, both sides are asked at once, the city files."""

from __future__ import annotations

from collections.abc import Callable

from tests.processes.recruitment.test_plans import COUNTY, SIDES, asked
from tests.support.browsers import Desk
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.recruiting_case import a_plan

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_a_school_asks_and_the_city_files_without_a_fault_on_any_page(seat: Seat, client: Client) -> None:
    plan = a_plan(client)
    school = seat(plan.at(plan.code).operator).open(f"/apply/{COUNTY}")
    assert school.violations() == ""
    school.field("生源地教育局").select_option("330108")
    school.field("学段").select_option("senior")
    school.field("入学年份").fill("2026")
    school.field("计划数").fill("6")
    school.field("招生截止日期").fill("2026-12-20")
    school.field("依据").fill("杭教招〔2026〕8 号")
    school.press("提交申请")
    plan.number = school.page.url.rsplit("/", 1)[-1]
    plan.agree("school_approval", *SIDES, "lodge")

    city = seat(plan.at("330100").approver).open(f"/cases/{plan.number}")
    city.page.locator(".diagram").scroll_into_view_if_needed()
    city.page.locator(".diagram svg").first.wait_for()
    assert city.violations() == ""
    city.press("予以备案")

    assert city.says("予以备案，已办理。")
    assert city.open("/filings").says("浙教备〔2026〕330100-000001号")
    for path in ("/filings", "/plans", "/reports/flows"):
        assert city.open(path).violations() == "", path
    assert school.open("/plans").says("浙教备〔2026〕330100-000001号")
    assert school.violations() == ""


def test_both_sides_see_each_others_desk(seat: Seat, client: Client) -> None:
    plan = asked(client)

    source = seat(plan.at("330108").approver).open(f"/cases/{plan.number}")

    assert source.says("学校所在地同意")
    assert source.violations() == ""
