"""What a process that is to be run must say: formal expressions, messages, operations, codes; and bounds of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN, local, number_of
from workflows.translation import gettext
from workflows.verification.standard.model import ACTIVITIES, Broken, Model, named, tag_of, text_of

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
EXPRESSIONS = (
    "conditionExpression", "loopCondition", "loopCardinality", "completionCondition", "activationCondition",
    "timeDate", "timeCycle", "timeDuration", "from", "to", "condition",
)  # fmt: skip
UNTYPED = ("messagePath", "dataPath", "transformation", "formalExpression")


def broken(model: Model) -> Iterator[Broken]:
    """Findings about expressions, quantities and what an executable process needs."""
    for element in model.all(*ACTIVITIES):
        for name in ("startQuantity", "completionQuantity"):
            count = number_of(element.get(name))
            if count is not None and count < 1:
                yield "quantity", element, gettext("{element}的 {name} 须至少为 1", element=named(element), name=name)
    for element in model.all("scriptTask"):
        if text_of(element, "script") and not element.get("scriptFormat"):
            yield "script-format", element, gettext("脚本任务{element}须写明脚本语言", element=named(element))
    for element in model.all("multiInstanceLoopCharacteristics"):
        missing = not text_of(element, "loopCardinality") and not text_of(element, "loopDataInputRef")
        if missing and model.is_executable(element):
            yield "multi-instance", element, gettext("{element}须写明实例数或数据集合", element=named(element))
    yield from _of_expressions(model)
    yield from _of_references(model)


def _of_expressions(model: Model) -> Iterator[Broken]:
    for element in model.all(*EXPRESSIONS, *UNTYPED):
        if not (model.is_executable(element) or (tag_of(element) in UNTYPED and model.any_executable)):
            continue
        if not (element.text or "").strip() and not len(element):
            sentence = gettext("{element}的表达式 {tag} 没有内容", element=named(element), tag=tag_of(element))
            yield "expression", element, sentence
        elif tag_of(element) == "condition" and tag_of(element.getparent()) != "conditionalEventDefinition":
            continue
        elif tag_of(element) in EXPRESSIONS and local(element.get(XSI_TYPE)) != "tFormalExpression":
            sentence = gettext("{element}的 {tag} 须是形式表达式", element=named(element), tag=tag_of(element))
            yield "expression", element, sentence
    for flow in model.all("sequenceFlow"):
        if flow.get("isImmediate") == "false" and model.is_executable(flow):
            yield "immediate", flow, gettext("可执行流程的流向 {flow} 不能是 isImmediate=false", flow=flow.get("id"))


def _of_references(model: Model) -> Iterator[Broken]:
    for definition in model.all("messageEventDefinition"):
        if model.is_executable(definition) and not definition.get("messageRef"):
            sentence = gettext("可执行流程的消息事件{definition}须写明是哪个消息", definition=named(definition))
            yield "event-data", definition, sentence
    for definition in model.all("escalationEventDefinition", "errorEventDefinition"):
        event = definition.getparent()
        if tag_of(event) in ("endEvent", "intermediateThrowEvent") and model.is_executable(definition):
            yield from _of_code(model, definition, event)
    for definition in model.all("conditionalEventDefinition"):
        if model.is_executable(definition) and definition.find(f"{BPMN}condition") is None:
            yield "event-data", definition, gettext("条件事件{definition}须写明条件", definition=named(definition))


def _of_code(model: Model, definition: etree._Element, event: etree._Element) -> Iterator[Broken]:
    kind = tag_of(definition).removesuffix("EventDefinition")
    target = model.find(definition.get(f"{kind}Ref"), kind)
    if target is None or not target.get(f"{kind}Code"):
        sentence = gettext("{event}发出的错误或升级须有代码（{kind}Code）", event=named(event), kind=kind)
        yield "event-data", definition, sentence
