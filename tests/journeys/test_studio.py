"""The studio in a browser: its pages are accessible, narrow enough, and draw what they speak of."""

from __future__ import annotations

from collections.abc import Callable

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.studio.test_publishing import decide, proposed
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
Seat = Callable[..., Desk]


def test_every_page_is_accessible_narrow_enough_and_drawn(seat: Seat, studio: Studio) -> None:  # noqa: F811
    _draft, proposal = proposed(studio)
    decide(studio, proposal)
    draft = studio.draft("transfer")
    studio.edit(draft, "transfer.bpmn", 'id="receiving_school" name="', 'id="receiving_school" name="再')
    waiting = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改名\n依据：会议纪要"}).json["id"]
    faulty = studio.draft("suspension", "colleague")
    studio.program("colleague").delete(f"/drafts/{faulty}/files/repair.json", If_Match="*")
    studio.program("publisher").post("/processes/class_change/off", {"reason": "等待新规定"})
    paths = {
        "analyst": (
            "/studio/",
            "/studio/processes/class_change",
            "/studio/processes/transfer/versions/1",
            "/studio/drafts/new",
            f"/studio/drafts/{draft}",
            f"/studio/drafts/{faulty}/check",
            f"/studio/drafts/{draft}/files/transfer.bpmn",
        ),
        "publisher": ("/studio/proposals", f"/studio/proposals/{waiting}", "/studio/processes/class_change"),
    }

    wrong = {}
    for who, some in paths.items():
        desk = seat(studio.people[who])
        for path in some:
            desk.page.set_viewport_size({"width": 1366, "height": 768})
            desk.open(path)
            if desk.page.locator(".diagram").count():
                desk.page.locator(".diagram").first.scroll_into_view_if_needed()
                desk.page.locator(".diagram svg .djs-shape").first.wait_for()
            if violations := desk.violations():
                wrong[path] = violations
            desk.page.set_viewport_size({"width": 390, "height": 844})
            over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wrong[f"{path} at 390"] = f"{over} pixels too wide"
    assert wrong == {}
