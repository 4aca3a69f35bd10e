"""Pools, messages and lanes: between which elements a message flow may lead."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN, local
from workflows.translation import gettext
from workflows.verification.standard.model import ARTIFACTS, TRUE, Broken, Model, ancestor, named, tag_of

SENDS = ("endEvent", "intermediateThrowEvent")
HEARS = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def broken(model: Model) -> Iterator[Broken]:
    """Findings about pools and message flows."""
    pools = {local(each.get("processRef")): each for each in model.all("participant") if each.get("processRef")}
    for flow in model.all("messageFlow"):
        yield from _of_message_flow(model, flow, pools)
    for each in model.all("participantMultiplicity"):
        yield from _of_multiplicity(each)
    yield from _of_processes(model)
    yield from _of_collaborations(model)


def _of_message_flow(model: Model, flow: etree._Element, pools: dict[str, etree._Element]) -> Iterator[Broken]:
    key = flow.get("id")
    source, target = model.find(flow.get("sourceRef")), model.find(flow.get("targetRef"))
    for end in (source, target):
        if end is not None and tag_of(end) in ARTIFACTS:
            yield "message-flow", flow, gettext("消息流 {key} 不能连着注释或分组", key=key)
    if source is not None and target is not None and _pool_of(source, pools) is _pool_of(target, pools):
        yield "message-flow", flow, gettext("消息流 {key} 须连接不同的池", key=key)
    if source is not None:
        if tag_of(source) in HEARS:
            yield "message-flow", flow, gettext("{source}不能发出消息", source=named(source))
        elif tag_of(source) in SENDS and "message" not in model.kinds(source):
            yield "message-flow", flow, gettext("{source}发出消息，须写明是消息事件", source=named(source))
    if target is not None:
        if tag_of(target) in SENDS:
            yield "message-flow", flow, gettext("{target}不能接收消息", target=named(target))
        elif tag_of(target) in HEARS and "message" not in model.kinds(target):
            yield "message-flow", flow, gettext("{target}接收消息，须写明是消息事件", target=named(target))


def _pool_of(element: etree._Element, pools: dict[str, etree._Element]) -> etree._Element:
    """The pool an element stands in: the process itself where no pool shows it."""
    if tag_of(element) == "participant":
        return element
    process = ancestor(element, "process")
    if process is None:
        return element
    return pools.get(process.get("id") or "", process)


def _of_multiplicity(element: etree._Element) -> Iterator[Broken]:
    numbers = {}
    for name, otherwise in (("minimum", "0"), ("maximum", "1")):
        try:
            numbers[name] = int(element.get(name, otherwise)[:18])
        except ValueError:
            return
    if numbers["minimum"] < 0 or numbers["maximum"] < 1:
        yield "participant", element, gettext("{element}的参与者数不对", element=named(element))
    elif numbers["maximum"] < numbers["minimum"]:
        yield "participant", element, gettext("{element}的参与者数最多小于最少", element=named(element))


def _of_processes(model: Model) -> Iterator[Broken]:
    for process in model.all("process"):
        if process.get("processType") == "Public" and process.get("isExecutable") in TRUE:
            yield "public-process", process, gettext("公开流程{process}不能标为可执行", process=named(process))
    for call in model.all("callActivity"):
        process = model.find(call.get("calledElement"), "process")
        if process is None:
            continue
        starts = process.findall(f"{BPMN}startEvent")
        if starts and not any(not model.kinds(each) for each in starts):
            sentence = gettext(
                "{call}调用的流程{process}须有无条件的开始事件", call=named(call), process=named(process)
            )
            yield "called-process", call, sentence


def _of_collaborations(model: Model) -> Iterator[Broken]:
    """A global conversation has no nodes of its own; a closed choreography wants a closed collaboration."""
    kinds = ("conversation", "subConversation", "callConversation", "participantAssociation", *ARTIFACTS)
    for each in model.all("globalConversation"):
        inside = [child for child in each if tag_of(child) in (*kinds, "messageFlowAssociation")]
        if inside:
            yield "conversation", each, gettext("全局会话{element}中不能有会话节点、关联或注释", element=named(each))
    for each in model.all("choreography", "globalChoreographyTask", "globalConversation"):
        if each.find(f"{BPMN}choreographyRef") is not None:
            yield "choreography", each, gettext("{element}不能引用编排", element=named(each))
    for each in model.all("collaboration"):
        for reference in each.iterfind(f"{BPMN}choreographyRef"):
            other = model.find(reference.text)
            if other is not None and (other.get("isClosed") in TRUE) != (each.get("isClosed") in TRUE):
                yield "choreography", each, gettext("{element}与所引用的编排的 isClosed 不一致", element=named(each))
