"""The picture of a diagram: what is drawn outside its lane, and what stands over another."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DRAWN = "{http://www.omg.org/spec/BPMN/20100524/DI}"
SIZED = "{http://www.omg.org/spec/DD/20100524/DC}"
APART = ("lane", "participant", "subProcess", "boundaryEvent", "textAnnotation")  # drawn around or upon others


class Box(NamedTuple):
    """Where something is drawn."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Box) -> bool:
        """True when the other one is drawn inside."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def meets(self, other: Box) -> bool:
        """True when both have a place in common."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


def crossed(source: bytes) -> list[str]:
    """What is wrong with the picture, by ids; a sub-process stands across lanes with all it holds."""
    top = etree.fromstring(source)
    boxes = {each.get("bpmnElement"): _box(each) for each in top.iter(f"{DRAWN}BPMNShape")}
    inside = {each.get("id") for whole in top.iter(f"{BPMN}subProcess") for each in whole.iter(etree.Element)}
    kinds = {each.get("id"): etree.QName(each).localname for each in top.iter(etree.Element) if each.get("id")}
    faults = [
        f"{step.text} outside {lane.get('id')}"
        for lane in top.iter(f"{BPMN}lane")
        for step in lane.iter(f"{BPMN}flowNodeRef")
        if lane.get("id") in boxes
        and step.text in boxes
        and step.text not in inside
        and kinds[step.text] != "boundaryEvent"
        if not boxes[lane.get("id")].holds(boxes[step.text])
    ]
    steps = [name for name in boxes if kinds.get(name) not in APART]
    pairs = ((one, other) for place, one in enumerate(steps) for other in steps[:place])
    return faults + [f"{one} over {other}" for one, other in pairs if boxes[one].meets(boxes[other])]


def _box(shape: etree._Element) -> Box:
    bounds = shape.find(f"{SIZED}Bounds")
    assert bounds is not None
    left, top, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    return Box(left, top, left + width, top + height)
