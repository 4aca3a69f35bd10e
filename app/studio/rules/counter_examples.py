"""A counter-example step by step, as a person would tell it: who answers what, until the step that may not be."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from app.cases.rules.routing import role_name
from app.identity.models import DUTY_NAMES, Duty
from workflows import DiagramRefused
from workflows.reading import read
from workflows.vocabulary import OUTCOMES

ENDS = {"agreed": "同意", "refused": "不予办理", "redirected": "转为另一事项", "terminated": "终止"}
YES_OR_NO = {True: "是", False: "否"}


def steps_in_words(
    example: Iterable[Mapping[str, Any]], diagram: str, known: Mapping[str, str] | None = None
) -> list[str]:
    """Each step as a sentence.

    diagram -- its text, for the names of tasks; known -- what facts, operations and messages are called
    """
    names = {**_names_of(diagram), **(known or {})}
    return [words for step in example for words in _words(step, names)]


def name_of(element: str | None, diagram: str) -> str:
    """What an element of a diagram is called, by its id where it has no name; empty where there is none."""
    return _names_of(diagram).get(element, "") if element else ""


@functools.lru_cache(maxsize=8)
def _names_of(diagram: str) -> dict[str, str]:
    try:
        root: etree._Element = read(diagram.encode(), "")
    except DiagramRefused:
        return {}
    named = (each for each in root.iter() if isinstance(each.tag, str) and each.get("id"))
    return {str(each.get("id")): str(each.get("name") or each.get("id")) for each in named}


def _words(step: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    if "facts" in step:
        for name, value in step["facts"].items():
            yield f"假定{names.get(name, name)}：{YES_OR_NO[value] if isinstance(value, bool) else value}"
    elif "task" in step:
        duty, outcome = step.get("duty", ""), step.get("outcome", "")
        who = f"{role_name(step.get('role') or '')}{DUTY_NAMES[Duty(duty)] if duty in set(Duty) else ''}"
        said = OUTCOMES[outcome].record if outcome in OUTCOMES else outcome
        yield f"{who}在“{names.get(step['task'], step['task'])}”中{said}"
    elif "refused" in step:
        yield f"系统操作“{names.get(step['verb'], step['verb'])}”不能办理（{step['refused']}）"
    elif "verb" in step:
        yield f"系统操作“{names.get(step['verb'], step['verb'])}”"
    elif "message" in step:
        yield f"收到消息“{names.get(step['message'], step['message'])}”"
    elif "end" in step:
        yield f"办结：{ENDS.get(step['end'], step['end'])}"
