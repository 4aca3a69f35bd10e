"""One diagram to be changed: nodes, flows and lanes of an lxml tree, kept as the standard has them."""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from tests.proof.chart import BPMN, SPIFF, own_of

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAY = "{http://www.omg.org/spec/DD/20100524/DI}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NODES = ("startEvent", "endEvent", "userTask", "serviceTask", "exclusiveGateway", "parallelGateway", "subProcess",
         "inclusiveGateway", "boundaryEvent", "intermediateCatchEvent")  # fmt: skip
Element = etree._Element


class Sheet:
    """A copy of a diagram and the changes one makes in it."""

    def __init__(self, root: Element) -> None:
        self.root = copy.deepcopy(root)
        (self.process,) = self.root.iter(f"{BPMN}process")
        self._by_id = {each.get("id"): each for each in self.process.iter() if each.get("id")}

    def source(self) -> bytes:
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")

    def __getitem__(self, key: str) -> Element:
        return self._by_id[key]

    def __contains__(self, key: str) -> bool:
        return key in self._by_id

    # --- reading

    def nodes(self, *tags: str) -> list[Element]:
        return list(self.process.iter(*(f"{BPMN}{tag}" for tag in tags or NODES)))

    def ids(self, *tags: str) -> list[str]:
        return [each.get("id") for each in self.nodes(*tags)]

    def flows(self) -> list[Element]:
        return list(self.process.iter(f"{BPMN}sequenceFlow"))

    def out(self, node: str) -> list[Element]:
        return [each for each in self.flows() if each.get("sourceRef") == node]

    def into(self, node: str) -> list[Element]:
        return [each for each in self.flows() if each.get("targetRef") == node]

    def kind(self, node: str) -> str:
        return etree.QName(self[node]).localname

    def inside(self, node: str) -> str:
        return self[node].getparent().get("id")

    def after(self, node: str) -> str:
        """The one node that follows."""
        (flow,) = self.out(node)
        return flow.get("targetRef")

    def borders(self, node: str) -> list[str]:
        return [each.get("id") for each in self.nodes("boundaryEvent") if each.get("attachedToRef") == node]

    def lanes(self) -> list[Element]:
        return list(self.process.iter(f"{BPMN}lane"))

    def lane_of(self, node: str) -> Element | None:
        for lane in self.lanes():
            if any((each.text or "").strip() == node for each in lane.iterfind(f"{BPMN}flowNodeRef")):
                return lane
        return None

    def role_of(self, node: str) -> str | None:
        lane = self.lane_of(node)
        return None if lane is None else own_of(lane).get("role")

    @staticmethod
    def condition(flow: Element) -> Element | None:
        return flow.find(f"{BPMN}conditionExpression")

    def verb(self, node: str) -> Element:
        return self[node].find(f"{BPMN}extensionElements/{SPIFF}serviceTaskOperator")

    def outcome_flow(self, gateway: str, outcome: str) -> Element | None:
        """The flow of a gateway that is taken for this outcome and no other."""
        for flow in self.out(gateway):
            condition = self.condition(flow)
            if condition is not None and (condition.text or "").strip() == f'outcome == "{outcome}"':
                return flow
        return None

    def decisions(self) -> Iterator[tuple[str, str]]:
        """Each user task that is followed by a gateway of its outcomes, with the gateway."""
        for task in self.ids("userTask"):
            flows = self.out(task)
            if len(flows) == 1 and self.kind(flows[0].get("targetRef")) == "exclusiveGateway":
                gateway = flows[0].get("targetRef")
                if self.outcome_flow(gateway, "agree") is not None:
                    yield task, gateway

    # --- changing

    def aim(self, flow: Element, target: str) -> None:
        """Let the flow lead elsewhere."""
        old = flow.get("targetRef")
        if old in self:
            for each in self[old].findall(f"{BPMN}incoming"):
                if each.text == flow.get("id"):
                    self[old].remove(each)
        flow.set("targetRef", target)
        self._note(target, "incoming", flow.get("id"))

    def start_from(self, flow: Element, source: str) -> None:
        """Let the flow come from elsewhere."""
        old = flow.get("sourceRef")
        if old in self:
            for each in self[old].findall(f"{BPMN}outgoing"):
                if each.text == flow.get("id"):
                    self[old].remove(each)
        flow.set("sourceRef", source)
        self._note(source, "outgoing", flow.get("id"))

    def _note(self, node: str, what: str, flow: str) -> None:
        element = self[node]
        order = ("documentation", "extensionElements", "incoming") + (("outgoing",) if what == "outgoing" else ())
        place = 0
        for number, each in enumerate(element):
            if etree.QName(each).localname in order:
                place = number + 1
        note = etree.Element(f"{BPMN}{what}")
        note.text = flow
        element.insert(place, note)

    def decide(self, flow: Element, text: str | None) -> None:
        """Give the flow that condition, or none."""
        condition = self.condition(flow)
        if text is None:
            if condition is not None:
                flow.remove(condition)
            return
        if condition is None:
            condition = etree.SubElement(flow, f"{BPMN}conditionExpression")
            condition.set(f"{XSI}type", "bpmn:tFormalExpression")
        condition.text = text

    def cut(self, flow: Element) -> None:
        """Take a flow away."""
        key = flow.get("id")
        for each in self.nodes():
            for note in [*each.findall(f"{BPMN}incoming"), *each.findall(f"{BPMN}outgoing")]:
                if note.text == key:
                    each.remove(note)
            if each.get("default") == key:
                del each.attrib["default"]
        flow.getparent().remove(flow)
        self._undrawn(key)

    def drop(self, node: str) -> None:
        """Take a node away with its flows and border events."""
        for border in self.borders(node):
            self.drop(border)
        for inner in [each.get("id") for each in self[node] if each.get("id") in self and each.get("id") != node]:
            if self.kind(inner) in NODES:
                self.drop(inner)
        for flow in [*self.out(node), *self.into(node)]:
            if flow.getparent() is not None:
                self.cut(flow)
        for lane in self.lanes():
            for each in lane.findall(f"{BPMN}flowNodeRef"):
                if (each.text or "").strip() == node:
                    lane.remove(each)
        self[node].getparent().remove(self[node])
        del self._by_id[node]
        self._undrawn(node)

    def _undrawn(self, key: str) -> None:
        for each in list(self.root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")):
            if each.get("bpmnElement") == key:
                each.getparent().remove(each)

    def prune(self) -> Sheet:
        """Take away what nothing leads to any more."""
        reached = self._reached()
        while gone := [each for each in self.ids() if each not in reached]:
            for each in gone:
                if each in self:
                    self.drop(each)
            reached = self._reached()
        return self

    def _reached(self) -> set[str]:
        steps: dict[str, list[str]] = {}
        for flow in self.flows():
            steps.setdefault(flow.get("sourceRef"), []).append(flow.get("targetRef"))
        for border in self.nodes("boundaryEvent"):
            steps.setdefault(border.get("attachedToRef"), []).append(border.get("id"))
        reached = set(self.ids("startEvent"))
        ahead = list(reached)
        while ahead:
            following = [each for each in steps.get(ahead.pop(), []) if each not in reached]
            reached.update(following)
            ahead += following
        return reached

    def join(self, source: str, target: str, condition: str | None = None) -> Element:
        """A new flow."""
        key = f"new_{source}_{target}"
        while key in self:
            key += "x"
        flow = etree.SubElement(self[source].getparent(), f"{BPMN}sequenceFlow")
        flow.set("id", key)
        flow.set("sourceRef", source)
        flow.set("targetRef", target)
        self._by_id[key] = flow
        self.decide(flow, condition)
        self._note(source, "outgoing", key)
        self._note(target, "incoming", key)
        plane = next(self.root.iter(f"{DI}BPMNPlane"))
        edge = etree.SubElement(plane, f"{DI}BPMNEdge", id=f"{key}_di", bpmnElement=key)
        for node in (source, target):
            bounds = self.bounds(node)
            etree.SubElement(edge, f"{WAY}waypoint", x=bounds.get("x"), y=bounds.get("y"))
        return flow

    def bounds(self, node: str) -> Element:
        shape = next(each for each in self.root.iter(f"{DI}BPMNShape") if each.get("bpmnElement") == node)
        return shape.find(f"{DC}Bounds")

    def add(
        self, tag: str, key: str, beside: str, own: dict[str, str] | None = None, lane: Element | None = None
    ) -> str:
        """A new node in the process or sub-process of another, in its lane or in the one given."""
        element = etree.SubElement(self[beside].getparent(), f"{BPMN}{tag}", id=key, name=key)
        if own:
            extension = etree.SubElement(element, f"{BPMN}extensionElements")
            pairs = etree.SubElement(extension, f"{SPIFF}properties")
            for name, value in own.items():
                etree.SubElement(pairs, f"{SPIFF}property", name=name, value=value)
        self._by_id[key] = element
        where = self.lane_of(beside) if lane is None else lane
        if where is not None:
            etree.SubElement(where, f"{BPMN}flowNodeRef").text = key
        plane = next(self.root.iter(f"{DI}BPMNPlane"))
        shape = etree.SubElement(plane, f"{DI}BPMNShape", id=f"{key}_di", bpmnElement=key)
        bounds = self.bounds(beside)
        etree.SubElement(shape, f"{DC}Bounds", x=bounds.get("x"), y=bounds.get("y"), width="50", height="50")
        return key

    def set_own(self, node: Element, name: str, value: str | None) -> None:
        """Set a property of an element, or take it away."""
        pairs = node.find(f"{BPMN}extensionElements/{SPIFF}properties")
        found = [each for each in ([] if pairs is None else pairs) if each.get("name") == name]
        for each in found:
            if value is None:
                pairs.remove(each)
            else:
                each.set("value", value)
        if not found and value is not None and pairs is not None:
            etree.SubElement(pairs, f"{SPIFF}property", name=name, value=value)
