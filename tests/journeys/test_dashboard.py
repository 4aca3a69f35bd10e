"""今日 and 监测看板 in a browser: axe finds nothing, nothing is wider than the screen, and no script is needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
PAGES = ("/", "/reports/dashboard", "/reports/waiting", "/reports/day/arrived", "/reports/day/decided")
NARROW, ZOOMED = {"width": 390, "height": 844}, {"width": 683, "height": 384}


def test_the_pages_of_a_bureau_are_accessible(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    desk = seat(submitted.people["receiving_bureau"].approver)

    assert {path: wrong for path in PAGES if (wrong := desk.open(path).violations())} == {}


@pytest.mark.parametrize("duty", ["analyst", "publisher", "auditor", "sysadmin", "secadmin"])
def test_the_first_page_of_the_other_duties_is_accessible(seat: Seat, story: Story, duty: str) -> None:
    desk = seat(factories.a_user(factories.a_bureau("330000"), duty))

    assert desk.open("/").violations() == ""
    if duty == "secadmin":
        assert desk.open("/accounts/").violations() == ""


@pytest.mark.parametrize("screen", [NARROW, ZOOMED], ids=["narrow", "zoomed"])
def test_nothing_is_wider_than_the_screen(seat: Seat, submitted: Story, screen: dict[str, int]) -> None:
    desk = seat(submitted.people["receiving_bureau"].approver, viewport=screen, java_script_enabled=True)

    for path in PAGES:
        width = desk.open(path).page.evaluate("document.documentElement.scrollWidth")
        assert width <= screen["width"], path


def test_everything_is_there_without_a_script(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_bureau"].approver, java_script_enabled=False)

    desk.open("/reports/dashboard")

    assert desk.page.locator("svg.bars").count() >= 1
    desk.page.locator("tbody a").first.click()
    assert "/reports/" in desk.page.url
