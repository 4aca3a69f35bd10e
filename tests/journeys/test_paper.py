"""On paper: what happened and who signed, and nothing that can only be pressed."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_a_case_prints_as_a_sheet_without_anything_to_press(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    desk = seat(submitted.people["releasing_school"].approver).open(f"/cases/{submitted.number}")

    desk.page.emulate_media(media="print")

    paper = desk.text()
    for said in (submitted.number, submitted.child.name, submitted.receiving.office.name, "转入学校上级核办"):
        assert said in paper
    for pressed in ("button", "input", "select", "textarea", "nav", ".diagram"):
        assert desk.page.locator(f"{pressed}:visible").count() == 0, pressed


def test_a_record_prints_with_its_archive_and_who_printed_it(seat: Seat, submitted: Story) -> None:
    keeper = submitted.people["releasing_school"].operator
    desk = seat(keeper).open(f"/students/{submitted.child.id}")
    assert not desk.page.locator(".printed").is_visible()

    desk.page.emulate_media(media="print")

    assert "体质健康测试" in desk.text()
    assert keeper.name in desk.page.locator(".printed").inner_text()
    assert submitted.child.main_number not in desk.text(), "masked on paper as on the screen"
    assert desk.page.locator("button:visible").count() == 0
