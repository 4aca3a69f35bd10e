"""A diagram laid out anew by one tool: nothing but places changes, nothing overlaps, one step back undoes it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page

from app.settings import SOURCES
from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.diagram_content import Box, boxes, content, meaning, ways
from tests.support.modeler import Sheet, an_empty_draft, put

pytestmark = on_sqlite
Seat = Callable[..., Desk]
FOREIGN = Path(__file__).parent / "foreign"
SHIPPED = {path.stem: path.read_text("utf-8") for path in sorted((SOURCES / "bpmn").glob("*/*.bpmn"))}
#: what nodes stand in
HOLDING = {"participant", "lane", "group"}


def kinds(text: str) -> dict[str, Any]:
    return {each.get("id"): each for each in etree.fromstring(text.encode()).iter(etree.Element) if each.get("id")}


def kind(element: Any) -> str:
    return etree.QName(element).localname


def nodes(text: str) -> dict[str, Box]:
    """The boxes of everything that must not lie over another: no pool, lane or group, no sub-process with content."""
    known = kinds(text)
    shown = boxes(text)
    return {
        each: box
        for each, box in shown.items()
        if kind(known[each]) not in HOLDING and not any(inner.get("id") in shown for inner in known[each])
    }


def overlaps(text: str) -> Iterator[tuple[str, str]]:
    known = kinds(text)
    for (one, a), (other, b) in itertools.combinations(nodes(text).items(), 2):
        on_border = any(kind(known[each]) == "boundaryEvent" for each in (one, other))
        if not on_border and meet(a, b):
            yield one, other


def outside(text: str) -> Iterator[str]:
    """Every node that does not stand in the lane that names it; what a sub-process holds stands in that."""
    shown, known = boxes(text), kinds(text)
    for lane in known.values():
        if kind(lane) != "lane":
            continue
        for named in lane.iterfind("{*}flowNodeRef"):
            inner, around = shown.get(named.text.strip()), shown[lane.get("id")]
            held = kind(known[named.text.strip()].getparent()) != "process"
            if (
                inner
                and not held
                and not (
                    around[0] <= inner[0] <= inner[2] <= around[2] and around[1] <= inner[1] <= inner[3] <= around[3]
                )
            ):
                yield named.text


def crossed(text: str) -> Iterator[tuple[str, str]]:
    """Every shape that a sequence flow of others runs through."""
    known, found = kinds(text), nodes(text)
    for flow, points in ways(text).items():
        if kind(known[flow]) != "sequenceFlow":
            continue
        own = {known[flow].get("sourceRef"), known[flow].get("targetRef")}
        own |= {known[each].get("attachedToRef") for each in own}
        for each, box in found.items():
            for (x, y), (to_x, to_y) in itertools.pairwise(points):
                through = (min(x, to_x) < box[2] and box[0] < max(x, to_x)) or (x == to_x and box[0] < x < box[2])
                over = (min(y, to_y) < box[3] and box[1] < max(y, to_y)) or (y == to_y and box[1] < y < box[3])
                if each not in own and kind(known[each]) != "boundaryEvent" and through and over:
                    yield flow, each


def laid_out(sheet: Sheet) -> str:
    sheet.page.get_by_role("button", name="自动排版").click()
    return sheet.saved()


@pytest.fixture
def editor(seat: Seat, studio: Studio) -> Page:  # noqa: F811
    """The modeler, kept as `editor`; what is done in it from now on is not saved."""
    desk = seat(studio.people["analyst"])
    desk.page.add_init_script('document.addEventListener("drawn", ({ detail }) => { window.editor = detail; });')
    page = Sheet(desk, studio, studio.draft("class_change"), "class_change.bpmn").page
    page.evaluate("editor.get('eventBus').off('commandStack.changed')")
    return page


def test_every_shipped_diagram_is_laid_out_within_its_lanes_and_can_be_read(editor: Page) -> None:
    wrong: dict[str, Any] = {}
    for key, before in SHIPPED.items():
        plain, after, words, again = editor.evaluate(LAY_OUT, before)
        found = {
            "meaning": list(meaning(after) - meaning(before)) + list(meaning(before) - meaning(after)),
            "unmoved": boxes(after) == boxes(before),
            "overlapping": list(overlaps(after)),
            "outside": list(outside(after)),
            "crossed": list(crossed(after)),
            "words over words": list(piled(words)),
            "words over shapes": [(one, other) for one, box in words for other, shape in nodes(after).items()
                                  if meet(box, shape)],
            "not undone": content(whole(again), set()) != content(whole(plain), set()),
        }  # fmt: skip
        if faults := {name: each for name, each in found.items() if each}:
            wrong[key] = faults
    assert wrong == {}


def whole(text: str) -> str:
    """Places in whole pixels, as the library has them once anything was drawn."""
    return re.sub(r' ([xy])="(-?\d+\.\d+)"', lambda found: f' {found[1]}="{math.floor(float(found[2]) + 0.5)}"', text)


def piled(words: list[tuple[str, Box]]) -> Iterator[tuple[str, str]]:
    for (one, a), (other, b) in itertools.combinations(words, 2):
        if meet(a, b):
            yield one, other


def meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


#: the diagram as it is saved, as it is laid out, the box of the drawn letters of every label, the diagram undone
LAY_OUT = """async (xml) => {
  await editor.importXML(xml);
  const plain = (await editor.saveXML({ format: true })).xml;
  editor.get("layout").layOut();
  const words = [];
  editor.get("elementRegistry").forEach((each, drawn) => {
    if (each.type !== "label") { return; }
    const { x, y, width, height } = drawn.querySelector("text").getBBox();
    words.push([each.id, [each.x + x, each.y + y, each.x + x + width, each.y + y + height]]);
  });
  const after = (await editor.saveXML({ format: true })).xml;
  editor.get("commandStack").undo();
  return [plain, after, words, (await editor.saveXML({ format: true })).xml];
}"""


@pytest.mark.parametrize("name", ["signavio", "flowable", "spiffarena", "yaoqiang"])
def test_what_others_drew_is_laid_out_with_all_that_is_in_it(seat: Seat, studio: Studio, name: str) -> None:  # noqa: F811
    draft = an_empty_draft(studio, "foreign", "外来")
    before = (FOREIGN / f"{name}.bpmn").read_text("utf-8")
    put(studio, draft, f"{name}.bpmn", before.encode())
    after = laid_out(Sheet(seat(studio.people["analyst"]), studio, draft, f"{name}.bpmn"))

    assert meaning(after) == meaning(before)
    assert boxes(after).keys() == boxes(before).keys()
    assert list(overlaps(after)) == []
    assert list(outside(after)) == []
