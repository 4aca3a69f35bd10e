"""Files that others drew come back from the modeler as they were, but for what was moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.diagram_content import DI, content
from tests.support.modeler import Sheet, an_empty_draft, put

pytestmark = on_sqlite
Seat = Callable[..., Desk]
FOREIGN = Path(__file__).parent / "foreign"
#: of each file what is moved, and what its move takes along
MOVED = {
    "camunda": ("Event_end", {"Flow_2"}),
    "signavio": ("sid-end", {"sid-f3"}),
    "flowable": ("end", {"f6"}),
    "spiffarena": ("Event_end", {"Flow_d"}),
    "yaoqiang": ("_end", {"_f8"}),
}


def bounds(text: str, element: str) -> Any:
    (shape,) = (
        each for each in etree.fromstring(text.encode()).iter(f"{DI}BPMNShape") if each.get("bpmnElement") == element
    )
    return next(dict(each.attrib) for each in shape if etree.QName(each).localname == "Bounds")


def test_what_others_drew_comes_back_but_for_what_was_moved(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = an_empty_draft(studio, "foreign", "外来")
    desk = seat(studio.people["analyst"])
    wrong = {}
    for name, (moved, along) in MOVED.items():
        before = (FOREIGN / f"{name}.bpmn").read_text("utf-8")
        put(studio, draft, f"{name}.bpmn", before.encode())
        sheet = Sheet(desk, studio, draft, f"{name}.bpmn").choose(moved)
        desk.page.keyboard.press("Shift+ArrowRight")
        after = sheet.saved()

        assert bounds(after, moved) != bounds(before, moved), name
        lost = content(before, {moved, *along}) - content(after, {moved, *along})
        new = content(after, {moved, *along}) - content(before, {moved, *along})
        if lost or new:
            wrong[name] = (sorted(map(str, lost)), sorted(map(str, new)))
    assert wrong == {}


def test_whoever_undoes_every_change_has_the_file_as_it_was(seat: Seat, studio: Studio) -> None:  # noqa: F811
    draft = studio.draft("transfer")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")
    before = studio.text(draft, "transfer.bpmn")

    sheet.choose("releasing_bureau").fill("名称", "转出方上级核办").select("岗位", "经办").fill("时限（工作日）", "5")
    sheet.field("退回补正").uncheck()
    changed = sheet.saved()
    assert '"working_days" value="5"' in changed
    assert "转出方上级核办" in changed
    assert 'value="agree,refuse"' in changed
    for _ in range(4):
        sheet.page.get_by_role("button", name="撤销").click()

    assert content(sheet.saved(), set()) == content(before, set())


def test_comments_stay_where_they_were(seat: Seat, studio: Studio) -> None:  # noqa: F811
    """Before and after the root element, in a process, in a task, two together; what is deleted takes its own along."""
    draft = studio.draft("class_change")
    text = studio.text(draft, "class_change.bpmn")
    start = text.index("<bpmn:definitions")
    opening = re.search(r"<bpmn:userTask [^>]*>", text)
    assert opening
    said = text[: opening.start()] + "<!-- 甲 --><!-- 乙 -->" + opening[0] + "<!-- 丙 -->" + text[opening.end() :]
    put(
        studio,
        draft,
        "class_change.bpmn",
        f"{said[:start]}<!-- 前 -->\n{said[start:].rstrip()}\n<!-- 后 -->\n".encode(),
    )
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "class_change.bpmn")

    after = etree.fromstring(sheet.choose("school_approval").fill("时限（工作日）", "9").saved().encode())

    comments = {each.text.strip(): each for each in after.getroottree().xpath("//comment()")}
    assert list(comments) == ["前", "甲", "乙", "丙", "后"]
    assert comments["乙"].getnext().get("id") == comments["丙"].getparent().get("id")
    assert comments["前"].getparent() is None
    assert sheet.saved().count("<!--") == 5


def test_whoever_only_looks_changes_nothing(seat: Seat, studio: Studio) -> None:  # noqa: F811
    """Element after element of a diagram that has every kind of them is shown in the panel, and nothing is saved."""
    draft = studio.draft("recruitment_roster")
    before = studio.text(draft, "recruitment_roster.bpmn")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "recruitment_roster.bpmn")

    for _ in range(40):
        sheet.page.keyboard.press("Alt+ArrowDown")
    sheet.page.wait_for_selector("#panel[data-of] .group")

    assert studio.text(draft, "recruitment_roster.bpmn") == before
    assert sheet.page.locator("#saved.fault").count() == 0


def test_a_file_that_nobody_has_drawn_is_laid_out_and_loses_nothing(seat: Seat, studio: Studio) -> None:  # noqa: F811
    """Processes with lanes, borders and ways back; only how it is drawn is new."""
    draft = an_empty_draft(studio, "foreign", "外来")
    whole = studio.text(studio.draft("transfer"), "transfer.bpmn")
    without = whole[: whole.index("<bpmndi:BPMNDiagram")] + "</bpmn:definitions>"
    put(studio, draft, "transfer.bpmn", without.encode())
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, "transfer.bpmn")

    for element in ("transfer_pool", "lane_releasing_bureau", "pull", "directive_ended_before_pull"):
        assert sheet.shape(element).is_visible(), element
    after = sheet.choose("releasing_bureau").fill("时限（工作日）", "5").saved()

    drawn = etree.fromstring(after.encode())
    for each in list(drawn.iter(f"{DI}BPMNDiagram")):
        each.getparent().remove(each)
    lost = content(without, set()) - content(etree.tostring(drawn, encoding="unicode"), set())
    assert len(lost) == 1, "the number of days that was changed"
    assert "BPMNEdge" in after
