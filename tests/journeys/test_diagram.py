"""The picture of the process: where the case stands, and nothing of the diagram lost or altered in drawing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from lxml import etree

from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
CATCH = """document.addEventListener('drawn', event => {
  window.drawn = event.detail;
  document.documentElement.dataset.drawn = 'yes';  // to wait for: the page forbids the evaluation of a polled text
});"""


def open_case(seat: Seat, story: Story) -> tuple[Desk, str]:
    """The case's page once its diagram is drawn, and the diagram as the server gives it."""
    desk = seat(story.people["receiving_school"].operator)
    desk.page.add_init_script(CATCH)
    with desk.page.expect_response("**/diagram.bpmn") as answer:
        desk.open(f"/cases/{story.number}").page.locator(".diagram").scroll_into_view_if_needed()
    desk.page.wait_for_selector("html[data-drawn]", state="attached")
    return desk, answer.value.text()


def content(xml: str) -> Counter[Any]:
    """Every element with its attributes, text and place, whatever the order; numbers as numbers."""
    return Counter(
        (each.tag, each.getparent().tag if each.getparent() is not None else "", attributes(each), text_of(each))
        for each in etree.fromstring(xml.encode()).iter(etree.Element)
    )


def attributes(element: Any) -> frozenset[tuple[str, str]]:
    return frozenset((name, plain(value)) for name, value in element.attrib.items())


def plain(value: str) -> str:
    try:
        return repr(float(value))
    except ValueError:
        return value


def text_of(element: Any) -> str:
    return (element.text or "").strip()


def test_the_diagram_shows_what_is_done_and_what_waits(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("releasing_school")

    desk, _xml = open_case(seat, submitted)

    def marked(mark: str) -> set[str]:
        shapes = desk.page.locator(f".diagram g.djs-element.{mark}").all()
        return {str(each.get_attribute("data-element-id")) for each in shapes}

    assert marked("done") == {"receiving_school", "receiving_bureau"}
    assert marked("waiting") == {"releasing_school"}
    assert desk.page.locator(".bjs-powered-by").is_visible(), "the mark of bpmn.io stays visible: its licence"


def test_drawing_a_diagram_alters_nothing_in_it(seat: Seat, submitted: Story) -> None:
    desk, xml = open_case(seat, submitted)

    saved = desk.page.evaluate("drawn.saveXML({ format: true }).then(result => result.xml)")

    lost, added = content(xml) - content(saved), content(saved) - content(xml)
    assert not lost, lost
    assert not added, added
    drawn = set(desk.page.evaluate("drawn.get('elementRegistry').getAll().map(each => each.id)"))
    shown = {each.get("bpmnElement") for each in etree.fromstring(xml.encode()).iter("{*}BPMNShape", "{*}BPMNEdge")}
    assert shown <= drawn


def test_buttons_move_the_diagram(seat: Seat, submitted: Story) -> None:
    desk, _xml = open_case(seat, submitted)
    before = desk.page.evaluate("drawn.get('canvas').zoom()")

    desk.press("放大")
    assert desk.page.evaluate("drawn.get('canvas').zoom()") > before
    desk.press("看当前环节")
    box = desk.page.locator("g.djs-element.waiting").bounding_box()
    frame = desk.page.locator(".diagram").bounding_box()
    assert box is not None
    assert frame is not None
    assert frame["x"] <= box["x"] <= frame["x"] + frame["width"]
    assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
