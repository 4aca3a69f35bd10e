"""XML → parsed process, compiled once and cached by checksum; hostile or unrunnable drawings are refused."""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from workflows import scripts
from workflows.compiled_spec import CompiledSpec, refuse_unbounded
from workflows.errors import DiagramRefused
from workflows.routing import ROLES
from workflows.vocabulary import BUTTON, RECORD, Kind, words_of

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
LARGEST = 1_000_000  # bytes of one file
DEEPEST = 60  # nested elements
LONGEST = 250  # sequence flows of one process: the library recurses along a path
# evaluated while running; everywhere else text is only text
EXPRESSIONS = ("conditionExpression", "loopCardinality", "loopCondition", "completionCondition")
# these change their own specification while running, or silently do nothing (engine.md A.1, A.4, A.7)
REFUSED = {
    "scriptTask": "脚本任务",
    "adHocSubProcess": "即席子流程",
    "complexGateway": "复杂网关",
    "timerEventDefinition": "定时事件（时限写在环节属性里）",
    "linkEventDefinition": "链接事件",
    "compensateEventDefinition": "补偿事件",
    "conditionalEventDefinition": "条件事件",
}

NUMBERS = {"working_days": "时限须是工作日数", "route_order": "次序须是数字"}
# the library trips over what its schema lets through in ways of its own
PARSING = (
    ValidationException,
    WorkflowException,
    RecursionError,
    StopIteration,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
)

logging.getLogger("spiff.workflow").setLevel(logging.WARNING)
logging.getLogger("spiff.task").setLevel(logging.WARNING)


@dataclass(frozen=True)
class TaskSpec:
    """One user task as drawn: who (lane role and duty), by when, with which outcomes and form, and what it means.

    kind, side -- see `vocabulary.Kind`; buttons, records -- the words of outcomes that the diagram gives itself.
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
    buttons: Mapping[str, str] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)

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
        _refuse_unrunnable(root, name)
    refuse_circles(roots.values())
    parser = SpiffBpmnParser(validator=VALIDATOR)
    try:
        for name, root in roots.items():
            if root.find(f".//{BPMN}process") is not None:
                parser.add_bpmn_xml(root, filename=name)
        process_id = process_id or next(iter(parser.get_process_ids()))
        spec, subs = parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
        refuse_unbounded(spec, subs)
    except PARSING as error:
        raise DiagramRefused(f"流程图无法读取：{error}") from error
    tasks = {task.key: task for root in roots.values() for task in _tasks(root)}
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
    )


def read(source: bytes, name: str, largest: int = LARGEST) -> etree._Element:
    """Parse XML as if it were hostile: no DOCTYPE, no entity, no network, bounded size and depth."""
    if len(source) > largest:
        raise DiagramRefused(f"{name}：文件过大（最多 {largest} 字节）")
    if b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        raise DiagramRefused(f"{name}：流程图中不能有 DOCTYPE 或实体声明")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise DiagramRefused(f"{name}：不是正确的 XML（第 {error.lineno} 行）") from error
    if root.getroottree().docinfo.doctype:
        raise DiagramRefused(f"{name}：流程图中不能有 DOCTYPE 或实体声明")
    if _depth(root) > DEEPEST:
        raise DiagramRefused(f"{name}：元素嵌套过深")
    return root


def refuse_circles(roots: Iterable[etree._Element]) -> None:
    """Processes that call one another without end would fill the memory at the first call. Raises DiagramRefused."""
    calls = {
        process.get("id"): {each.get("calledElement") for each in process.iter(f"{BPMN}callActivity")}
        for root in roots
        for process in root.iter(f"{BPMN}process")
    }
    while leaves := {key for key, called in calls.items() if not called & calls.keys()}:
        for leaf in leaves:
            del calls[leaf]
    if calls:
        raise DiagramRefused(f"流程互相调用成环：{'、'.join(sorted(calls))}")


def _depth(root: etree._Element) -> int:
    deepest, stack = 0, [(root, 1)]
    while stack:
        element, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in element)
    return deepest


def _refuse_unrunnable(root: etree._Element, name: str) -> None:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        kind = etree.QName(element).localname
        if kind in REFUSED and element.tag.startswith(BPMN):
            raise DiagramRefused(f"{name}：不能使用{REFUSED[kind]}（{_place(element)}）")
        if kind in ("preScript", "postScript"):
            raise DiagramRefused(f"{name}：环节不能带脚本（{_place(element)}）")
        if kind in ("process", "subProcess") and len(element.findall(f"{BPMN}sequenceFlow")) > LONGEST:
            raise DiagramRefused(f"{name}：一个流程最多 {LONGEST} 条顺序流，请拆成子流程（{_place(element)}）")
        if kind == "subProcess" and element.get("triggeredByEvent") == "true":
            raise DiagramRefused(f"{name}：不能使用事件子流程（{_place(element)}）")
        if kind in EXPRESSIONS and element.tag.startswith(BPMN):
            scripts.parse(element.text or "")


def _place(element: etree._Element) -> str:
    while element is not None:
        if element.get("id"):
            return str(element.get("name") or element.get("id"))
        element = element.getparent()
    return "?"


def properties(element: etree._Element) -> dict[str, str]:
    """The `spiffworkflow:property` pairs of an element."""
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    pairs = ((each.get("name"), each.get("value")) for each in element.findall(path))
    return {name: value for name, value in pairs if name and value is not None}


def _tasks(root: etree._Element) -> Iterator[TaskSpec]:
    roles = {}
    for lane in root.iter(f"{BPMN}lane"):
        for reference in lane.findall(f"{BPMN}flowNodeRef"):
            roles[(reference.text or "").strip()] = properties(lane).get("role")
    for kind in ("userTask", "manualTask", "task"):
        for element in root.iter(f"{BPMN}{kind}"):
            yield _task(element, roles.get(element.get("id")))


def _task(element: etree._Element, role: str | None) -> TaskSpec:
    key, own = element.get("id"), properties(element)
    name = element.get("name") or key
    if role is None or role not in ROLES:
        raise DiagramRefused(f"环节“{name}”不在写明办理机构的泳道里（泳道的 role 属性：{role or '没有'}）")
    for number, meaning in NUMBERS.items():
        if not own.get(number, "0").isdecimal():
            raise DiagramRefused(f"环节“{name}”的{meaning}：{own[number]}")
    if own.get("kind", Kind.REPAIR) not in set(Kind):
        raise DiagramRefused(f"环节“{name}”的 kind 不能是 {own['kind']}")
    days = int(own["working_days"]) if "working_days" in own else None
    documentation = element.findtext(f"{BPMN}documentation") or ""
    return TaskSpec(
        key=key,
        name=name,
        role=role,
        duty=own.get("duty", "approver"),
        working_days=days,
        outcomes=tuple(each.strip() for each in own.get("outcomes", "agree").split(",")),
        form=own.get("form", key),
        returns_as=own.get("returns_as"),
        documentation=documentation.strip(),
        properties=own,
        kind=Kind(own["kind"]) if "kind" in own else None,
        side=own.get("side"),
        buttons=_by_outcome(own, BUTTON),
        records=_by_outcome(own, RECORD),
    )


def _by_outcome(own: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): words for name, words in own.items() if name.startswith(prefix)}
