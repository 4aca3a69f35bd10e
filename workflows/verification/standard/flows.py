"""Sequence flows: what they join, how a node names them, conditions and defaults."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN, local
from workflows.translation import gettext
from workflows.verification.standard.model import (
    ACTIVITIES,
    CHOREOGRAPHY,
    INSIDES,
    NODES,
    SCOPES,
    TRUE,
    Broken,
    Model,
    ancestor,
    children,
    named,
    tag_of,
)


def broken(model: Model) -> Iterator[Broken]:
    """Findings about sequence flows, starts and ends."""
    for flow in model.all("sequenceFlow"):
        yield from _of_flow(model, flow)
    for node in model.all(*NODES):
        yield from _of_node(model, node)
    for scope in model.all(*SCOPES):
        yield from _of_scope(model, scope)


def _of_flow(model: Model, flow: etree._Element) -> Iterator[Broken]:
    for end, side in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
        node = model.find(flow.get(end), *NODES)
        if node is None:
            continue
        if tag_of(node) == "subProcess" and node.get("triggeredByEvent") in TRUE:
            yield "event-sub-process", flow, gettext("事件子流程{node}不能有进出的流向", node=named(node))
        listed = [local(each.text) for each in node.iterfind(f"{BPMN}{side}")]
        if (listed or model.lists_flows) and flow.get("id") not in listed:
            sentence = gettext("{node}的 {side} 没有列出流向 {flow}", node=named(node), side=side, flow=flow.get("id"))
            yield "incoming-outgoing", node, sentence
        if tag_of(flow.getparent()) in SCOPES and ancestor(node, *SCOPES) is not flow.getparent():
            yield "crossing-flow", flow, gettext("流向 {flow} 不能越出流程或子流程的边界", flow=flow.get("id"))
    if flow.find(f"{BPMN}conditionExpression") is not None:
        source = model.find(flow.get("sourceRef"))
        if source is not None and tag_of(source) in ("parallelGateway", "eventBasedGateway"):
            yield "conditional-flow", flow, gettext("网关{source}的离开的流向不能带条件", source=named(source))


def _of_node(model: Model, node: etree._Element) -> Iterator[Broken]:
    for side, end in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
        for reference in node.iterfind(f"{BPMN}{side}"):
            flow = model.find(reference.text, "sequenceFlow")
            if flow is not None and local(flow.get(end)) != node.get("id"):
                sentence = gettext(
                    "{node}的 {side} 列出的 {flow} 不与它相连", node=named(node), side=side, flow=flow.get("id")
                )
                yield "incoming-outgoing", node, sentence
    default = model.find(node.get("default"), "sequenceFlow")
    if default is not None and local(default.get("sourceRef")) != node.get("id"):
        sentence = gettext("{node}的默认流向 {default} 不是它的离开的流向", node=named(node), default=default.get("id"))
        yield "default-flow", node, sentence
    outs = model.outs(node)
    if tag_of(node) in ACTIVITIES and len(outs) == 1 and outs[0].find(f"{BPMN}conditionExpression") is not None:
        yield "conditional-flow", outs[0], gettext("{node}只有一条离开的流向，不能带条件", node=named(node))
    if tag_of(node) == "receiveTask" and node.get("instantiate") in TRUE and model.ins(node):
        yield "receive-task", node, gettext("启动流程的接收环节{node}不能有进入的流向", node=named(node))


def _of_scope(model: Model, scope: etree._Element) -> Iterator[Broken]:
    """Starts and ends: with one of them there is the other, and every node has its ways."""
    nodes = list(children(scope, NODES))
    for each in children(scope, CHOREOGRAPHY):
        yield "choreography-activity", each, gettext("流程中不能有编排活动{element}", element=named(each))
    starts = [each for each in nodes if tag_of(each) == "startEvent"]
    ends = [each for each in nodes if tag_of(each) == "endEvent"]
    if tag_of(scope) == "adHocSubProcess":
        yield from _of_ad_hoc(scope, nodes, [*starts, *ends])
        return
    begins = [each for each in nodes if _instantiates(each)]
    if ends and not (starts or begins):
        yield "no-start", scope, gettext("{scope}有结束事件，也须有开始事件", scope=named(scope))
    if starts and not ends:
        yield "no-end", scope, gettext("{scope}有开始事件，也须有结束事件", scope=named(scope))
    for node in nodes if starts else ():
        if _needs_way_in(model, node) and not model.ins(node):
            yield "no-way-in", node, gettext("{node}没有进入的流向", node=named(node))
    for node in nodes if ends else ():
        if _needs_way_out(model, node) and not model.outs(node):
            yield "no-way-out", node, gettext("{node}没有离开的流向", node=named(node))


def _of_ad_hoc(scope: etree._Element, nodes: list[etree._Element], events: list[etree._Element]) -> Iterator[Broken]:
    for each in events:
        yield "ad-hoc", each, gettext("即席子流程中不能有开始或结束事件{element}", element=named(each))
    if not any(tag_of(each) in ACTIVITIES for each in nodes):
        yield "ad-hoc", scope, gettext("即席子流程{scope}至少须有一个环节", scope=named(scope))


def _instantiates(node: etree._Element) -> bool:
    return node.get("instantiate") in TRUE


def _stands_alone(node: etree._Element) -> bool:
    """Is it begun by something else than a sequence flow?"""
    is_event_sub = tag_of(node) in INSIDES and node.get("triggeredByEvent") in TRUE
    return is_event_sub or node.get("isForCompensation") in TRUE


def _needs_way_in(model: Model, node: etree._Element) -> bool:
    if tag_of(node) in ("startEvent", "boundaryEvent") or _stands_alone(node) or _instantiates(node):
        return False
    return not (tag_of(node) == "intermediateCatchEvent" and "link" in model.kinds(node))


def _needs_way_out(model: Model, node: etree._Element) -> bool:
    if tag_of(node) in ("endEvent", "boundaryEvent") or _stands_alone(node):
        return False
    return not (tag_of(node) == "intermediateThrowEvent" and "link" in model.kinds(node))
