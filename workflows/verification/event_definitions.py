"""What an event waits for or throws, as its definitions say it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from workflows.reading import BPMN, local

REFERENCES = {"error": "errorCode", "escalation": "escalationCode", "signal": "name", "message": "name"}
ONE_CYCLE = re.compile(r"\s*R0*1/")  # ISO 8601, a repeating interval that is there once


@dataclass(frozen=True)
class Event:
    """One event definition; `key` tells one signal, error, escalation or link from another."""

    kind: str
    key: str | None = None
    repeats: bool = True


def events_of(element: etree._Element, references: Mapping[str, etree._Element]) -> Iterator[Event]:
    """The definitions that stand in an event, and those that it refers to.

    references -- by id what the file declares at its top.
    """
    for child in element:
        tag = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if tag == "eventDefinitionRef":
            child = references.get(local(child.text), child)
            tag = etree.QName(child).localname
        if not tag.endswith("EventDefinition"):
            continue
        kind = tag.removesuffix("EventDefinition")
        reference = local(child.get(f"{kind}Ref"))
        meant = references.get(reference)
        key = meant.get(REFERENCES[kind]) or reference if meant is not None and kind in REFERENCES else reference
        if kind == "link":
            key = child.get("name") or element.get("name")
        yield Event(kind, key or None, kind != "timer" or _goes_off_again(child))


def _goes_off_again(timer: etree._Element) -> bool:
    """A date and a duration come once, and so does a cycle of one."""
    cycle = timer.findtext(f"{BPMN}timeCycle")
    return cycle is not None and ONE_CYCLE.match(cycle) is None
