"""XML → what is drawn: scopes, nodes, flows and messages, nothing yet about how they behave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from workflows.reading import BPMN, local, properties
from workflows.translation import quoted
from workflows.verification.event_definitions import Event, events_of
from workflows.verification.repetition import ONCE, Repetition, repetition_of
from workflows.vocabulary import outcomes_of

TASKS = {
    "task",
    "userTask",
    "manualTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
}
INSIDES = {"subProcess", "transaction"}
GATEWAYS = {
    "exclusiveGateway": "xor",
    "parallelGateway": "and",
    "inclusiveGateway": "or",
    "eventBasedGateway": "events",
    "complexGateway": "complex",
}
EVENTS = {
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "catch",
    "intermediateThrowEvent": "throw",
    "boundaryEvent": "boundary",
}


@dataclass(eq=False)
class Flow:
    """A sequence flow (or the leap from a link to its catch, which has no id)."""

    id: str | None
    source: Node
    target: Node
    condition: str | None = None

    @property
    def conditional(self) -> bool:
        return self.condition is not None


@dataclass(eq=False)
class Node:
    """Anything a token can be at. `kind` is task, call, sub, event_sub, a gateway or an event."""

    id: str | None
    name: str | None
    kind: str
    scope: Scope
    element: etree._Element
    ins: list[Flow] = field(default_factory=list)
    outs: list[Flow] = field(default_factory=list)
    events: tuple[Event, ...] = ()
    boundaries: list[Node] = field(default_factory=list)
    host: Node | None = None
    interrupting: bool = True
    inside: Scope | None = None
    repeats: Repetition = ONCE
    receives: list[str] = field(default_factory=list)
    sends: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return quoted(self.name, self.id)

    @property
    def tag(self) -> str:
        return etree.QName(self.element).localname

    @property
    def is_for_people(self) -> bool:
        """Is it a task that waits for somebody?"""
        return self.tag in ("userTask", "manualTask", "task")

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that it offers whoever answers it."""
        return outcomes_of(properties(self.element))

    @property
    def is_activity(self) -> bool:
        return self.kind in ("task", "call", "sub", "event_sub")

    @property
    def default(self) -> str | None:
        value = self.element.get("default")
        return str(value) if value is not None else None

    def awaits_message(self) -> bool:
        """Does a token stay here until a message comes?"""
        return self.tag == "receiveTask" or any(each.kind == "message" for each in self.events)


@dataclass(eq=False)
class Scope:
    """A process or the inside of a sub-process."""

    id: str | None
    name: str | None
    element: etree._Element
    is_process: bool
    nodes: list[Node] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    def __str__(self) -> str:
        return quoted(self.name, self.id)

    @property
    def starts(self) -> list[Node]:
        """Where a token appears: start events; without any, whatever has no way in."""
        events = [each for each in self.nodes if each.kind == "start"]
        return events or [each for each in self.nodes if _begins(each)]


def _begins(node: Node) -> bool:
    compensates = node.element.get("isForCompensation") == "true"
    return not node.ins and node.kind not in ("boundary", "event_sub", "end") and not compensates


@dataclass(frozen=True)
class MessageFlow:
    """A message from one element of the file to another."""

    id: str
    source: Node
    target: Node

    @property
    def can_be_sent(self) -> bool:
        """Can its source send at all?"""
        return self.source.is_activity or self.source.kind in ("throw", "end")


@dataclass
class Drawing:
    """One file as drawn."""

    file: str
    root: etree._Element
    scopes: list[Scope] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    message_flows: list[MessageFlow] = field(default_factory=list)
    loose_flows: list[etree._Element] = field(default_factory=list)
    declared: frozenset[str] = frozenset()  # the ids of what the file declares: messages, errors and the like

    @property
    def processes(self) -> list[Scope]:
        return [each for each in self.scopes if each.is_process]

    def all_nodes(self) -> Iterator[Node]:
        for scope in self.scopes:
            yield from scope.nodes


def draw(root: etree._Element, file: str) -> Drawing:
    """Read every process of a parsed file. Whatever does not fit together is left out, for the lint to name."""
    references = {key: each for each in root.iterfind(f"{BPMN}*") if (key := each.get("id"))}
    drawing = Drawing(file, root, declared=frozenset(references))
    for process in root.iterfind(f"{BPMN}process"):
        _read_scope(drawing, process, None, references)
    for flow in root.iterfind(f"{BPMN}collaboration/{BPMN}messageFlow"):
        source, target = (drawing.nodes.get(local(flow.get(end))) for end in ("sourceRef", "targetRef"))
        if source is not None and target is not None:
            key = f"{file}#{len(drawing.message_flows)}"
            source.sends.append(key)
            target.receives.append(key)
            drawing.message_flows.append(MessageFlow(key, source, target))
    return drawing


def connect_calls(drawings: Iterable[Drawing]) -> None:
    """Let call activities call the processes of the files at hand; what is called elsewhere is one step."""
    everything = list(drawings)
    processes = {each.id: each for drawing in everything for each in drawing.processes if each.nodes}
    for drawing in everything:
        own = {each.id: each for each in reversed(drawing.processes) if each.nodes}
        for node in drawing.all_nodes():
            if node.kind == "call":
                node.inside = own.get(called := local(node.element.get("calledElement")), processes.get(called))


def _read_scope(
    drawing: Drawing, element: etree._Element, owner: Node | None, references: Mapping[str, etree._Element]
) -> Scope:
    scope = Scope(element.get("id"), element.get("name"), element, is_process=owner is None)
    drawing.scopes.append(scope)
    for child in element.iterfind(f"{BPMN}*"):
        kind = _kind(child)
        if kind is None:
            continue
        node = Node(child.get("id"), child.get("name"), kind, scope, child)
        scope.nodes.append(node)
        if node.id is not None:
            drawing.nodes.setdefault(node.id, node)
        node.events = tuple(events_of(child, references))
        node.repeats = repetition_of(child)
        if kind in ("sub", "event_sub"):
            node.inside = _read_scope(drawing, child, node, references)
    _attach(scope)
    _connect(drawing, scope)
    return scope


def _kind(element: etree._Element) -> str | None:
    tag = etree.QName(element).localname
    if tag in TASKS or tag == "adHocSubProcess":  # what an ad-hoc inside does is free: one step
        return "task"
    if tag == "callActivity":
        return "call"
    if tag in INSIDES:
        return "event_sub" if element.get("triggeredByEvent") == "true" else "sub"
    return GATEWAYS.get(tag) or EVENTS.get(tag)


def _attach(scope: Scope) -> None:
    by_id = {each.id: each for each in scope.nodes if each.id}
    for node in scope.nodes:
        if node.kind == "boundary":
            node.interrupting = node.element.get("cancelActivity") != "false"
            node.host = by_id.get(local(node.element.get("attachedToRef")))
            if node.host is not None:
                node.host.boundaries.append(node)
        elif node.kind == "start":
            node.interrupting = node.element.get("isInterrupting") != "false"


def _connect(drawing: Drawing, scope: Scope) -> None:
    by_id = {each.id: each for each in scope.nodes if each.id}
    for element in scope.element.iterfind(f"{BPMN}sequenceFlow"):
        source, target = (by_id.get(local(element.get(end))) for end in ("sourceRef", "targetRef"))
        if source is None or target is None:
            drawing.loose_flows.append(element)
            continue
        _join(scope, Flow(element.get("id"), source, target, element.findtext(f"{BPMN}conditionExpression")))
    catches = {key: each for each in scope.nodes if each.kind == "catch" for key in _link_keys(each)}
    for node in [each for each in scope.nodes if each.kind == "throw"]:
        target = next((catches[key] for key in _link_keys(node) if key in catches), None)
        if target is not None:
            _join(scope, Flow(None, node, target))


def _link_keys(node: Node) -> list[str]:
    """By what a link finds its other end: the definition that it is or refers to, else its name."""
    found = []
    for definition in node.element.iterfind(f"{BPMN}linkEventDefinition"):
        if node.kind == "catch" and definition.get("id"):
            found.append(f"id {definition.get('id')}")
        if node.kind == "throw":
            found += [f"id {local(each.text)}" for each in definition.iterfind(f"{BPMN}target")]
    return [*found, *(f"name {each.key}" for each in _links(node) if each.key)]


def _links(node: Node) -> list[Event]:
    return [each for each in node.events if each.kind == "link"]


def _join(scope: Scope, flow: Flow) -> None:
    scope.flows.append(flow)
    flow.source.outs.append(flow)
    flow.target.ins.append(flow)


def place_of(element: etree._Element) -> tuple[str | None, str]:
    """The node an element belongs to."""
    while element.getparent() is not None and not (element.get("id") and element.tag.startswith(BPMN)):
        element = element.getparent()
    if element.tag.endswith("EventDefinition") and element.getparent() is not None:
        return place_of(element.getparent())
    return element.get("id"), quoted(element.get("name"), element.get("id"))
