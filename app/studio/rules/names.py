"""What the keys of a process's files are called: its fields, steps, operations, facts and messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from app.definitions.rules.content import Content
from app.definitions.rules.forms import fields_of
from app.studio.rules.diagram_things import things_of_diagram
from workflows.reading import BPMN, read

STEPS = ("环节", "自动环节", "决策环节")
OPERATION = re.compile(r"^(\w+/\w+) +(\S+)", re.MULTILINE)  # and its title, as a policy begins
#: a fact of a policy: what it may be, what it is called, and what its values are called where that is said
FACT = re.compile(r"^ +([a-z]\w*) +(是否|数|表:\S+|\"\S*) +([^\s：]+)(?:：(\S+))?", re.MULTILINE)
OF_EVERY_CASE = {"profile": "规则版本", "stage": "学段"}


def names_of(content: Content, processes: Mapping[str, str]) -> dict[str, str]:
    """What the keys of a content are called, those of other processes too. processes -- their names by their keys"""
    names = {**processes, **OF_EVERY_CASE}
    for form in content.forms.values():
        if isinstance(form, Mapping):
            names |= dict(_names_of_fields(form))
        elif isinstance(form, list):
            papers = [each for each in form if isinstance(each, Mapping) and "kind" in each]
            names |= {str(each["kind"]): str(each.get("title", each["kind"])) for each in papers}
    for name, text in content.drawn.items():
        if name.endswith(".bpmn"):
            steps = things_of_diagram(text).items()
            names |= {key: thing.name for key, thing in steps if thing.what in STEPS}
            names |= dict(_names_of_messages(text))
        elif name.endswith(".policy"):
            names |= dict(_names_of_facts(text))
            names |= {found.group(1): found.group(2) for found in OPERATION.finditer(text)}
    return names


def _names_of_fields(form: Any) -> Iterator[tuple[str, str]]:
    """Of each field its title, of each of its choices the title by `field=choice`; parts of a field too."""
    for key, part in fields_of(form).items():
        yield key, str(part.get("title", key))
        for choice in part.get("oneOf") or ():
            yield f"{key}={choice.get('const')}", str(choice.get("title", ""))
        yield from _names_of_fields(part)
        yield from _names_of_fields(part.get("items"))


def _names_of_facts(text: str) -> Iterator[tuple[str, str]]:
    """Of each fact of a policy its title, of its values what they are called by `fact=value`."""
    for name, kind, title, values in FACT.findall(text):
        yield name, title
        wanted, called = re.findall(r'"(\w*)"', kind), values.split("、")
        if len(wanted) == len(called):
            yield from ((f"{name}={value}", words) for value, words in zip(wanted, called, strict=True))


def _names_of_messages(text: str) -> Iterator[tuple[str, str]]:
    """A message by the event that waits for it."""
    for waits in read(text.encode(), "").iter(f"{BPMN}messageEventDefinition"):
        event = waits.getparent()
        if isinstance(event, etree._Element) and event.get("name") and waits.get("messageRef"):
            yield str(waits.get("messageRef")), " ".join(str(event.get("name")).split())
