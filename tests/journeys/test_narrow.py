"""A window of 390 px, and one of 1366 px at 200 %: the menu folds, and no page is wider than its window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app import clock
from tests.hostile.province import a_province
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.client import PASSWORD, Client
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story
from tests.walking import Walk, shape_of

pytestmark = on_sqlite
Seat = Callable[..., Desk]
PHONE, TWICE = {"width": 390, "height": 844}, {"width": 683, "height": 384}
BESIDE = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth"
# columns of quantities whose cells do not stand at the right; a year is a name, and names of columns tell
CROOKED = """[...document.querySelectorAll("main table")].flatMap(table =>
    [...table.querySelectorAll("tbody tr, tfoot tr")].flatMap(row => [...row.cells].filter(cell =>
        /^\\s*\\d{1,6}( \\/ \\d+)?( ?%| 天| 人| 次)?\\s*$/.test(cell.innerText) && cell.colSpan === 1 &&
        !/年|班级|代码|^行$|^序$/.test(table.tHead?.rows[0]?.cells[cell.cellIndex]?.innerText ?? "") &&
        getComputedStyle(cell).textAlign !== "right").map(cell => cell.outerHTML.slice(0, 90))))"""


def pages_of(app: Flask, user: object) -> Iterator[str]:
    """One page of every shape that this person comes to."""
    walk = Walk(app.test_client(), "", most=1, presses=False)
    walk.sign_in(user, PASSWORD)
    walk.go("/")
    yield from (each for each in walk.pages if shape_of(each).count("?") == 0)


@pytest.mark.timeout(600)
def test_no_page_is_wider_than_a_small_window_and_its_numbers_stand_at_the_right(
    seat: Seat, app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", set())
    people = {each.role: each for each in a_province(client) if each.duty in ("operator", "approver")}
    for number, city in enumerate(("330200", "330300", "330400", "330500", "330600", "330700", "330800", "330900")):
        school = factories.a_school(city, stages="junior", name=f"第{number}外国语学校初中部")
        factories.a_filed_plan(school, "330106", cap=12 + number)
        factories.a_filed_plan(factories.a_school("330106", stages="junior"), city, cap=7)
    chosen = [name for name in people if name.startswith(("2133", "330106", "330000")) and name.endswith("operator")]
    assert len(chosen) >= 3
    wide, crooked, opened = {}, {}, 0

    for role in chosen:
        desk = seat(people[role].user, viewport=PHONE)
        for path in pages_of(app, people[role].user):
            desk.open(path)
            opened += 1
            for size in (PHONE, TWICE):
                desk.page.set_viewport_size(size)
                if (beside := desk.page.evaluate(BESIDE)) > 0:
                    wide[f"{role} {path} at {size['width']} px"] = beside
            if cells := desk.page.evaluate(CROOKED):
                crooked[f"{role} {path}"] = cells[:3]

    assert wide == {}
    assert crooked == {}
    assert opened > 40


@pytest.mark.parametrize("size", [PHONE, TWICE])
@pytest.mark.parametrize("scripts", [True, False])
def test_the_menu_folds_and_opens_by_keys_with_and_without_scripts(
    seat: Seat, submitted: Story, size: dict[str, int], scripts: bool
) -> None:
    desk = seat(submitted.people["receiving_school"].operator, viewport=size, java_script_enabled=scripts).open("/")
    menu, keys = desk.page.locator(".menu"), desk.page.keyboard
    assert not menu.is_visible(), "what one came for is at the top, not the menu"

    desk.page.get_by_label("菜单", exact=True).focus()
    keys.press("Space")
    assert menu.is_visible()
    for _ in range(3):  # 今日, on which one has arrived, stands before
        keys.press("Tab")
        if desk.page.evaluate("document.activeElement.getAttribute('href')") == "/inbox":
            break
    keys.press("Enter")
    desk.page.wait_for_url("**/inbox")

    assert not menu.is_visible()
    desk.page.get_by_text("菜单", exact=True).click()
    menu.get_by_role("link", name="学生", exact=True).click()
    desk.page.wait_for_url("**/students")


def test_on_a_whole_screen_the_menu_is_there_and_nothing_to_fold_it(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].operator).open("/")

    assert desk.page.locator(".menu").is_visible()
    assert not desk.page.locator("#menu-fold").is_visible()
    assert desk.page.get_by_role("checkbox", name="菜单").count() == 0


def test_a_small_window_is_accessible_with_the_menu_folded_and_open(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].operator, viewport=PHONE)

    for path in ("/inbox", f"/cases/{submitted.number}", "/students"):
        assert desk.open(path).violations() == "", path
    desk.page.get_by_text("菜单", exact=True).click()
    assert desk.violations() == ""


def test_printed_pages_show_their_tables_whole(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].operator, viewport=PHONE).open("/cases/running")
    desk.page.emulate_media(media="print")

    assert desk.page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert clock.today().isoformat() in desk.text()
