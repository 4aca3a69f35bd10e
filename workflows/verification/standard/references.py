"""References: each names something that is there, and something of the right kind."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import BPMN, local
from workflows.translation import gettext
from workflows.verification.standard.model import (
    ACTIVITIES,
    CHOREOGRAPHY,
    EVENTS,
    GLOBAL_TASKS,
    ITEM_AWARE,
    NODES,
    Broken,
    Model,
    named,
    tag_of,
)

DATA = (*ITEM_AWARE, "dataStore")
DEFINITION = tuple(
    f"{each}EventDefinition"
    for each in ("message", "timer", "error", "escalation", "cancel", "compensate", "signal", "terminate",
                 "conditional", "link")
)  # fmt: skip
# by attribute or element, what it may name; nothing where everything will do
TARGETS: dict[str, tuple[str, ...]] = {
    "processRef": ("process",),
    "messageRef": ("message",),
    "inMessageRef": ("message",),
    "outMessageRef": ("message",),
    "errorRef": ("error",),
    "escalationRef": ("escalation",),
    "signalRef": ("signal",),
    "interfaceRef": ("interface",),
    "supportedInterfaceRef": ("interface",),
    "attachedToRef": ACTIVITIES,
    "activityRef": ACTIVITIES,
    "default": ("sequenceFlow",),
    "incoming": ("sequenceFlow",),
    "outgoing": ("sequenceFlow",),
    "flowNodeRef": NODES,
    "dataObjectRef": ("dataObject",),
    "dataStoreRef": ("dataStore",),
    "itemSubjectRef": ("itemDefinition",),
    "itemRef": ("itemDefinition",),
    "eventDefinitionRef": DEFINITION,
    "dataInputRefs": ("dataInput",),
    "optionalInputRefs": ("dataInput",),
    "whileExecutingInputRefs": ("dataInput",),
    "dataOutputRefs": ("dataOutput",),
    "optionalOutputRefs": ("dataOutput",),
    "whileExecutingOutputRefs": ("dataOutput",),
    "inputSetRefs": ("inputSet",),
    "outputSetRefs": ("outputSet",),
    "loopDataInputRef": DATA,
    "loopDataOutputRef": DATA,
    "inputDataRef": ("dataInput", "inputSet"),
    "outputDataRef": ("dataOutput", "outputSet"),
    "categoryValueRef": ("categoryValue",),
    "participantRef": ("participant",),
    "innerParticipantRef": ("participant",),
    "outerParticipantRef": ("participant",),
    "initiatingParticipantRef": ("participant",),
    "choreographyRef": ("choreography", "globalChoreographyTask"),
    "definitionalCollaborationRef": ("collaboration", "globalConversation", "choreography"),
    "calledCollaborationRef": ("collaboration", "globalConversation"),
    "correlationPropertyRef": ("correlationProperty",),
    "correlationKeyRef": ("correlationKey",),
    "messageFlowRef": ("messageFlow",),
    "innerMessageFlowRef": ("messageFlow",),
    "outerMessageFlowRef": ("messageFlow",),
    "resourceRef": ("resource",),
    "parameterRef": ("resourceParameter",),
    "partitionElementRef": (),
    "endPointRef": ("endPoint",),
}
ENDS = ("sourceRef", "targetRef")
OF_ENDS: dict[str, tuple[str, ...]] = {
    "sequenceFlow": NODES,
    "messageFlow": (*ACTIVITIES, *EVENTS, *CHOREOGRAPHY, "participant", "conversation", "callConversation"),
    "association": (),
    "dataInputAssociation": DATA,
    "dataOutputAssociation": DATA,
    "conversationLink": (),
}


def broken(model: Model) -> Iterator[Broken]:
    """References to nothing, or to something of another kind."""
    imported = {each.get("namespace") for each in model.root.iterfind(f"{BPMN}import")}
    for element in model.root.iter(f"{BPMN}*"):
        for name, reference, where in _references(element):
            if not _is_elsewhere(where, reference, model, imported):
                yield from _of_reference(model, element, name, reference)
    for call in model.all("callActivity"):
        called = call.get("calledElement")
        if called and not _is_elsewhere(call, called, model, imported) and local(called) not in model.known:
            target = model.find(called)
            if target is not None and tag_of(target) not in ("process", *GLOBAL_TASKS):
                yield "reference", call, gettext("{call}调用的 {called} 不是流程", call=named(call), called=called)


def _references(element: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """Attributes and children of an element that refer to something: name, reference, where it stands."""
    for name, value in element.attrib.items():
        if name in TARGETS or (name in ENDS and tag_of(element) in OF_ENDS):
            yield name, str(value), element
    for child in element:
        name = tag_of(child)
        is_end = name in ENDS and tag_of(element) in OF_ENDS
        if (name in TARGETS or is_end) and not len(child) and (child.text or "").strip():
            yield name, str(child.text).strip(), child


def _is_elsewhere(element: etree._Element, reference: str, model: Model, imported: set[str | None]) -> bool:
    """Does a reference lead into another, imported namespace?"""
    prefix = reference.rpartition(":")[0]
    if not prefix:
        return False
    space = element.nsmap.get(prefix)
    return space is not None and space != model.root.get("targetNamespace") and space in imported


def _of_reference(model: Model, element: etree._Element, name: str, reference: str) -> Iterator[Broken]:
    allowed = OF_ENDS[tag_of(element)] if name in ENDS else TARGETS[name]
    target = model.find(reference)
    if target is None:
        if name != "partitionElementRef":
            sentence = gettext(
                "{element}的 {name} 指向不存在的 {reference}",
                element=named(element),
                name=name,
                reference=reference,
            )
            yield "reference", element, sentence
    elif allowed and tag_of(target) not in allowed:
        sentence = gettext(
            "{element}的 {name} 指向的 {reference} 不是所要的元素（{tag}）",
            element=named(element),
            name=name,
            reference=reference,
            tag=tag_of(target),
        )
        yield "reference", element, sentence
