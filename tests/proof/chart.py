"""A BPMN file as plain dictionaries: what the explicit-state walk of this folder goes over."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
WALKED = {"startEvent", "endEvent", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway", "subProcess",
          "inclusiveGateway", "boundaryEvent", "intermediateCatchEvent"}  # fmt: skip
PASSED_OVER = {"documentation", "extensionElements", "laneSet", "incoming", "outgoing"}
EVENTS = {"messageEventDefinition": "message", "errorEventDefinition": "error", "terminateEventDefinition": "terminate"}


class NotWalked(Exception):
    """The file draws something that this program does not know."""


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Node:
    """A node with all that its properties say; `event` and `event_name` of an event: message, error or terminate."""

    id: str
    tag: str
    inside: str
    role: str | None
    own: dict[str, str]
    verb: str | None
    event: str | None
    event_name: str | None
    attached_to: str | None
    default: str | None

    @property
    def outcomes(self) -> list[str]:
        return [each.strip() for each in self.own.get("outcomes", "agree").split(",")]

    @property
    def duty(self) -> str:
        return self.own.get("duty", "approver")


class Chart:
    """The nodes and flows of the one process of a file, in the order they have in it."""

    def __init__(self, source: bytes) -> None:
        root = etree.fromstring(source)
        (process,) = root.iter(f"{BPMN}process")
        self.process, self.own = process.get("id"), own_of(process)
        self.nodes: dict[str, Node] = {}
        self.out: dict[str, list[Flow]] = {}
        self.into: dict[str, list[Flow]] = {}
        self.borders: dict[str, list[Node]] = {}
        self._roles = {
            (reference.text or "").strip(): own_of(lane).get("role")
            for lane in root.iter(f"{BPMN}lane")
            for reference in lane.iterfind(f"{BPMN}flowNodeRef")
        }
        self._names = {each.get("id"): each.get("name") for each in root.iter(f"{BPMN}message")}
        self._names |= {each.get("id"): each.get("errorCode") for each in root.iter(f"{BPMN}error")}
        self._read(process)

    def _read(self, container: etree._Element) -> None:
        for element in container:
            kind = etree.QName(element).localname
            if kind == "sequenceFlow":
                condition = element.find(f"{BPMN}conditionExpression")
                flow = Flow(element.get("id"), element.get("sourceRef"), element.get("targetRef"),
                            None if condition is None else condition.text or "")  # fmt: skip
                self.out.setdefault(flow.source, []).append(flow)
                self.into.setdefault(flow.target, []).append(flow)
            elif kind in WALKED:
                node = self._node(element, kind, container.get("id"))
                self.nodes[node.id] = node
                if node.attached_to:
                    self.borders.setdefault(node.attached_to, []).append(node)
                if kind == "subProcess":
                    self._read(element)
            elif kind not in PASSED_OVER:
                raise NotWalked(kind)

    def _node(self, element: etree._Element, kind: str, inside: str) -> Node:
        definitions = [each for each in element if etree.QName(each).localname.endswith("EventDefinition")]
        names = [etree.QName(each).localname for each in definitions]
        if len(names) > 1 or not set(names) <= set(EVENTS) or element.get("cancelActivity") == "false":
            raise NotWalked(f"{names} {element.get('id')}")
        if any("LoopCharacteristics" in etree.QName(each).localname for each in element):
            raise NotWalked("loop")
        reference = next((each.get("messageRef") or each.get("errorRef") for each in definitions), None)
        operator = element.find(f"{BPMN}extensionElements/{SPIFF}serviceTaskOperator")
        return Node(
            id=element.get("id"),
            tag=kind,
            inside=inside,
            role=self._roles.get(element.get("id")),
            own=own_of(element),
            verb=None if operator is None else operator.get("id"),
            event=EVENTS[names[0]] if names else None,
            event_name=self._names.get(reference),
            attached_to=element.get("attachedToRef"),
            default=element.get("default"),
        )

    def start_of(self, container: str) -> Node:
        """Where a process or sub-process begins."""
        (start,) = (each for each in self.nodes.values() if (each.tag, each.inside) == ("startEvent", container))
        return start

    def reaches(self, source: str, target: str) -> bool:
        """Does a path of flows lead from one node to another?"""
        seen, ahead = {source}, [source]
        while ahead:
            node = ahead.pop()
            steps = [flow.target for flow in self.out.get(node, [])]
            for border in self.borders.get(node, []):
                steps += [flow.target for flow in self.out.get(border.id, [])]
            for step in steps:
                if step == target:
                    return True
                if step not in seen:
                    seen.add(step)
                    ahead.append(step)
        return False


def own_of(element: etree._Element) -> dict[str, str]:
    """The properties of an element."""
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    return {each.get("name"): each.get("value") for each in element.iterfind(path)}
