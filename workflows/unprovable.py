"""What the engine can run and the proof does not follow: not taken in a process that writes, or ends with an outcome.

Each is refused with what to draw instead, by the check and by the compiler alike: of such a process it must be known
before it is published that no verb goes past its policy. A diagram that does neither may draw them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree

from workflows import joint
from workflows.reading import BPMN, SPIFF, local, place_of, properties
from workflows.translation import gettext, gettext_noop

GATEWAYS = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
THROWS = ("endEvent", "intermediateThrowEvent")
INSTEAD = {
    "standardLoopCharacteristics": gettext_noop("不能使用标准循环：重复办理请画成由网关回到这里的流向（{place}）"),
    "signalEventDefinition": gettext_noop("不能使用信号事件：请改用消息事件（{place}）"),
    "escalationEventDefinition": gettext_noop("不能使用升级事件：请改用错误结束事件和错误边界事件（{place}）"),
    "cancelEventDefinition": gettext_noop("不能使用取消事件：请改用错误结束事件和错误边界事件（{place}）"),
    "sendTask": gettext_noop("不能使用发送环节：发出通知请改用自动环节（{place}）"),
}


def unprovable(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """What the proof does not follow, each element with a sentence; nothing of a file of which nothing is to prove."""
    if not _is_to_be_proved(root):
        return
    gateways = {each.get("id") for each in root.iter(*(f"{BPMN}{kind}" for kind in GATEWAYS))}
    for element in root.iter(f"{BPMN}*"):
        sentence = _instead_of(element, etree.QName(element).localname, gateways)
        if sentence is not None:
            yield element, gettext(sentence, place=place_of(element))


def _is_to_be_proved(root: etree._Element) -> bool:
    """Does it call verbs, or end with an outcome?"""
    ends = root.iter(f"{BPMN}endEvent")
    return next(root.iter(f"{SPIFF}serviceTaskOperator"), None) is not None or any(
        "outcome" in properties(end) for end in ends
    )


def _instead_of(element: etree._Element, kind: str, gateways: Collection[str | None]) -> str | None:
    parent = element.getparent()
    above = etree.QName(parent).localname if parent is not None else ""
    if kind == "multiInstanceLoopCharacteristics" and not (parent.tag in joint.TASKS and "joint" in properties(parent)):
        return gettext_noop(
            "不能使用多实例：几个人会签请写明会签规则，逐个办理的请各开一件，或者画成由网关回来的流向（{place}）"
        )
    if kind == "messageEventDefinition" and above in THROWS:
        return gettext_noop("不能由事件发出消息：发出通知请改用自动环节（{place}）")
    if kind.endswith("EventDefinition") and above == "startEvent" and _is_of_process(parent):
        return gettext_noop("流程不能由事件开始：请用没有事件的开始事件（{place}）")
    if kind == "conditionExpression" and above == "sequenceFlow" and local(parent.get("sourceRef")) not in gateways:
        return gettext_noop("环节后的条件请画成网关（{place}）")
    return INSTEAD.get(kind)


def _is_of_process(start: etree._Element) -> bool:
    scope = start.getparent()
    return scope is not None and scope.tag == f"{BPMN}process"
