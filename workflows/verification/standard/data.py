"""Data: inputs and outputs with their sets, associations, and the items that both ends are about."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN, local
from workflows.translation import gettext, gettext_noop
from workflows.verification.standard.model import (
    GLOBAL_TASKS,
    INSIDES,
    ITEM_AWARE,
    THROWING,
    TRUE,
    Broken,
    Model,
    named,
    tag_of,
    texts_of,
)

SETS = (
    ("dataInput", "inputSet", gettext_noop("数据输入{element}不在任何输入集中")),
    ("dataOutput", "outputSet", gettext_noop("数据输出{element}不在任何输出集中")),
)
REFERENCES = {"message": "itemRef", "error": "structureRef", "escalation": "structureRef", "signal": "structureRef"}


def broken(model: Model) -> Iterator[Broken]:
    """Findings about data."""
    for each in model.all(*INSIDES):
        if each.find(f"{BPMN}ioSpecification") is not None:
            yield "data-sets", each, gettext("子流程{element}不能有输入输出说明", element=named(each))
    yield from _of_sets(model)
    for each in model.all(*ITEM_AWARE, "dataStore"):
        item = model.find(each.get("itemSubjectRef"), "itemDefinition")
        holds_many = tag_of(each) in ("dataInput", "dataOutput", "dataObject")
        if item is not None and holds_many and (each.get("isCollection") in TRUE) != (item.get("isCollection") in TRUE):
            yield "item", each, gettext("{element}与它的数据定义的 isCollection 不一致", element=named(each))
    for each in model.all("dataInputAssociation", "dataOutputAssociation"):
        yield from _of_association(model, each)
    for each in model.all("startEvent", "intermediateCatchEvent", "boundaryEvent", *THROWING):
        yield from _of_event(model, each)
    for each in model.all("serviceTask", "sendTask", "receiveTask"):
        yield from _of_message_task(model, each)
    for each in model.all("multiInstanceLoopCharacteristics"):
        yield from _of_instances(model, each)
    for each in model.all("dataObjectReference"):
        yield from _of_name(model, each)
    yield from _of_callables(model)


def _of_name(model: Model, reference: etree._Element) -> Iterator[Broken]:
    """A data object in one of its states is called by both."""
    held, state = model.find(reference.get("dataObjectRef"), "dataObject"), reference.find(f"{BPMN}dataState")
    if held is None or state is None or not (held.get("name") and state.get("name") and reference.get("name")):
        return
    wanted = f"{held.get('name')}[{state.get('name')}]"
    if "".join(reference.get("name").split()) != "".join(wanted.split()):
        yield "data-name", reference, gettext("{reference}的名称须是“数据对象 [状态]”", reference=named(reference))


def _of_sets(model: Model) -> Iterator[Broken]:
    for what, sets, outside in SETS:
        side = what.removeprefix("data")
        used = {key for each in model.all(sets) for key in texts_of(each, f"{what}Refs")}
        for each in model.all(what):
            if each.get("id") not in used:
                yield "data-sets", each, gettext(outside, element=named(each))
        for each in model.all(sets):
            own = set(texts_of(each, f"{what}Refs"))
            for reference in (f"optional{side}Refs", f"whileExecuting{side}Refs"):
                if set(texts_of(each, reference)) - own:
                    sentence = gettext(
                        "{element}的 {reference} 不在它的 {what}Refs 中",
                        element=named(each),
                        reference=reference,
                        what=what,
                    )
                    yield "data-sets", each, sentence
            other = "outputSet" if sets == "inputSet" else "inputSet"
            for key in texts_of(each, f"{other}Refs"):
                target = model.find(key, other)
                if target is not None and each.get("id") not in texts_of(target, f"{sets}Refs"):
                    yield "data-sets", each, gettext("{element}引用的 {key} 没有引用回来", element=named(each), key=key)


def _item(model: Model, element: etree._Element | None) -> str | None:
    """The structure that an element of data is about."""
    if element is None:
        return None
    if tag_of(element) == "dataObjectReference" and not element.get("itemSubjectRef"):
        element = model.find(element.get("dataObjectRef"), "dataObject")
    elif tag_of(element) == "dataStoreReference" and not element.get("itemSubjectRef"):
        element = model.find(element.get("dataStoreRef"), "dataStore")
    return _structure(model, element.get("itemSubjectRef")) if element is not None else None


def _structure(model: Model, reference: str | None) -> str | None:
    item = model.find(reference, "itemDefinition")
    return item.get("structureRef") or item.get("id") if item is not None else None


def _of_association(model: Model, each: etree._Element) -> Iterator[Broken]:
    if each.find(f"{BPMN}transformation") is not None or each.find(f"{BPMN}assignment") is not None:
        return
    sources, targets = texts_of(each, "sourceRef"), texts_of(each, "targetRef")
    if len(sources) > 1:
        yield "data-association", each, gettext("{element}的数据关联没有转换，只能有一个来源", element=named(each))
    for source in sources[:1]:
        for target in targets:
            one, other = _item(model, model.find(source)), _item(model, model.find(target))
            if one is not None and other is not None and one != other:
                yield "data-association", each, gettext("{element}的数据关联两端的数据定义不同", element=named(each))


def _of_event(model: Model, event: etree._Element) -> Iterator[Broken]:
    what = "dataInput" if tag_of(event) in THROWING else "dataOutput"
    held = event.findall(f"{BPMN}{what}")
    definitions = model.definitions(event)
    if not held:
        return
    if len(held) != len(definitions):
        yield "event-data", event, gettext("{event}的数据须与事件定义一一对应", event=named(event))
        return
    for data, definition in zip(held, definitions, strict=True):
        kind = tag_of(definition).removesuffix("EventDefinition")
        meant = model.find(definition.get(f"{kind}Ref"), kind)
        if kind in REFERENCES and meant is not None:
            one, other = _structure(model, meant.get(REFERENCES[kind])), _item(model, data)
            if one != other:
                yield "event-data", event, gettext("{event}的数据与它的事件的数据定义不同", event=named(event))


def _of_message_task(model: Model, task: etree._Element) -> Iterator[Broken]:
    io = task.find(f"{BPMN}ioSpecification")
    sends = tag_of(task) == "sendTask"
    if tag_of(task) == "serviceTask":
        operation = model.find(task.get("operationRef"), "operation")
        if operation is not None:
            yield from _of_operation(model, task, operation, io)
        return
    message = model.find(task.get("messageRef"), "message")
    if message is None or io is None:
        return
    sets, what = ("inputSet", "dataInput") if sends else ("outputSet", "dataOutput")
    held = io.findall(f"{BPMN}{what}")
    if len(io.findall(f"{BPMN}{sets}")) > 1 or len(held) > 1:
        yield "message-data", task, gettext("{task}引用了消息，只能有一份数据", task=named(task))
    wanted = _structure(model, message.get("itemRef"))
    if held and wanted is not None and all(_item(model, each) != wanted for each in held):
        yield "message-data", task, gettext("{task}的数据与消息的数据定义不同", task=named(task))


def _of_operation(
    model: Model, task: etree._Element, operation: etree._Element, io: etree._Element | None
) -> Iterator[Broken]:
    inputs = io.findall(f"{BPMN}inputSet") if io is not None else []
    outputs = io.findall(f"{BPMN}outputSet") if io is not None else []
    if len(inputs) != 1 or len(outputs) > 1:
        sentence = gettext("自动环节{task}引用了操作，须有一个输入集、至多一个输出集", task=named(task))
        yield "operation-data", task, sentence
        return
    for child, what in (("inMessageRef", "dataInput"), ("outMessageRef", "dataOutput")):
        message = model.find(operation.findtext(f"{BPMN}{child}"), "message")
        if message is None or io is None:
            continue
        wanted = _structure(model, message.get("itemRef"))
        held = [_item(model, each) for each in io.findall(f"{BPMN}{what}")]
        if wanted not in held:
            yield "operation-data", task, gettext("自动环节{task}的数据与操作的消息的数据定义不同", task=named(task))


def _of_instances(model: Model, several: etree._Element) -> Iterator[Broken]:
    """What each instance gets or gives is one of what the whole activity gets or gives."""
    for reference, child in (("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem")):
        whole, one = model.find(several.findtext(f"{BPMN}{reference}")), several.find(f"{BPMN}{child}")
        if whole is None or one is None:
            continue
        item = model.find(one.get("itemSubjectRef"), "itemDefinition")
        is_many = one.get("isCollection") in TRUE or (item is not None and item.get("isCollection") in TRUE)
        if is_many or _item(model, whole) != _item(model, one):
            sentence = gettext("{several}每个实例的数据须是整个集合的一项", several=named(several))
            yield "multi-instance", several, sentence


def _of_bindings(model: Model, callable_: etree._Element) -> Iterator[Broken]:
    for binding in callable_.iterfind(f"{BPMN}ioBinding"):
        operation = model.find(binding.get("operationRef"), "operation")
        if operation is None:
            continue
        for side, child in (("inputDataRef", "inMessageRef"), ("outputDataRef", "outMessageRef")):
            message = model.find(operation.findtext(f"{BPMN}{child}"), "message")
            held = model.find(binding.get(side), "dataInput", "dataOutput")
            if message is None or held is None:
                continue
            if _structure(model, message.get("itemRef")) != _item(model, held):
                sentence = gettext("{callable}绑定的数据与操作的消息的数据定义不同", callable=named(callable_))
                yield "binding", callable_, sentence


def _of_callables(model: Model) -> Iterator[Broken]:
    for each in model.all("process", *GLOBAL_TASKS):
        bindings = each.findall(f"{BPMN}ioBinding")
        if each.find(f"{BPMN}supportedInterfaceRef") is not None and not bindings:
            yield "binding", each, gettext("{element}作为服务提供，须有 ioBinding", element=named(each))
        yield from _of_bindings(model, each)
    for call in model.all("callActivity"):
        called = model.find(local(call.get("calledElement")), "process", *GLOBAL_TASKS)
        if called is None:
            continue
        ours, theirs = call.find(f"{BPMN}ioSpecification"), called.find(f"{BPMN}ioSpecification")
        for what in ("dataInput", "dataOutput"):
            one, other = (
                sorted(str(_item(model, each)) for each in io.findall(f"{BPMN}{what}")) if io is not None else []
                for io in (ours, theirs)
            )
            if one != other:
                yield "called-data", call, gettext("{call}的数据与所调用的流程的不同", call=named(call))
