"""A day without a mouse."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browsers import Desk
from tests.support.client import PASSWORD
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def tab_to(page: Page, selector: str, limit: int = 80) -> None:
    """Press Tab until that element has the focus; every stop on the way shows that it has it."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("it => document.activeElement.matches(it)", selector):
            return
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"Tab never came to {selector}")


def test_an_approver_signs_in_finds_the_case_and_decides_by_keys_only(seat: Seat, submitted: Story) -> None:
    desk = seat().open("/sign-in")
    page, keys = desk.page, desk.page.keyboard
    tab_to(page, "#username")
    keys.type(submitted.people["receiving_school"].approver.username)
    tab_to(page, "#password")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/")
    tab_to(page, "a[href='/inbox']")
    keys.press("Enter")
    page.wait_for_url("**/inbox")

    keys.press("j")
    assert submitted.number in page.evaluate("document.activeElement.closest('tr').innerText")
    keys.press("Enter")
    page.wait_for_url(f"**/cases/{submitted.number}?*")
    tab_to(page, "#f-opinion")
    keys.type("情况属实。")
    tab_to(page, "button[value=agree]")
    keys.press("Enter")

    assert desk.says("已办理。")
    assert submitted.waiting()["key"] == "receiving_bureau"


def test_single_keys_explain_themselves_search_and_can_be_switched_off(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].approver).open("/")
    page, keys = desk.page, desk.page.keyboard

    keys.press("?")
    assert page.get_by_role("dialog", name="快捷键").is_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("document.activeElement === document.body")  # the dialog has given the focus back
    keys.press("/")
    search = page.locator("#global-search")
    expect(search).to_be_focused()
    keys.type("j/?")
    expect(search, "letters typed into a field are letters").to_have_value("j/?")

    page.get_by_role("button", name="快捷键").click()
    page.get_by_label("单键快捷键").uncheck()
    keys.press("Escape")
    desk.open("/inbox")
    keys.press("j")
    keys.press("?")
    assert page.evaluate("document.activeElement === document.body")
    assert page.get_by_role("dialog").count() == 0


def test_the_first_tab_skips_to_what_the_page_is_about(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].approver).open("/")

    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")

    assert desk.page.evaluate("document.activeElement.id") == "content"
