"""Which tasks of a diagram nobody passes by: without them no end is reached at which the application is agreed to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from workflows.diagrams import BPMN, SPIFF, read

AGREED = "agreed"


def unavoidable_tasks(diagrams: Mapping[str, bytes], key: str) -> set[str]:
    """The user tasks of a process that every way to an agreed end passes, conditions being free choices.

    Tasks inside of sub-processes and called processes are left out: whether those are entered is not asked here.
    """
    for source in diagrams.values():
        for process in read(source, "").iter(f"{BPMN}process"):
            if process.get("id") == key:
                return {task for task in _ids(process, "userTask") if not _reaches_agreement(process, task)}
    return set()


def _ids(process: etree._Element, kind: str) -> Collection[str]:
    return [str(each.get("id")) for each in process.findall(f"{BPMN}{kind}")]


def _reaches_agreement(process: etree._Element, without: str) -> bool:
    following: dict[str, list[str]] = {}
    for flow in process.findall(f"{BPMN}sequenceFlow"):
        following.setdefault(str(flow.get("sourceRef")), []).append(str(flow.get("targetRef")))
    for border in process.findall(f"{BPMN}boundaryEvent"):
        following.setdefault(str(border.get("attachedToRef")), []).append(str(border.get("id")))
    agreed = {str(end.get("id")) for end in process.findall(f"{BPMN}endEvent") if _outcome(end) == AGREED}
    waiting, seen = list(_ids(process, "startEvent")), {without}
    while waiting:
        node = waiting.pop()
        if node in agreed:
            return True
        if node not in seen:
            seen.add(node)
            waiting += following.get(node, ())
    return not agreed  # a process without such an end is not asked


def _outcome(end: etree._Element) -> str:
    return next((each.get("value", "") for each in end.iter(f"{SPIFF}property") if each.get("name") == "outcome"), "")
