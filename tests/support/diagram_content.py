"""What a diagram says and how it is drawn, so that two files can be compared."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lxml import etree

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
Box = tuple[float, float, float, float]


def content(text: str, without: set[str]) -> Counter[Any]:
    """Every element under the ids around it, with attributes and text; numbers as numbers; but the pictures of some."""
    root = etree.fromstring(text.encode())
    for each in list(root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
        if each.get("bpmnElement") in without:
            each.getparent().remove(each)
    for each in list(root.iter(f"{DI}BPMNLabel")):
        if not len(each) and not each.attrib:  # says nothing, and comes with a change of name
            each.getparent().remove(each)
    return Counter(
        (each.tag, around(each), frozenset((name, plain(value)) for name, value in each.attrib.items()), said(each))
        for each in root.iter(etree.Element)
    )


def around(element: Any) -> tuple[str, ...]:
    return tuple(each.get("id") or etree.QName(each).localname for each in element.iterancestors())


def plain(value: str) -> str:
    try:
        return repr(float(value))
    except ValueError:
        return value


def said(element: Any) -> str:
    return "" if len(element) else (element.text or "").strip()


def meaning(text: str) -> Counter[Any]:
    """Every element but those that say how it is drawn."""
    root = etree.fromstring(text.encode())
    for each in list(root.iter(f"{DI}BPMNDiagram")):
        each.getparent().remove(each)
    return content(etree.tostring(root, encoding="unicode"), set())


def boxes(text: str) -> dict[str, Box]:
    """Left, top, right and bottom of every shape, by the element that it shows."""
    found = {}
    for each in etree.fromstring(text.encode()).iter(f"{DI}BPMNShape"):
        bounds = next(one for one in each if etree.QName(one).localname == "Bounds")
        x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        found[each.get("bpmnElement")] = (x, y, x + width, y + height)
    return found


def ways(text: str) -> dict[str, list[tuple[float, float]]]:
    """The points of every line, by the element that it shows."""
    return {
        each.get("bpmnElement"): [
            (float(one.get("x")), float(one.get("y"))) for one in each if etree.QName(one).localname == "waypoint"
        ]
        for each in etree.fromstring(text.encode()).iter(f"{DI}BPMNEdge")
    }
