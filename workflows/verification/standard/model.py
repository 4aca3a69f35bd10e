"""A file of BPMN by the names of its elements: what refers to what, which definitions an event has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from lxml import etree

from workflows.reading import BPMN, local
from workflows.translation import gettext, quoted

Broken = tuple[str, etree._Element, str]  # the rule, the element, the sentence

TASKS = (
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
)  # fmt: skip
INSIDES = ("subProcess", "transaction", "adHocSubProcess")
ACTIVITIES = (*TASKS, *INSIDES, "callActivity")
CHOREOGRAPHY = ("choreographyTask", "callChoreography", "subChoreography")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
THROWING = ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")
EVENTS = (*CATCHING, *THROWING)
NODES = (*ACTIVITIES, *GATEWAYS, *EVENTS, *CHOREOGRAPHY)
SCOPES = ("process", *INSIDES)
ARTIFACTS = ("textAnnotation", "group", "association")
GLOBAL_TASKS = ("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask")
DEFINITIONS = (
    "message", "timer", "error", "escalation", "cancel", "compensate", "signal", "terminate", "conditional", "link",
)  # fmt: skip
ITEM_AWARE = ("dataInput", "dataOutput", "dataObject", "dataObjectReference", "dataStoreReference", "property")
TRUE = ("true", "1")


def tag_of(element: etree._Element) -> str:
    """The local name of an element of BPMN, nothing for any other."""
    tag = element.tag
    return tag[len(BPMN) :] if isinstance(tag, str) and tag.startswith(BPMN) else ""


def named(element: etree._Element) -> str:
    """How a sentence calls an element."""
    while element is not None and not (element.get("id") or element.get("name")):
        element = element.getparent()
    return quoted(element.get("name"), element.get("id")) if element is not None else gettext("文件")


def text_of(element: etree._Element, child: str) -> str:
    """What the child of that name says, nothing without one."""
    return (element.findtext(f"{BPMN}{child}") or "").strip()


def texts_of(element: etree._Element, child: str) -> list[str]:
    """What each child of that name refers to."""
    return [local(each.text) for each in element.iterfind(f"{BPMN}{child}")]


class Model:
    """The elements of one file, by what they are and by id."""

    def __init__(self, root: etree._Element, known: Collection[str]) -> None:
        self.root, self.known = root, set(known)
        self._by_tag: dict[str, list[etree._Element]] = {}
        self._by_id: dict[str, etree._Element] = {}
        for element in root.iter(f"{BPMN}*"):
            self._by_tag.setdefault(tag_of(element), []).append(element)
            if element.get("id"):
                self._by_id.setdefault(element.get("id"), element)
        # a file that lists the flows of its nodes at all lists them all; many tools leave the lists out
        self.lists_flows = any(True for _ in self.all("incoming", "outgoing"))
        self.flows_into: dict[str, list[etree._Element]] = {}
        self.flows_from: dict[str, list[etree._Element]] = {}
        for flow in self.all("sequenceFlow"):
            self.flows_into.setdefault(local(flow.get("targetRef")), []).append(flow)
            self.flows_from.setdefault(local(flow.get("sourceRef")), []).append(flow)

    def all(self, *tags: str) -> Iterator[etree._Element]:
        """Every element of these kinds, in the order of kinds and of the file."""
        for tag in tags:
            yield from self._by_tag.get(tag, ())

    def find(self, reference: str | None, *tags: str) -> etree._Element | None:
        """The element a reference names, if it is of one of these kinds."""
        found = self._by_id.get(local(reference))
        return found if found is not None and (not tags or tag_of(found) in tags) else None

    def key_of(self, element: etree._Element) -> str | None:
        """The id by which a finding names an element: its own or that of the nearest around it."""
        around: etree._Element | None = element
        while around is not None and not around.get("id"):
            around = around.getparent()
        return around.get("id") if around is not None else None

    def ins(self, node: etree._Element) -> list[etree._Element]:
        """The sequence flows into a node."""
        return self.flows_into.get(node.get("id") or "", [])

    def outs(self, node: etree._Element) -> list[etree._Element]:
        """The sequence flows out of a node."""
        return self.flows_from.get(node.get("id") or "", [])

    def definitions(self, event: etree._Element) -> list[etree._Element]:
        """The event definitions of an event, its own and those it refers to."""
        own = [each for each in event if tag_of(each).endswith("EventDefinition")]
        named_ = [self.find(each.text) for each in event.iterfind(f"{BPMN}eventDefinitionRef")]
        return [*own, *(each for each in named_ if each is not None)]

    def kinds(self, event: etree._Element) -> list[str]:
        """What the definitions of an event are: message, timer, …"""
        return [tag_of(each).removesuffix("EventDefinition") for each in self.definitions(event)]

    def is_executable(self, element: etree._Element) -> bool:
        """Does the element stand in a process that is to be run?"""
        process = ancestor(element, "process")
        return process is not None and process.get("isExecutable") in TRUE

    @property
    def any_executable(self) -> bool:
        """Is any process of the file to be run?"""
        return any(each.get("isExecutable") in TRUE for each in self.all("process"))


def ancestor(element: etree._Element, *tags: str) -> etree._Element | None:
    """The nearest element around it that is one of these."""
    around = element.getparent()
    while around is not None and tag_of(around) not in tags:
        around = around.getparent()
    return around


def children(scope: etree._Element, tags: Iterable[str]) -> Iterator[etree._Element]:
    """The elements of these kinds directly in a scope."""
    wanted = set(tags)
    return (each for each in scope if tag_of(each) in wanted)
