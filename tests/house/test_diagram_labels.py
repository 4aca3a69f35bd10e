"""The words beside the shapes and lines of the shipped diagrams can be read: none lies over another or over a shape."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.house.sources import TOP

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
DIAGRAMS = sorted((TOP / "bpmn").rglob("*.bpmn"))
HOLDING = ("participant", "lane", "subProcess")  # what others stand in

Box = tuple[float, float, float, float]


def box_of(bounds: Any) -> Box:
    x, y, width, height = (float(bounds.get(each)) for each in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_no_label_lies_over_another_or_over_a_shape(path: Path) -> None:
    root = etree.parse(path).getroot()
    kinds = {each.get("id"): etree.QName(each).localname for each in root.iter(etree.Element) if each.get("id")}
    labels, shapes = {}, {}
    for drawn in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge"):
        of = drawn.get("bpmnElement")
        label = drawn.find(f"{DI}BPMNLabel/{BOUNDS}")
        if label is not None:
            labels[of] = box_of(label)
        if drawn.find(BOUNDS) is not None and kinds[of] not in HOLDING:
            shapes[of] = box_of(drawn.find(BOUNDS))

    over = [pair for pair in itertools.combinations(labels, 2) if meet(labels[pair[0]], labels[pair[1]])]
    over += [(one, other) for one in labels for other in shapes if meet(labels[one], shapes[other])]

    assert not over
