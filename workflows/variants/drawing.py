"""Two drawings of one process beside each other: what of the first the second keeps, and what it adds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree

from workflows.reading import BPMN, properties, read, roles_of

FLOW = "sequenceFlow"
TASK = "userTask"
GATEWAY = "exclusiveGateway"
#: what follows from the flows and lanes, where it is compared
DERIVED = {"incoming", "outgoing", "flowNodeRef"}
#: what a drawing program may write or leave out
DEFAULTS = {
    ("cancelActivity", "true"),
    ("isInterrupting", "true"),
    ("isForCompensation", "false"),
    ("parallelMultiple", "false"),
    ("startQuantity", "1"),
    ("completionQuantity", "1"),
    ("isClosed", "false"),
}
CONDITION = f"{BPMN}conditionExpression"
ASKED = re.compile(r"\boutcome\b")
OUTCOME = re.compile(r"""\s*outcome\s*==\s*(["'])(\w+)\1\s*""")


@dataclass(frozen=True)
class Flow:
    """A sequence flow; outcome -- the one that its condition asks for, and nothing else."""

    key: str
    source: str
    target: str
    outcome: str | None


@dataclass(frozen=True)
class AddedStep:
    """A task that a variant adds: in whose lane, and behind and before what it stands."""

    key: str
    name: str
    role: str
    after: str
    before: str


class Drawing:
    """A BPMN file by the ids of its elements. Raises DiagramRefused."""

    def __init__(self, source: bytes, name: str) -> None:
        self.root = read(source, name)
        self.elements: dict[str, etree._Element] = {
            element.get("id"): element
            for element in self.root.iter(f"{BPMN}*")
            if element.get("id") and element is not self.root
        }
        self.flows: dict[str, Flow] = {
            key: Flow(key, element.get("sourceRef", ""), element.get("targetRef", ""), _outcome(element))
            for key, element in self.elements.items()
            if local_name(element) == FLOW
        }
        self.roles = roles_of(self.root)

    @cached_property
    def outgoing(self) -> Mapping[str, Sequence[Flow]]:
        """The flows out of each element, as they are drawn up."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows.values():
            found.setdefault(flow.source, []).append(flow)
        return found

    @cached_property
    def lanes(self) -> Mapping[str, str]:
        """The lane of each element, by their ids."""
        return {
            (reference.text or "").strip(): lane.get("id", "")
            for lane in self.root.iter(f"{BPMN}lane")
            for reference in lane.iterfind(f"{BPMN}flowNodeRef")
        }

    def kind(self, key: str) -> str:
        """As what an element is drawn."""
        return local_name(self.elements[key]) if key in self.elements else ""

    def name(self, key: str) -> str:
        """What an element is called; a flow by what it leads from and to, where it has no name of its own."""
        element = self.elements.get(key)
        if element is None:
            return key
        flow = self.flows.get(key)
        if flow and not element.get("name"):
            return f"{self.name(flow.source)} → {self.name(flow.target)}"
        return element.get("name") or key

    def asks_for_outcome(self, key: str) -> bool:
        """Does the way out of an element depend on how the task before was decided?"""
        conditions = (self.elements[flow.key].findtext(CONDITION) or "" for flow in self.outgoing.get(key, ()))
        return any(ASKED.search(each) for each in conditions)

    def said(self, key: str) -> Any:
        """All that an element says but for what its flows lead to and what stands in it under ids of their own."""
        element = self.elements[key]
        around = element.getparent()
        said = _said(element, without=("targetRef",) if local_name(element) == FLOW else ())
        return said, None if around is None or around is self.root else around.get("id")


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(etree.QName(element).localname)


def _outcome(flow: etree._Element) -> str | None:
    match = OUTCOME.fullmatch(flow.findtext(CONDITION) or "")
    return match[2] if match else None


def _said(element: etree._Element, without: Sequence[str] = ()) -> Any:
    attributes = sorted(
        (etree.QName(name).localname, value)
        for name, value in element.attrib.items()
        if etree.QName(name).localname not in ("type", *without)
        and (etree.QName(name).localname, value) not in DEFAULTS
    )
    children = [
        _said(child)
        for child in element
        if isinstance(child.tag, str)
        and local_name(child) not in DERIVED
        and not (child.get("id") and child.tag.startswith(BPMN))
    ]
    return element.tag, attributes, (element.text or "").strip(), children


def added_steps(original: Mapping[str, bytes], variant: Mapping[str, bytes]) -> list[AddedStep]:
    """The tasks that a variant has beyond the version it is made of, file by file. Raises DiagramRefused."""
    return [
        step
        for name, source in variant.items()
        if name in original
        for step in _added_to(Drawing(original[name], name), Drawing(source, name))
    ]


def _added_to(original: Drawing, variant: Drawing) -> Iterator[AddedStep]:
    for key in variant.elements:
        if key not in original.elements and variant.kind(key) == TASK:
            before = _named(variant, key, original, forward=False)
            after = _named(variant, key, original, forward=True)
            yield AddedStep(key, variant.name(key), variant.roles.get(key) or "", before, after)


def _named(variant: Drawing, key: str, original: Drawing, *, forward: bool) -> str:
    """The nearest element of the original behind or before an added one: a refusal is not the way."""
    seen, at = {key}, [key]
    for each in at:
        for flow in variant.flows.values():
            here, there = (flow.source, flow.target) if forward else (flow.target, flow.source)
            if here != each or there in seen or (forward and flow.outcome in ("refuse", "send_back")):
                continue
            if there in original.elements:
                return variant.name(there)
            seen.add(there)
            at.append(there)
    return ""


__all__ = ["FLOW", "GATEWAY", "TASK", "AddedStep", "Drawing", "Flow", "added_steps", "local_name", "properties"]
