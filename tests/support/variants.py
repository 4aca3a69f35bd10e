"""A diagram with a further step in it, drawn as the modeler does when a task is dropped on a flow."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from workflows.reading import BPMN, SPIFF

XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True)
class Step:
    """An approval: on which flow, in which lane, and where its refusal and its sending back go."""

    flow: str
    lane: str
    key: str = "county_review"
    name: str = "县级复核"
    refused: str = "refused"
    returned: str = "repair"


def with_step(text: str, step: Step) -> str:
    """The diagram with an approval and the gateway behind it."""
    root = etree.fromstring(text.encode())
    flow = the(root, step.flow)
    process, goal, gateway = flow.getparent(), flow.get("targetRef"), f"{step.key}_outcome"
    task = etree.SubElement(process, f"{BPMN}userTask", id=step.key, name=step.name)
    settings = etree.SubElement(etree.SubElement(task, f"{BPMN}extensionElements"), f"{SPIFF}properties")
    for name, value in (("duty", "approver"), ("working_days", "5"), ("outcomes", "agree,refuse,send_back")):
        etree.SubElement(settings, f"{SPIFF}property", name=name, value=value)
    etree.SubElement(process, f"{BPMN}exclusiveGateway", id=gateway, name="是否同意？")
    flow.set("targetRef", step.key)
    connect(root, f"{step.key}_done", step.key, gateway)
    connect(root, f"{step.key}_agree", gateway, goal, "agree")
    connect(root, f"{step.key}_refuse", gateway, step.refused, "refuse")
    connect(root, f"{step.key}_back", gateway, step.returned, "send_back")
    for each in (step.key, gateway):
        put_into(root, step.lane, each)
    return finished(root)


def the(root: etree._Element, key: str) -> etree._Element:
    """The element of that id."""
    found: etree._Element = next(each for each in root.iter() if each.get("id") == key)
    return found


def put_into(root: etree._Element, lane: str, key: str) -> None:
    """Into that lane, out of any other."""
    for reference in list(root.iter(f"{BPMN}flowNodeRef")):
        if reference.text == key:
            reference.getparent().remove(reference)
    etree.SubElement(the(root, lane), f"{BPMN}flowNodeRef").text = key


def connect(root: etree._Element, key: str, source: str, target: str, outcome: str | None = None) -> None:
    """A flow, with the outcome that it asks for."""
    process = the(root, source).getparent()
    flow = etree.SubElement(process, f"{BPMN}sequenceFlow", id=key, sourceRef=source, targetRef=target)
    if outcome is not None:
        condition = etree.SubElement(flow, f"{BPMN}conditionExpression", {XSI: "bpmn:tFormalExpression"})
        condition.text = f'outcome == "{outcome}"'


def finished(root: etree._Element) -> str:
    """As text, each node with the flows that lead to it and from it."""
    flows = list(root.iter(f"{BPMN}sequenceFlow"))
    for node in list(root.iter(f"{BPMN}*")):
        for each in [*node.iterchildren(f"{BPMN}incoming", f"{BPMN}outgoing")]:
            node.remove(each)
    for flow in flows:
        for tag, end in (("incoming", flow.get("targetRef")), ("outgoing", flow.get("sourceRef"))):
            place = the(root, end)
            before = [c for c in place if str(c.tag).rpartition("}")[2] in ("documentation", "extensionElements")]
            added = etree.Element(f"{BPMN}{tag}")
            added.text = flow.get("id")
            last = [
                c
                for c in place
                if str(c.tag).rpartition("}")[2] == tag or (tag == "outgoing" and str(c.tag).endswith("incoming"))
            ]
            place.insert(len(before) + len(last), added)
    return etree.tostring(root, encoding="unicode")
