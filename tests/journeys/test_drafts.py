"""What is typed saves itself: another window is noticed, an ended session says so, the next page has the text."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from app.database import db
from tests.support import factories
from tests.support.browsers import Desk as Screen
from tests.support.client import PASSWORD
from tests.support.databases import on_sqlite
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]

pytestmark = on_sqlite
Seat = Callable[..., Screen]
SAID = "[data-draft-said]"


def at_once(screen: Screen) -> Screen:
    """Save as soon as a key was pressed, so that nobody waits for the pause after typing."""
    screen.page.evaluate("document.querySelectorAll('form[data-draft]').forEach(it => { it.dataset.draftWait = '1'; })")
    return screen


def test_an_opinion_saves_itself_and_is_there_again(seat: Seat, desk: Desk) -> None:
    desk.correct(1)
    screen = at_once(seat(desk.people["school"].approver).open(f"/cases/{desk.numbers[0]}"))

    screen.field("意见").fill("缺材料")
    expect(screen.page.locator(SAID)).to_have_text("草稿已自动保存 10:00")
    assert screen.violations() == ""
    screen.open("/drafts/mine")
    assert screen.violations() == ""
    screen.follow("继续填写")
    assert screen.field("意见").input_value() == "缺材料"
    assert screen.violations() == ""
    screen.open("/drafts/mine").follow("查看")
    assert screen.violations() == ""
    screen.press("删除草稿")
    assert screen.says("没有草稿")
    assert screen.violations() == ""


def test_without_a_pause_it_saves_a_few_seconds_after_the_last_key(seat: Seat, desk: Desk) -> None:
    child = factories.a_student(desk.school, grade="13")
    db.session.commit()
    screen = seat(desk.people["school"].operator).open(f"/apply/correction?student={child.id}")

    screen.page.locator("[name=address]").press_sequentially("文三路")
    expect(screen.page.locator(SAID)).to_have_text("草稿已自动保存 10:00")
    screen.open(f"/apply/correction?student={child.id}")

    assert screen.page.locator("[name=address]").input_value() == "文三路"


def test_a_second_window_is_told_and_may_keep_its_own(seat: Seat, desk: Desk) -> None:
    desk.correct(1)
    path = f"/cases/{desk.numbers[0]}"
    first = at_once(seat(desk.people["school"].approver).open(path))
    second = at_once(Screen(first.page.context.new_page(), first.address).open(path))
    first.field("意见").fill("先写的")
    expect(first.page.locator(SAID)).to_contain_text("草稿已自动保存")

    second.field("意见").fill("后写的")

    expect(second.page.locator(SAID)).to_contain_text("此草稿已在另一窗口更新（10:00 保存），没有覆盖。")
    assert second.violations() == ""
    second.page.get_by_role("button", name="以本页内容为准").click()
    expect(second.page.locator(SAID)).to_contain_text("草稿已自动保存")
    assert first.open(path).field("意见").input_value() == "后写的"


def test_a_session_that_has_ended_is_told_and_nothing_is_lost(seat: Seat, desk: Desk) -> None:
    desk.correct(1)
    approver = desk.people["school"].approver
    screen = at_once(seat(approver).open(f"/cases/{desk.numbers[0]}"))
    screen.page.context.clear_cookies()

    screen.field("意见").fill("写到一半")
    expect(screen.page.locator(SAID)).to_contain_text("登录已失效")
    with screen.page.expect_navigation():
        screen.page.locator("button[value=agree]").click()
    assert screen.says("您填写的内容已保留，登录后回到原页面。")
    screen.field("用户名").fill(approver.username)
    screen.field("密码").fill(PASSWORD)
    screen.press("登录")

    assert screen.field("意见").input_value() == "写到一半"


def test_who_decides_leaves_no_draft_behind(seat: Seat, desk: Desk) -> None:
    desk.correct(1)
    screen = at_once(seat(desk.people["school"].approver).open(f"/cases/{desk.numbers[0]}"))
    screen.field("意见").fill("同意更正")
    expect(screen.page.locator(SAID)).to_contain_text("草稿已自动保存")

    with screen.page.expect_navigation():
        screen.page.locator("button[value=agree]").click()

    assert screen.open("/drafts/mine").says("没有草稿")
