"""What a drawing says in its properties: nothing that is not known, and every word that has no default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from lxml import etree

from workflows import vocabulary
from workflows.diagrams import is_number
from workflows.reading import BPMN, properties
from workflows.translation import gettext, gettext_noop, listed, quoted
from workflows.verification.drawing import Drawing
from workflows.verification.findings import ERROR, HOUSE, WARNING, Finding
from workflows.vocabulary import BUTTON, OUTCOMES, RECORD, property_name

TASKS = ("userTask", "manualTask", "task")
ANYTHING = gettext_noop("元素{element}")
STATED = {
    "process": (gettext_noop("流程{element}"), vocabulary.PROCESS),
    "lane": (gettext_noop("泳道{element}"), vocabulary.LANE),
    "endEvent": (gettext_noop("结束事件{element}"), vocabulary.END),
    **dict.fromkeys(TASKS, (gettext_noop("环节{element}"), vocabulary.TASK)),
}
OF_PROCESS: Mapping[str, Collection[str]] = {
    "applicant": vocabulary.APPLICANTS,
    "subject": vocabulary.SUBJECTS,
}
VALUES: Mapping[str, Collection[str]] = {
    "kind": frozenset(vocabulary.Kind),
    "side": vocabulary.SIDES,
    "duty": vocabulary.DUTIES,
    "status": vocabulary.STATUSES,
    "in_bulk": vocabulary.IN_BULK,
}


class Fault(NamedTuple):
    """What is wrong with the properties of an element: the rule, the sentence about `subject`, and its other values."""

    rule: str
    sentence: str
    values: Mapping[str, str] = MappingProxyType({})


def of_properties(drawing: Drawing) -> Iterator[Finding]:
    """Unknown properties and values, words that are missing. Warnings in a drawing that names no office at all."""
    ours = any("role" in properties(lane) for lane in drawing.root.iter(f"{BPMN}lane"))
    severity = ERROR if ours else WARNING
    for element in drawing.root.iter(f"{BPMN}*"):
        tag = etree.QName(element).localname
        what, known = STATED.get(tag, (ANYTHING, frozenset()))
        own = properties(element)
        faults = [*_unknown(own, known, tag in TASKS)]
        if not is_number(own.get("start_order", "0")):
            faults.append(Fault("property", gettext_noop("{subject}的卡片次序须是数字")))
        if tag in TASKS and ours:
            faults += _of_task(own)
        if tag == "process":
            faults += _of_values(own, OF_PROCESS)
        for each in faults:
            subject = gettext(what, element=quoted(element.get("name"), element.get("id")))
            sentence = gettext(each.sentence, subject=subject, **each.values)
            yield Finding(each.rule, severity, element.get("id"), sentence, HOUSE)


def _unknown(own: Mapping[str, str], known: Collection[str], is_task: bool) -> Iterator[Fault]:
    for name in sorted(own.keys() - known):
        if not (is_task and name.startswith((BUTTON, RECORD))):
            yield Fault("property", gettext_noop("{subject}的属性 {name} 不认识"), {"name": name})


def _of_values(own: Mapping[str, str], known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    for name, allowed in known.items():
        if name in own and own[name] not in allowed:
            values = {"name": property_name(name), "value": own[name], "allowed": listed(sorted(allowed))}
            yield Fault("property", gettext_noop("{subject}的{name}不能是 {value}（可用：{allowed}）"), values)


def _of_task(own: Mapping[str, str]) -> Iterator[Fault]:
    yield from _of_values(own, VALUES)
    if own.get("kind") == vocabulary.Kind.CONFIRMATION and "side" not in own:
        yield Fault("property", gettext_noop("{subject}确认名单，须写明是哪一方：学校一方或生源一方"))
    yield from _of_words(own, [each.strip() for each in own.get("outcomes", "agree").split(",")])


def _of_words(own: Mapping[str, str], outcomes: Collection[str]) -> Iterator[Fault]:
    for name, words in own.items():
        if name.startswith((BUTTON, RECORD)):
            outcome = name.partition(".")[2]
            if outcome not in outcomes:
                sentence = gettext_noop("{subject}没有结果{outcome}，却写了它的{name}")
                yield Fault(
                    "words", sentence, {"outcome": vocabulary.outcome_name(outcome), "name": property_name(name)}
                )
            elif not words.strip():
                yield Fault("words", gettext_noop("{subject}的{name}没有填写"), {"name": property_name(name)})
    for outcome in outcomes:
        if outcome in OUTCOMES and OUTCOMES[outcome].button is None and f"{BUTTON}{outcome}" not in own:
            sentence = gettext_noop("{subject}的结果{outcome}没有通用的按钮文字，须写明{name}")
            yield Fault(
                "words",
                sentence,
                {"outcome": vocabulary.outcome_name(outcome), "name": property_name(f"{BUTTON}{outcome}")},
            )
