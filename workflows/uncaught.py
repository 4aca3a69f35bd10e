"""What is thrown in diagrams and not caught, and what is waited for and not thrown, each with a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from workflows.reading import BPMN, local, place_of
from workflows.translation import gettext


def uncaught_errors(root: etree._Element, roots: list[etree._Element]) -> Iterator[tuple[etree._Element, str]]:
    """An error that nothing catches: the engine would go on as if the sub-process had ended well."""
    borders, calls = _error_borders(roots), _calls(roots)
    codes = {each.get("id"): each.get("errorCode") for one in roots for each in one.iterfind(f"{BPMN}error")}
    for definition in root.iter(f"{BPMN}errorEventDefinition"):
        end = definition.getparent()
        if end is None or end.tag != f"{BPMN}endEvent":
            continue
        reference = local(definition.get("errorRef"))
        if not _is_caught(end, codes.get(reference) or reference or None, borders, calls):
            yield end, gettext("没有边界事件接收这个错误（{place}）", place=place_of(end))


def _error_borders(roots: list[etree._Element]) -> dict[str, set[str | None]]:
    """By activity the codes of the errors that events at its border catch, None for any."""
    codes = {each.get("id"): each.get("errorCode") for root in roots for each in root.iterfind(f"{BPMN}error")}
    found: dict[str, set[str | None]] = {}
    for root in roots:
        for border in root.iter(f"{BPMN}boundaryEvent"):
            for definition in border.iterfind(f"{BPMN}errorEventDefinition"):
                reference = local(definition.get("errorRef"))
                code = codes.get(reference) or reference or None
                found.setdefault(local(border.get("attachedToRef")), set()).add(code)
    return found


def _is_caught(
    inner: etree._Element,
    code: str | None,
    borders: Mapping[str, set[str | None]],
    calls: Mapping[str, list[etree._Element]],
) -> bool:
    """Does an activity around the element catch the error, or in a process that is called each of its callers?"""
    seen, open_ = set(), [inner]
    while open_:
        scope = open_.pop().getparent()
        while scope is not None and scope.tag != f"{BPMN}process":
            if borders.get(scope.get("id"), set()) & {code, None}:
                break
            scope = scope.getparent()
        if scope is None:
            return False
        if scope.tag != f"{BPMN}process" or scope.get("id") in seen:
            continue
        seen.add(scope.get("id"))
        callers = calls.get(scope.get("id"), [])
        if not callers:
            return False
        open_ += [each for each in callers if not borders.get(each.get("id"), set()) & {code, None}]
    return True


def _calls(roots: list[etree._Element]) -> dict[str, list[etree._Element]]:
    """The calls of each process, by its id."""
    found: dict[str, list[etree._Element]] = {}
    for root in roots:
        for call in root.iter(f"{BPMN}callActivity"):
            found.setdefault(local(call.get("calledElement")), []).append(call)
    return found


def signals_not_thrown(root: etree._Element, roots: list[etree._Element]) -> Iterator[tuple[etree._Element, str]]:
    """A signal that nobody throws: in this engine none comes from outside."""
    thrown = {
        local(each.get("signalRef"))
        for one in roots
        for each in one.iter(f"{BPMN}signalEventDefinition")
        if each.getparent().tag in (f"{BPMN}endEvent", f"{BPMN}intermediateThrowEvent")
    }
    for definition in root.iter(f"{BPMN}signalEventDefinition"):
        catch = definition.getparent()
        throws = catch.tag in (f"{BPMN}endEvent", f"{BPMN}intermediateThrowEvent")
        if not throws and local(definition.get("signalRef")) not in thrown:
            yield catch, gettext("没有谁发出它等待的信号（{place}）", place=place_of(catch))
