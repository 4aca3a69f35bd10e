"""The whole day of a school's approver by keys alone, and once more without any script."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from app.database import db
from tests.journeys.test_keyboard import tab_to
from tests.support import factories
from tests.support.browsers import Desk as Screen
from tests.support.client import PASSWORD
from tests.support.databases import on_sqlite
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]

pytestmark = on_sqlite
Seat = Callable[..., Screen]
TEN = 10


def send(page: Page, key: str) -> None:
    """Press a key that brings the next page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def open_line(page: Page, place: int) -> None:
    """Go down to a line of the list and open it."""
    for _ in range(place):
        page.keyboard.press("j")
    send(page, "Enter")


def list_by_number(page: Page) -> None:
    """To the inbox, in the order of the cases."""
    tab_to(page, "a[href='/inbox']")
    send(page, "Enter")
    tab_to(page, "th a[href*='sort=number']")
    send(page, "Enter")


def choose(page: Page, selector: str, words: str) -> None:
    """Choose in a list of choices by typing what is chosen, as one does without a mouse."""
    tab_to(page, selector)
    page.keyboard.press("ArrowDown")
    for _ in range(20):
        if words in page.evaluate("document.activeElement.selectedOptions[0].textContent"):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(words)


def test_ten_are_cleared_one_returned_one_handed_over_and_one_taken_back(seat: Seat, desk: Desk) -> None:
    desk.drop_out(1)  # the bureau takes note of it next, so that it can be taken back until then
    desk.correct(TEN + 1)
    colleague = factories.a_user(desk.school.office, "approver")
    db.session.commit()
    screen = seat().open("/sign-in")
    page, keys = screen.page, screen.page.keyboard
    page.evaluate("document.addEventListener('pointerdown', () => { throw new Error('a mouse'); })")

    tab_to(page, "#username")
    keys.type(desk.people["school"].approver.username)
    tab_to(page, "#password")
    keys.type(PASSWORD)
    send(page, "Enter")
    list_by_number(page)

    open_line(page, 1)  # the first on its own page with an opinion, the others from the list
    tab_to(page, "#f-opinion")
    keys.type("情况属实，同意。")
    tab_to(page, "#f-open-next")
    keys.press("Space")
    tab_to(page, "button[value=agree]")
    send(page, "Enter")
    list_by_number(page)
    for place in range(1, TEN):
        keys.press("j")
        send(page, "a")
        assert screen.says(f"办件 {desk.numbers[place]}：同意，已办理。")
    assert len(waiting(desk)) == 2

    keys.press("j")
    send(page, "r")
    page.wait_for_function("document.activeElement.id === 'f-opinion'")
    keys.type("缺户口簿复印件，请补齐。")
    choose(page, "#f-reason_code", "材料")
    tab_to(page, "button[value=send_back]")
    send(page, "Enter")
    assert screen.says("退回")
    assert len(waiting(desk)) == 1

    list_by_number(page)
    open_line(page, 1)
    tab_to(page, "summary[id^=hand-over]", limit=120)
    keys.press("Enter")
    choose(page, "select[name=to_user]", colleague.name)
    tab_to(page, "textarea[id*=hand-over]")
    keys.type("本人外出培训")
    tab_to(page, "form[action$='/hand-over'] button")
    send(page, "Enter")
    assert screen.says("转")

    tab_to(page, "a[href='/inbox/done']")
    send(page, "Enter")
    row = page.locator("tr", has_text=desk.numbers[0])
    while not row.evaluate("it => it.contains(document.activeElement)"):
        keys.press("j")
    send(page, "Enter")
    tab_to(page, "form[action$='/take-back'] button", limit=120)
    send(page, "Enter")
    assert screen.says("已收回，本环节可以重新办理。")
    theirs = desk.client.api(colleague).get("/tasks?sort=number").json["items"]
    assert [each["case"] for each in theirs] == [desk.numbers[0], desk.numbers[-1]]


def waiting(desk: Desk) -> list[int]:
    return [each["id"] for each in desk.program().get("/tasks").json["items"]]


def test_the_same_day_needs_no_script(seat: Seat, desk: Desk) -> None:
    desk.drop_out(1)
    desk.correct(2)
    colleague = factories.a_user(desk.school.office, "approver")
    db.session.commit()
    screen = seat(desk.people["school"].approver, java_script_enabled=False).open("/inbox")
    page = screen.page

    first = page.locator("tr", has_text=desk.numbers[0])
    with page.expect_navigation():
        first.get_by_role("button", name="同意").click()
    assert screen.says(f"办件 {desk.numbers[0]}：同意，已办理。")
    with page.expect_navigation():
        page.locator("tr", has_text=desk.numbers[1]).get_by_role("link", name="办理").click()
    screen.field("意见").fill("缺户口簿复印件")
    screen.press("暂存")
    assert screen.says("已填回")
    assert screen.field("意见").input_value() == "缺户口簿复印件"
    page.locator("#f-reason_code").select_option(label=reason_of(page))
    with page.expect_navigation():
        page.locator("button[value=send_back]").click()
    assert screen.says("退回")

    screen.open(f"/cases/{desk.numbers[2]}")
    page.locator("summary[id^=hand-over]").click()
    page.locator("select[name=to_user]").select_option(label=colleague.name)
    page.locator("textarea[id*=hand-over]").fill("外出培训")
    with page.expect_navigation():
        page.locator("form[action$='/hand-over'] button").click()
    screen.open(f"/cases/{desk.numbers[0]}")
    screen.press("收回")
    assert screen.says("已收回，本环节可以重新办理。")
    screen.open("/drafts/mine")
    assert screen.says("没有草稿")


def reason_of(page: Page) -> str:
    labels = page.locator("#f-reason_code option").all_inner_texts()
    return next(each for each in labels if "材料" in each)
