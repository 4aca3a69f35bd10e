"""环节调整 in a browser: proposed and approved by two persons at their screens; the pages are accessible and narrow."""

from __future__ import annotations

from collections.abc import Callable

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.studio.test_moves import REASON
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def fits(desk: Desk) -> bool:
    """Is the page accessible, and no wider than a telephone?"""
    desk.page.set_viewport_size({"width": 1366, "height": 768})
    assert desk.violations() == ""
    desk.page.set_viewport_size({"width": 390, "height": 844})
    over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    desk.page.set_viewport_size({"width": 1366, "height": 768})
    return int(over) <= 0


def test_two_persons_move_a_case(seat: Seat, studio: Studio, submitted: Story) -> None:  # noqa: F811
    submitted.agree_until("releasing_school")
    analyst, publisher = seat(studio.people["analyst"]), seat(studio.people["publisher"])
    analyst.open("/studio/running")
    analyst.field("办件编号").first.fill(submitted.number)
    analyst.press("查看所停的环节")
    assert fits(analyst)
    analyst.page.get_by_label("调整（必填）", exact=True).select_option("releasing_school>receiving_school")
    analyst.page.get_by_label("调整原因").fill(REASON)
    analyst.press("提出")
    assert analyst.says("待发布员审批")
    assert fits(analyst)

    publisher.open("/studio/running")
    assert fits(publisher)
    publisher.follow("第 1 号")
    publisher.press("同意并调整")

    assert publisher.says("已调整办理环节")
    assert fits(publisher)
    assert submitted.waiting()["key"] == "receiving_school"
