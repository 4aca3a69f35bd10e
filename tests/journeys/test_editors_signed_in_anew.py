"""A session ends while an editor is open: one signs in in another window, and what was changed is saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import PATIENCE, Desk
from tests.support.databases import on_sqlite
from tests.support.editors import choose, designer, form, saved, table_editor
from tests.support.modeler import Sheet

pytestmark = on_sqlite
Seat = Callable[..., Desk]
LINK = "重新登录（新窗口）"


def sign_in_beside(desk: Desk, user: Any) -> None:
    """By the link that the editor shows, in a window of its own."""
    with desk.page.context.expect_page() as opened:
        desk.page.get_by_role("link", name=LINK).click()
    window = Desk(opened.value, desk.address)
    window.sign_in(user)
    window.page.close()


def test_a_form_is_saved_after_signing_in_in_another_window(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = designer(seat(studio.people["analyst"]), draft)
    choose(desk, "转学事由")
    desk.page.locator("#p-title").fill("转学的事由")
    desk.page.context.clear_cookies()

    desk.press("保存")
    expect(desk.page.get_by_role("alert")).to_contain_text("登录已过期")
    sign_in_beside(desk, studio.people["analyst"])
    saved(desk)

    assert "转学的事由" in str(form(studio, draft))


def test_what_one_has_changed_is_not_saved_by_another(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    desk = designer(seat(studio.people["analyst"]), draft)
    choose(desk, "转学事由")
    desk.page.locator("#p-title").fill("转学的事由")
    desk.page.context.clear_cookies()
    desk.press("保存")

    sign_in_beside(desk, studio.people["colleague"])
    desk.press("保存")

    expect(desk.page.get_by_role("alert")).to_contain_text("另一位用户")
    assert "转学的事由" not in str(form(studio, draft))


def test_a_decision_table_is_saved_after_signing_in_in_another_window(
    seat: Seat,
    studio: Studio,  # noqa: F811
) -> None:
    draft = studio.draft("transfer")
    desk = table_editor(seat(studio.people["analyst"]), draft)
    desk.page.get_by_role("button", name="添加规则").first.click()
    desk.page.context.clear_cookies()

    desk.press("保存")
    sign_in_beside(desk, studio.people["analyst"])
    saved(desk)


def a_step_chosen(seat: Seat, studio: Studio) -> tuple[int, Sheet]:  # noqa: F811
    """A diagram of a draft, open in the modeler with its first step chosen."""
    draft = studio.draft()
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")
    sheet.choose(re.findall(r'<bpmn:userTask id="(\w+)"', studio.text(draft, sheet.name))[0])
    return draft, sheet


def test_a_diagram_is_saved_as_soon_as_one_comes_back_from_signing_in(
    seat: Seat,
    studio: Studio,  # noqa: F811
) -> None:
    draft, sheet = a_step_chosen(seat, studio)
    sheet.page.context.clear_cookies()
    sheet.fill("名称", "核对后办理")

    expect(sheet.page.get_by_role("dialog")).to_contain_text("登录已过期", timeout=PATIENCE)
    sign_in_beside(sheet.desk, studio.people["analyst"])
    sheet.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    sheet.page.locator("#saved.saved").wait_for(timeout=PATIENCE)
    assert sheet.page.get_by_role("dialog").count() == 0
    assert "核对后办理" in studio.text(draft, sheet.name)


def test_going_back_to_the_draft_saves_the_diagram_first(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft, sheet = a_step_chosen(seat, studio)
    sheet.field("名称").fill("核对后办理")

    asked: list[str] = []
    sheet.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    sheet.page.get_by_role("link", name="回到草稿，提出发布").click()
    sheet.page.wait_for_url(f"**/studio/drafts/{draft}#propose")

    assert asked == []
    assert "核对后办理" in studio.text(draft, sheet.name)


def test_leaving_is_asked_about_where_the_diagram_could_not_be_saved(
    seat: Seat,
    studio: Studio,  # noqa: F811
) -> None:
    _draft, sheet = a_step_chosen(seat, studio)
    sheet.page.context.clear_cookies()
    sheet.field("名称").fill("核对后办理")

    asked: list[str] = []
    sheet.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    sheet.page.get_by_role("link", name="回到草稿，提出发布").click()

    expect(sheet.page.get_by_role("dialog")).to_contain_text("登录已过期", timeout=PATIENCE)
    expect(sheet.page).to_have_url(re.compile("/edit$"))
    assert asked == ["beforeunload"]
