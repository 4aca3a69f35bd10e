"""XML → parsed process, compiled once and cached by checksum; hostile or unrunnable drawings are refused."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows import scripts
from workflows.compiled_spec import CompiledSpec
from workflows.errors import DiagramRefused
from workflows.joint import Joint, as_single_tasks, joint_of
from workflows.loading import executable, parsed, specifications
from workflows.reading import BPMN, SPIFF, properties, read, roles_of
from workflows.routing import ROLES
from workflows.translation import gettext, gettext_noop, quoted
from workflows.unrunnable import unrunnable
from workflows.vocabulary import BUTTON, RECORD, Kind, outcomes_of, words_of

# evaluated while running; everywhere else text is only text
EXPRESSIONS = ("conditionExpression", "loopCardinality", "loopCondition", "completionCondition")
NUMBERS = {
    "working_days": gettext_noop("环节{task}的时限须是不小于 0 的整数（工作日），不能是“{value}”"),
    "accepts_within": gettext_noop("环节{task}的受理期限须是不小于 0 的整数（工作日），不能是“{value}”"),
    "route_order": gettext_noop("环节{task}的次序须是数字：{value}"),
}


@dataclass(frozen=True)
class TaskSpec:
    """One user task as drawn: who (lane role and duty), by when, with which outcomes and form, and what it means.

    accepts_within -- in how many working days the office accepts what was handed in (受理), where it is asked to;
    kind, side -- see `vocabulary.Kind`; joint -- how the answers of several count, None where one person answers;
    buttons, records -- the words of outcomes that the diagram gives itself.
    """

    key: str
    name: str
    role: str
    duty: str
    working_days: int | None
    outcomes: tuple[str, ...]
    form: str
    returns_as: str | None
    documentation: str
    properties: Mapping[str, str]
    kind: Kind | None = None
    side: str | None = None
    joint: Joint | None = None
    buttons: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    accepts_within: int | None = None

    def button(self, outcome: str) -> str:
        """What the button says that gives this outcome."""
        words = words_of(self.kind, outcome)
        return self.buttons.get(outcome) or words.button or words.record

    def record(self, outcome: str) -> str:
        """What the record says once this outcome is given."""
        return self.records.get(outcome) or words_of(self.kind, outcome).record


@dataclass(frozen=True)
class Diagrams:
    """A compiled set of diagrams, shared by every run of a version and never changed."""

    checksum: str
    process_id: str
    name: str
    documentation: str
    tasks: Mapping[str, TaskSpec]
    route: tuple[str, ...]
    operations: frozenset[str]
    messages: frozenset[str]
    spec: Any = field(repr=False, compare=False)
    subprocess_specs: Mapping[str, Any] = field(repr=False, compare=False)
    compiled_spec: CompiledSpec = field(repr=False, compare=False)
    outcomes: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)
    properties: Mapping[str, str] = field(repr=False, compare=False, default_factory=dict)
    foreseen: frozenset[str] = frozenset()  # the codes of refusals that lead on by an error boundary event

    def __hash__(self) -> int:
        return hash(self.checksum)


def compile_diagrams(sources: Mapping[str, bytes], process_id: str | None = None) -> Diagrams:
    """Compile the BPMN files of a process; the same content is compiled once.

    sources -- file name to bytes; process_id -- the process to run, the first executable one without it.
    Raises DiagramRefused with a sentence that names the element.
    """
    return _compiled(tuple(sorted(sources.items())), process_id)


@functools.lru_cache(maxsize=512)
def _compiled(sources: tuple[tuple[str, bytes], ...], process_id: str | None) -> Diagrams:
    roots = {name: read(source, name) for name, source in sources}
    for name, root in roots.items():
        _refuse_unrunnable(root, name, roots.values())
    tasks = {task.key: task for root in roots.values() for task in _tasks(root)}
    for root in roots.values():
        as_single_tasks(root)
    parser = parsed(roots)
    keys = executable(parser, roots.values())
    process_id = process_id or keys[0]
    if process_id not in keys:
        raise DiagramRefused(gettext("没有可以执行的流程 {process_id}", process_id=process_id))
    spec, subs = {key: specifications(parser, key) for key in keys}[process_id]
    ordered = sorted(
        (t for t in tasks.values() if "route_order" in t.properties), key=lambda t: int(t.properties["route_order"])
    )
    process = next(p for root in roots.values() for p in root.iter(f"{BPMN}process") if p.get("id") == process_id)
    return Diagrams(
        checksum=hashlib.sha256(repr((sources, process_id)).encode()).hexdigest(),
        process_id=process_id,
        name=process.get("name") or process_id,
        documentation=(process.findtext(f"{BPMN}documentation") or "").strip(),
        tasks=tasks,
        route=tuple(task.key for task in ordered),
        operations=frozenset(e.get("id") for root in roots.values() for e in root.iter(f"{SPIFF}serviceTaskOperator")),
        messages=frozenset(e.get("name") for root in roots.values() for e in root.iter(f"{BPMN}message")),
        spec=spec,
        subprocess_specs=subs,
        compiled_spec=CompiledSpec(spec, subs),
        outcomes={
            end.get("id"): properties(end)["outcome"]
            for root in roots.values()
            for end in root.iter(f"{BPMN}endEvent")
            if "outcome" in properties(end)
        },
        properties=properties(process),
        foreseen=frozenset(
            code for root in roots.values() for e in root.iter(f"{BPMN}error") if (code := e.get("errorCode"))
        ),
    )


def _refuse_unrunnable(root: etree._Element, name: str, roots: Iterable[etree._Element]) -> None:
    for each in unrunnable(root, roots):
        raise DiagramRefused(
            gettext("{name}：{sentence}", name=name, sentence=each.sentence), element=each.element.get("id")
        )
    for element in root.iter(*(f"{BPMN}{each}" for each in EXPRESSIONS)):
        scripts.parse(element.text or "")


def _tasks(root: etree._Element) -> Iterator[TaskSpec]:
    roles = roles_of(root)
    for kind in ("userTask", "manualTask", "task"):
        for element in root.iter(f"{BPMN}{kind}"):
            yield _task(element, roles.get(element.get("id")))


def is_number(text: str) -> bool:
    """Is it a number of days or places, as a property gives it?"""
    return text.isascii() and text.isdecimal() and len(text) <= 6


def _task(element: etree._Element, role: str | None) -> TaskSpec:
    key, own = element.get("id"), properties(element)
    name = element.get("name") or key
    if role is None or role not in ROLES:
        raise DiagramRefused(
            gettext(
                "环节“{name}”不在写明办理机构的泳道里（泳道的办理机构：{role}）",
                name=name,
                role=role or gettext("没有"),
            )
        )
    for number, fault in NUMBERS.items():
        if not is_number(own.get(number, "0")):
            raise DiagramRefused(gettext(fault, task=quoted(name), value=own[number]))
    if own.get("kind", Kind.REPAIR) not in set(Kind):
        raise DiagramRefused(gettext("环节{task}的环节含义不能是 {kind}", task=quoted(name), kind=own["kind"]))
    days = int(own["working_days"]) if "working_days" in own else None
    documentation = element.findtext(f"{BPMN}documentation") or ""
    return TaskSpec(
        key=key,
        name=name,
        role=role,
        duty=own.get("duty", "approver"),
        working_days=days,
        outcomes=outcomes_of(own),
        form=own.get("form", key),
        returns_as=own.get("returns_as"),
        documentation=documentation.strip(),
        properties=own,
        kind=Kind(own["kind"]) if "kind" in own else None,
        side=own.get("side"),
        joint=joint_of(element),
        buttons=_by_outcome(own, BUTTON),
        records=_by_outcome(own, RECORD),
        accepts_within=int(own["accepts_within"]) if "accepts_within" in own else None,
    )


def _by_outcome(own: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): words for name, words in own.items() if name.startswith(prefix)}
