"""Everything that must hold before a diagram is published: read as untrusted XML, linted, loaded, explored in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from lxml import etree

from workflows.errors import DiagramRefused
from workflows.reading import BPMN, read
from workflows.translation import gettext, listed
from workflows.unrunnable import unrunnable
from workflows.verification.drawing import Drawing, connect_calls, draw, place_of
from workflows.verification.findings import (
    ENGINE,
    ERROR,
    HOUSE,
    INFO,
    POLICY,
    SOUNDNESS,
    STANDARD,
    UNDECIDED,
    WARNING,
    Finding,
    Report,
)
from workflows.verification.lint import lint
from workflows.verification.loading import load_fault
from workflows.verification.soundness import Verdict
from workflows.verification.standard import of_standard
from workflows.verification.verdict import judge

MOST_OF_A_RULE = 500  # findings
MOST_ELEMENTS = 100_000  # of the files taken together
LARGEST = 5_000_000  # bytes of one file: what is too large to publish may still be looked at

__all__ = [
    "ENGINE",
    "ERROR",
    "HOUSE",
    "INFO",
    "POLICY",
    "SOUNDNESS",
    "STANDARD",
    "WARNING",
    "Finding",
    "NotBpmn",
    "Report",
    "verify",
]


class NotBpmn(DiagramRefused):
    """The file is no BPMN diagram at all."""


More = Callable[[Drawing], Iterable[Finding]]


def verify(
    sources: Mapping[str, bytes], *, operations: Collection[str] | None = None, more: More | None = None
) -> list[Report]:
    """Look over the BPMN files of a process and follow every way through them.

    sources -- file name to bytes; a call may lead from one of the files to another.
    operations -- the names of the service tasks that are offered; None where they are not known.
    more -- what else there is to say of a drawing that the engine can load.
    Raises NotBpmn with a sentence when a file is not BPMN.
    """
    roots = {name: read_bpmn(source, name) for name, source in sources.items()}
    if sum(1 for root in roots.values() for _ in root.iter(f"{BPMN}*")) > MOST_ELEMENTS:
        return [Report(name, False, None, None, (_too_much(),)) for name in roots]
    drawings = [draw(root, name) for name, root in roots.items()]
    connect_calls(drawings)
    return [_report(drawing, roots, operations, more) for drawing in drawings]


def read_bpmn(source: bytes, name: str) -> etree._Element:
    """The root of a BPMN file. Raises NotBpmn."""
    try:
        root = read(source, name, LARGEST)
    except DiagramRefused as error:
        raise NotBpmn(error.sentence) from error
    if root.tag != f"{BPMN}definitions":
        raise NotBpmn(gettext("{name}：不是 BPMN 文件（根元素不是 BPMN 2.0 的 definitions）", name=name))
    return root


def _report(
    drawing: Drawing, roots: Mapping[str, etree._Element], operations: Collection[str] | None, more: More | None
) -> Report:
    elsewhere = {str(each.get("id")) for root in roots.values() for each in root.iterfind(f"{BPMN}process")}
    findings = [*_not_too_many(of_standard(drawing.root, elsewhere)), *_not_too_many(lint(drawing, operations))]
    refused = [*_not_too_many(_refused(drawing.root, roots))]
    unread = any(each.rule == "schema" for each in findings)
    fault = _unread() if unread else load_fault(drawing.file, roots)
    named = {each.element for each in findings if each.rule == "no-operation"}  # says why it cannot be loaded already
    findings += refused if fault is None or fault.element in named - {None} else [*refused, fault]
    verdict = judge(drawing)
    findings += [*_spoken(verdict), *_lost(drawing, verdict)]
    if more is not None and fault is None:  # what could not be followed is refused already, with what to draw instead
        findings += [each for each in more(drawing) if not refused or each.rule != UNDECIDED]
    return Report(drawing.file, not refused and fault is None, verdict.safe, verdict.sound, tuple(findings))


def _too_much() -> Finding:
    why = gettext("图中超过 {most} 个元素", most=MOST_ELEMENTS)
    return Finding(UNDECIDED, ERROR, None, gettext("未能判定是否安全、可靠：{why}", why=why), ENGINE)


def _unread() -> Finding:
    return Finding("load", ERROR, None, gettext("引擎不能载入：不符合 BPMN 2.0 的格式定义"), ENGINE)


def _refused(root: etree._Element, roots: Mapping[str, etree._Element]) -> Iterator[Finding]:
    """What the engine must not be given, as findings."""
    for each in unrunnable(root, roots.values()):
        yield Finding(each.rule, ERROR, place_of(each.element)[0], each.sentence, ENGINE)


def _not_too_many(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; of those by one rule only so many, and how many more there are."""
    counts: Counter[str] = Counter()
    for each in findings:
        counts[each.rule] += 1
        if counts[each.rule] <= MOST_OF_A_RULE:
            yield each
        elif counts[each.rule] == MOST_OF_A_RULE + 1:
            sentence = gettext("同类问题超过 {most} 处，其余没有列出", most=MOST_OF_A_RULE)
            yield Finding(each.rule, each.severity, None, sentence, each.kind)


def _lost(drawing: Drawing, verdict: Verdict) -> Iterator[Finding]:
    """The messages that may be left over when everything has ended."""
    for flow in drawing.message_flows:
        if flow.id in verdict.lost:
            sentence = gettext("{source}发给{target}的消息可能没有人接收", source=flow.source, target=flow.target)
            yield Finding("lost-message", INFO, flow.source.id, sentence, SOUNDNESS)


def _spoken(verdict: Verdict) -> list[Finding]:
    """The verdict as findings."""
    found: list[Finding] = []
    if verdict.safe is False:
        key, sentence = None, gettext("同一处可能同时有两个令牌")
        for flow in verdict.crowded[:1]:
            key = flow.id or flow.source.id
            sentence = gettext("{source}到{target}的流向上可能同时有两个令牌", source=flow.source, target=flow.target)
        found.append(Finding("unsafe", ERROR, key, sentence, SOUNDNESS))
    if verdict.stuck:
        where = listed(verdict.stuck[:5])
        sentence = (
            gettext("可能停在{where}，再也走不下去", where=where)
            if verdict.is_deadlock
            else gettext("可能在{where}一带循环，永远不能结束", where=where)
        )
        rule = "deadlock" if verdict.is_deadlock else "livelock"
        found.append(Finding(rule, ERROR, verdict.stuck[0].id, sentence, SOUNDNESS))
    for each in verdict.uncaught:
        sentence = gettext("{element}可能以错误结束，没有边界事件接收，整个流程就此中断", element=each)
        found.append(Finding("uncaught-error", ERROR, each.id, sentence, SOUNDNESS))
    for end in dict.fromkeys(verdict.twice):
        sentence = gettext("结束事件{end}可能有不止一个令牌到达", end=end)
        found.append(Finding("end-reached-twice", INFO, end.id, sentence, SOUNDNESS))
    found += [
        Finding("never-started", ERROR, each.id, gettext("流程{element}永远不会开始", element=each), SOUNDNESS)
        for each in verdict.never_started
    ]
    found += [
        Finding("dead", WARNING, each.id, gettext("{element}永远不会办到", element=each), SOUNDNESS)
        for each in verdict.dead
    ]
    if verdict.why_undecided:
        sentence = gettext("未能判定是否安全、可靠：{why}", why=verdict.why_undecided)
        found.append(Finding(UNDECIDED, WARNING, None, sentence, SOUNDNESS))
    return found
