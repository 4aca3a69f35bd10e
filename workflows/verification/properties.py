"""What a drawing says in its properties: nothing that is not known, and every word that has no default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from workflows import vocabulary
from workflows.reading import BPMN, properties
from workflows.verification.drawing import Drawing
from workflows.verification.findings import ERROR, HOUSE, WARNING, Finding, quoted
from workflows.vocabulary import BUTTON, OUTCOMES, RECORD

TASKS = ("userTask", "manualTask", "task")
STATED = {
    "process": ("流程", vocabulary.PROCESS),
    "lane": ("泳道", vocabulary.LANE),
    "endEvent": ("结束事件", vocabulary.END),
    **dict.fromkeys(TASKS, ("环节", vocabulary.TASK)),
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
}


def of_properties(drawing: Drawing) -> Iterator[Finding]:
    """Unknown properties and values, words that are missing. Warnings in a drawing that names no office at all."""
    ours = any("role" in properties(lane) for lane in drawing.root.iter(f"{BPMN}lane"))
    severity = ERROR if ours else WARNING
    for element in drawing.root.iter(f"{BPMN}*"):
        tag = etree.QName(element).localname
        what, known = STATED.get(tag, ("元素", frozenset()))
        subject = f"{what}{quoted(element.get('name'), element.get('id'))}"
        sentences = [*_unknown(properties(element), known, tag in TASKS)]
        if not properties(element).get("start_order", "0").isdecimal():
            sentences.append(("property", "的 start_order 须是数字"))
        if tag in TASKS and ours:
            sentences += _of_task(element)
        if tag == "process":
            sentences += _of_values(properties(element), OF_PROCESS)
        for rule, sentence in sentences:
            yield Finding(rule, severity, element.get("id"), f"{subject}{sentence}", HOUSE)


def _unknown(own: Mapping[str, str], known: Collection[str], is_task: bool) -> Iterator[tuple[str, str]]:
    for name in sorted(own.keys() - known):
        if not (is_task and name.startswith((BUTTON, RECORD))):
            yield "property", f"的属性 {name} 不认识"


def _of_values(own: Mapping[str, str], known: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    for name, allowed in known.items():
        if name in own and own[name] not in allowed:
            yield "property", f"的 {name} 不能是 {own[name]}（可用：{'、'.join(sorted(allowed))}）"


def _of_task(element: etree._Element) -> Iterator[tuple[str, str]]:
    own = properties(element)
    yield from _of_values(own, VALUES)
    if own.get("kind") == vocabulary.Kind.CONFIRMATION and "side" not in own:
        yield "property", "确认名单，须写明是哪一方（side：here 或 source）"
    yield from _of_words(own, [each.strip() for each in own.get("outcomes", "agree").split(",")])


def _of_words(own: Mapping[str, str], outcomes: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, words in own.items():
        if name.startswith((BUTTON, RECORD)):
            outcome = name.partition(".")[2]
            if outcome not in outcomes:
                yield "words", f"没有结果 {outcome}，却写了它的文字（{name}）"
            elif not words.strip():
                yield "words", f"的 {name} 没有文字"
    for outcome in outcomes:
        if outcome in OUTCOMES and OUTCOMES[outcome].button is None and f"{BUTTON}{outcome}" not in own:
            yield "words", f"的结果 {outcome} 没有通用的按钮文字，须写明 {BUTTON}{outcome}"
