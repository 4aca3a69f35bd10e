"""Gateways: their directions, and what may stand behind an event-based one."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN
from workflows.translation import gettext
from workflows.verification.standard.model import GATEWAYS, TRUE, Broken, Model, named, tag_of

AWAITED = {"message", "timer", "conditional", "signal"}


def broken(model: Model) -> Iterator[Broken]:
    """Findings about gateways."""
    for gateway in model.all(*GATEWAYS):
        ins, outs = len(model.ins(gateway)), len(model.outs(gateway))
        yield from _of_direction(gateway, ins, outs)
        if tag_of(gateway) == "eventBasedGateway":
            yield from _of_events(model, gateway)
        elif ins < 2 and outs < 2:
            yield "gateway", gateway, gettext("网关{gateway}须有几条进入或几条离开的流向", gateway=named(gateway))


def _of_direction(gateway: etree._Element, ins: int, outs: int) -> Iterator[Broken]:
    direction = gateway.get("gatewayDirection")
    if direction == "Converging" and (outs > 1 or ins < 2):
        sentence = gettext("汇合网关{gateway}须有几条进入、一条离开的流向", gateway=named(gateway))
        yield "gateway-direction", gateway, sentence
    elif direction == "Diverging" and (ins > 1 or outs < 2):
        sentence = gettext("分支网关{gateway}须有一条进入、几条离开的流向", gateway=named(gateway))
        yield "gateway-direction", gateway, sentence
    elif direction == "Mixed" and (ins < 2 or outs < 2):
        sentence = gettext("混合网关{gateway}须有几条进入、几条离开的流向", gateway=named(gateway))
        yield "gateway-direction", gateway, sentence


def _of_events(model: Model, gateway: etree._Element) -> Iterator[Broken]:
    outs = model.outs(gateway)
    if len(outs) < 2:
        yield "event-gateway", gateway, gettext("事件网关{gateway}须有至少两条离开的流向", gateway=named(gateway))
    if gateway.get("instantiate") in TRUE and model.ins(gateway):
        yield "event-gateway", gateway, gettext("启动流程的事件网关{gateway}不能有进入的流向", gateway=named(gateway))
    if any(flow.find(f"{BPMN}conditionExpression") is not None for flow in outs):
        yield "event-gateway", gateway, gettext("事件网关{gateway}的离开的流向不能带条件", gateway=named(gateway))
    targets = [target for flow in outs if (target := model.find(flow.get("targetRef"))) is not None]
    receives = [each for each in targets if tag_of(each) == "receiveTask"]
    hears = [each for each in targets if tag_of(each) == "intermediateCatchEvent" and "message" in model.kinds(each)]
    if receives and hears:
        sentence = gettext("事件网关{gateway}之后不能既有接收环节又有消息事件", gateway=named(gateway))
        yield "event-gateway", gateway, sentence
    for target in targets:
        if len(model.ins(target)) > 1:
            yield "event-gateway", target, gettext("{target}在事件网关之后，不能另有进入的流向", target=named(target))
        if tag_of(target) == "receiveTask":
            if any(each.get("attachedToRef") == target.get("id") for each in model.all("boundaryEvent")):
                sentence = gettext("事件网关之后的接收环节{target}不能有边界事件", target=named(target))
                yield "event-gateway", target, sentence
        elif tag_of(target) != "intermediateCatchEvent" or not set(model.kinds(target)) <= AWAITED:
            sentence = gettext(
                "事件网关之后只能是消息、定时、条件、信号事件或接收环节，不能是{target}", target=named(target)
            )
            yield "event-gateway", target, sentence
