"""A whole transfer in the browser: from the sign-in to the moved record, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

from app import clock
from app.students.models import Standing
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

Seat = Callable[..., Desk]
DESKS = (
    ("receiving_school", "同意"),
    ("receiving_bureau", "同意"),
    ("releasing_school", "同意"),
    ("releasing_bureau", "同意并下达允许转学指令"),
    ("pull", "转入档案并注册"),
)


def apply_for(desk: Desk, story: Story) -> str:
    """Find the child, stumble over the form once, submit; the case's number."""
    page = desk.page
    desk.find_child(story.child.main_number, story.child.name)
    assert desk.says(story.releasing.office.name)

    desk.field("转学事由").fill("随父母迁居杭州")
    desk.field("联系电话").fill("12345")
    desk.press("提交申请")
    assert desk.says("请更正以下问题")
    assert desk.says(story.releasing.office.name), "the child is still shown beside the form"
    assert desk.field("转学事由").input_value() == "随父母迁居杭州"
    assert desk.field("联系电话").input_value() == "12345"
    told = page.locator(".errors li").all_inner_texts()
    assert any("监护人姓名" in each for each in told), told
    assert any("监护人签名的转学申请" in each for each in told), told
    page.locator(".errors a").first.click()
    assert page.evaluate("location.hash") == page.locator(".errors a").first.get_attribute("href")

    desk.field("监护人姓名").fill("陈建国")
    desk.field("与学生关系").select_option("1")
    desk.field("联系电话").fill("13800000000")
    desk.field("监护人签名日期").fill(clock.today().isoformat())
    desk.field("监护人签名的转学申请已由本校核对并收存").check()
    desk.press("提交申请")
    assert desk.says("已提交")
    return page.url.rsplit("/", 1)[1]


def walk(desk: Desk, story: Story) -> None:
    """Every office comes to the same screen in turn, and leaves it signed out."""
    desk.sign_in(story.people["receiving_school"].operator)
    assert desk.says("暂无待办")
    story.number = apply_for(desk, story)

    for key, button in DESKS:
        desk.sign_out().sign_in(story.people[story.role_of(key)].approver)
        desk.follow(f"办理 {story.number}")
        if key != "pull":
            desk.field("意见").fill("情况属实。")
        desk.press(button)
        assert desk.says("已转入。" if key == "pull" else "已办理。")

    desk.open(f"/cases/{story.number}")
    assert desk.page.locator(".stamp").inner_text() == "同意"
    desk.open(f"/students/{story.child.id}")
    rows = desk.page.locator("section", has=desk.page.locator("#enrolments")).locator("tbody tr")
    assert story.releasing.office.name in rows.nth(0).inner_text()
    assert re.search(rf"{story.receiving.office.name}.*在读.*至今", rows.nth(1).inner_text().replace("\n", " "))


def test_a_transfer_goes_through_the_browser_from_the_sign_in_to_the_moved_record(seat: Seat, story: Story) -> None:
    walk(seat(), story)


@on_sqlite
def test_the_same_transfer_needs_no_script_at_all(seat: Seat, story: Story) -> None:
    walk(seat(java_script_enabled=False), story)


@on_sqlite
def test_what_stands_against_a_transfer_is_shown_before_anything_else_is_typed(seat: Seat, story: Story) -> None:
    child = factories.a_student(story.releasing, name="周小雨", standing=Standing.SUSPENDED)
    desk = seat(story.people["receiving_school"].operator).open("/")

    desk.find_child(child.main_number, child.name)

    assert desk.says("暂不能办理转学")
    assert "休学" in desk.page.locator(".errors").inner_text()
    assert desk.field("转学事由").count() == 0


@on_sqlite
def test_a_refusal_without_a_reason_keeps_the_opinion_and_says_where(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].approver).open(f"/cases/{submitted.number}")
    desk.field("意见").fill("缺居住证明")

    desk.press("不同意")

    assert desk.says("请更正以下问题")
    assert desk.page.locator(".errors").evaluate("it => it === document.activeElement"), "read out first"
    assert desk.field("意见").input_value() == "缺居住证明"
    desk.field("原因").select_option(label="材料不全")
    desk.press("不同意")
    assert desk.says("不予办理")
