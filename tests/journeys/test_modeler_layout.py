"""A diagram laid out anew by one tool: nothing but places changes, nothing overlaps, one step back undoes it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.diagram_content import Box, boxes, content, meaning, ways
from tests.support.modeler import Sheet, an_empty_draft, put

pytestmark = on_sqlite
Seat = Callable[..., Desk]
FOREIGN = Path(__file__).parent / "foreign"
SHIPPED = ("transfer", "plan_cross_city", "recruitment_roster", "class_change", "home_return")
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
        if not on_border and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
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


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_diagram_is_laid_out_within_its_lanes(seat: Seat, studio: Studio, key: str) -> None:  # noqa: F811
    draft = studio.draft(key)
    before = studio.text(draft, f"{key}.bpmn")
    sheet = Sheet(seat(studio.people["analyst"]), studio, draft, f"{key}.bpmn")
    after = laid_out(sheet)

    assert meaning(after) == meaning(before)
    assert boxes(after) != boxes(before)
    assert list(overlaps(after)) == []
    assert list(outside(after)) == []
    assert list(crossed(after)) == []
    sheet.page.keyboard.press("Control+z")
    assert content(sheet.saved(), set()) == content(before, set()), "one step back"


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
