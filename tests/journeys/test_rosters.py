"""A roster on real screens: no page of it breaks a law of accessibility, none needs a script."""

from __future__ import annotations

from collections.abc import Callable

from app.cases import commands
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.support.browsers import Desk
from tests.support.client import Client
from tests.support.databases import on_sqlite

pytestmark = on_sqlite


def test_the_pages_of_a_roster_are_open_to_everybody(client: Client, seat: Callable[..., Desk]) -> None:
    recruiting: Recruiting = a_recruiting(client)
    children = recruiting.wants(6)
    school = seat(recruiting.people["school"].operator)
    school.open("/rosters/new")
    school.follow(recruiting.filing.number or "")
    school.field("名单").fill("\n".join(f"{child.main_number}\t{child.name}" for child in children))
    assert school.violations() == ""
    school.press("提交名单")
    assert school.says("名单已提交，共 6 人")
    recruiting.number = recruiting.program("school").get("/cases").json["items"][0]["number"]
    recruiting.agree("school_approval")

    source = seat(recruiting.people["source"].approver)
    source.open(f"/cases/{recruiting.number}/roster")
    source.field("第 2 号不予确认的原因").select_option(label="不是本地生源")
    source.field("第 2 号的说明").fill("户籍不在本区")
    assert source.violations() == ""
    source.press("保存本页标注")
    assert source.says("共标注 1 人不予确认")
    source.follow("去办件页确认")
    assert source.violations() == ""
    source.press("确认名单")
    assert source.says("已确认名单。")
    recruiting.agree("confirm_here", "directives", "pull")
    commands.tick()

    school.open(f"/cases/{recruiting.number}/roster")
    assert school.says("生源地不予确认：不是本地生源，户籍不在本区。")
    assert school.violations() == ""
    source.open("/recruits")
    assert source.says(recruiting.school.office.name)
    assert source.text().count("已注册") >= 5
    assert source.violations() == ""
