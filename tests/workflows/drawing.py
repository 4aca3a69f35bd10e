"""Small diagrams drawn in the test: elements and flows as text, everything done by the receiving school."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import workflows
from workflows.diagrams import _compiled

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="http://t">'
)
ROLE = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="role" value="receiving_school" />'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)


def process(key: str, elements: str, *flows: str) -> str:
    """A process; a flow is `source target`, with a condition after it where it has one."""
    tasks = re.findall(r'<bpmn:userTask id="(\w+)"', elements)
    lane = "".join(f"<bpmn:flowNodeRef>{task}</bpmn:flowNodeRef>" for task in tasks)
    return (
        f'<bpmn:process id="{key}" isExecutable="true"><bpmn:laneSet id="{key}_lanes">'
        f'<bpmn:lane id="{key}_lane" name="学校">{ROLE}{lane}</bpmn:lane></bpmn:laneSet>'
        f"{elements}{_flows(key, flows)}</bpmn:process>"
    )


def _flows(key: str, flows: tuple[str, ...]) -> str:
    drawn = ""
    for number, flow in enumerate(flows):
        source, target, *condition = flow.split(" ", 2)
        inside = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition[0]}</bpmn:conditionExpression>'
            if condition
            else ""
        )
        drawn += f'<bpmn:sequenceFlow id="{key}_{number}" sourceRef="{source}" targetRef="{target}">{inside}'
        drawn += "</bpmn:sequenceFlow>"
    return drawn


def sub_process(key: str, elements: str, *flows: str) -> str:
    """An embedded sub-process."""
    return f'<bpmn:subProcess id="{key}">{elements}{_flows(key, flows)}</bpmn:subProcess>'


def task(key: str, inside: str = "") -> str:
    """A user task."""
    return f'<bpmn:userTask id="{key}" name="{key}">{inside}</bpmn:userTask>'


def node(kind: str, key: str, inside: str = "", **attributes: str) -> str:
    """Any other element."""
    drawn = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{kind} id="{key}"{drawn}>{inside}</bpmn:{kind}>'


def message(key: str, name: str) -> str:
    """A message event definition."""
    return f'<bpmn:messageEventDefinition id="{key}" messageRef="message_{name}" />'


def compiled(*processes: str, messages: tuple[str, ...] = ()) -> workflows.Diagrams:
    """The diagrams of these processes; the first one runs."""
    declared = "".join(f'<bpmn:message id="message_{name}" name="{name}" />' for name in messages)
    key = re.search(r'<bpmn:process id="(\w+)"', processes[0])
    assert key is not None
    source = f"{HEAD}{declared}{''.join(processes)}</bpmn:definitions>"
    return workflows.compile_diagrams({"drawn.bpmn": source.encode()}, key[1])


def as_in_another_process(compile_again: Callable[[], workflows.Diagrams]) -> workflows.Diagrams:
    """The same diagrams compiled anew, sharing nothing with the first."""
    _compiled.cache_clear()
    return compile_again()


START, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'

OPEN, STUCK, CROWDED, BOTH = (True, True), (True, False), (False, True), (False, False)  # (safe, sound)
Drawn = tuple[tuple[bool, bool], bytes]  # what is to be said of it, and the file

KINDS = {
    "start": "startEvent",
    "end": "endEvent",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "events": "eventBasedGateway",
}


def sketch(key: str, flows: str, *elements: str, tag: str = "process") -> str:
    """A process from `start > xor1 > a > end; xor1 > b > end`: what a name begins with says what it is, else a task.

    elements -- what needs more than a name, drawn by `node`, `task` or `inside`.
    """
    drawn = {name for element in elements for name in re.findall(r'^<bpmn:\w+ id="(\w+)"', element)}
    pairs: list[tuple[str, str]] = []
    names: dict[str, None] = {}
    for path in flows.split(";"):
        steps = [each.strip() for each in path.split(">") if each.strip()]
        names.update(dict.fromkeys(steps))
        pairs += itertools.pairwise(steps)
    plain = "".join(_plain(name) for name in names if name not in drawn)
    lines = "".join(_line(key, number, pair, pairs) for number, pair in enumerate(pairs))
    attributes = ' isExecutable="true"' if tag == "process" else ""
    return f'<bpmn:{tag} id="{key}"{attributes}>{"".join(elements)}{plain}{lines}</bpmn:{tag}>'


def _plain(name: str) -> str:
    kind = KINDS.get(re.match(r"[a-z]*", name)[0], "task")  # type: ignore[index]
    return f'<bpmn:{kind} id="{name}" name="{name}" />'


def _line(key: str, number: int, pair: tuple[str, str], pairs: list[tuple[str, str]]) -> str:
    source, target = pair
    choice = source.startswith(("xor", "or")) and sum(one == source for one, _ in pairs) > 1
    formal = 'conditionExpression xsi:type="bpmn:tFormalExpression"'
    condition = f"<bpmn:{formal}>choice == {number}</bpmn:conditionExpression>" if choice else ""
    return (
        f'<bpmn:sequenceFlow id="{key}_{number}" sourceRef="{source}" targetRef="{target}">{condition}'
        "</bpmn:sequenceFlow>"
    )


def inside(key: str, flows: str, *elements: str, tag: str = "subProcess", more: str = "") -> str:
    """An embedded sub-process from a sketch; `more` stands first in it (its loop, its properties)."""
    drawn = sketch(key, flows, *elements, tag=tag)
    opening, rest = drawn.split(">", 1)
    return f"{opening}>{more}{rest}"


def event(kind: str, key: str, definition: str, **attributes: str) -> str:
    """An event with a definition, `message:order` or `timer`: the part after the colon is what it refers to."""
    what, _, reference = definition.partition(":")
    attribute = f' {what}Ref="{reference}"' if reference and what != "link" else ""
    attribute += f' name="{reference}"' if what == "link" else ""
    return node(kind, key, f'<bpmn:{what}EventDefinition id="{key}_definition"{attribute} />', **attributes)


def border(key: str, host: str, definition: str, cancel: bool = True) -> str:
    """An event at the border of an activity."""
    return event("boundaryEvent", key, definition, attachedToRef=host, cancelActivity=str(cancel).lower())


def drawing(*processes: str, talks: str = "", extra: str = "") -> bytes:
    """A file of processes; with talks (`one.send > other.receive; …`) each is a pool and these are message flows."""
    pools = ""
    keys = [re.match(r'<bpmn:process id="(\w+)"', each) for each in processes]
    if talks:
        pools = "".join(f'<bpmn:participant id="pool_{k[1]}" processRef="{k[1]}" />' for k in keys if k)
        for number, talk in enumerate(each for each in talks.split(";") if each.strip()):
            source, target = (each.strip() for each in talk.split(">"))
            pools += f'<bpmn:messageFlow id="talk_{number}" sourceRef="{source}" targetRef="{target}" />'
        pools = f'<bpmn:collaboration id="talking">{pools}</bpmn:collaboration>'
    return f"{HEAD}{pools}{''.join(processes)}{extra}</bpmn:definitions>".encode()


LOOP = "<bpmn:standardLoopCharacteristics />"
SEVERAL = "<bpmn:multiInstanceLoopCharacteristics{}>{}</bpmn:multiInstanceLoopCharacteristics>"


def several(constant: int | None = None, one_by_one: bool = False) -> str:
    """Multi-instance markers: any number, or a constant one."""
    count = f"<bpmn:loopCardinality>{constant}</bpmn:loopCardinality>" if constant is not None else ""
    return SEVERAL.format(' isSequential="true"' if one_by_one else "", count)


def loop(most: int | None = None, *, test_before: bool = False, condition: str = "") -> str:
    """A standard loop of at most so many rounds, as long as the condition holds."""
    tag = "bpmn:standardLoopCharacteristics"
    bound = "" if most is None else f' loopMaximum="{most}"'
    asked = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    return f'<{tag}{bound} testBefore="{str(test_before).lower()}">{asked}</{tag}>'


def one(flows: str, *elements: str) -> bytes:
    """A file with one process."""
    return drawing(sketch("p", flows, *elements))


def two(first: str, second: str, talks: str, *elements: str) -> bytes:
    """Two pools; elements go to the pool whose flows name them."""
    drawn = {element.split('id="', 1)[1].split('"', 1)[0]: element for element in elements}
    named = [{each.strip() for path in flows.split(";") for each in path.split(">")} for flows in (first, second)]
    sides = [
        sketch(key, flows, *(drawn[name] for name in drawn if name in names or _host(drawn[name]) in names))
        for key, flows, names in (("p", first, named[0]), ("q", second, named[1]))
    ]
    return drawing(*sides, talks=talks)


def _host(element: str) -> str:
    return element.split('attachedToRef="', 1)[1].split('"', 1)[0] if "attachedToRef" in element else ""


def send(key: str) -> str:
    """A task that sends."""
    return node("sendTask", key, name=key)


def receive(key: str) -> str:
    """A task that waits for a message."""
    return node("receiveTask", key, name=key)


def message_start(key: str) -> str:
    """A start by message."""
    return event("startEvent", key, "message")


def terminate(key: str) -> str:
    """An end that ends everything in its scope."""
    return node("endEvent", key, "<bpmn:terminateEventDefinition />")


def with_ends(*keys: str) -> tuple[str, ...]:
    """Ends that send."""
    return tuple(event("endEvent", key, "message") for key in keys)


def event_sub(key: str, flows: str, *elements: str) -> str:
    """An event sub-process."""
    return inside(key, flows, *elements).replace("<bpmn:subProcess ", '<bpmn:subProcess triggeredByEvent="true" ', 1)


def housed(flows: str, *elements: str) -> str:
    """A sketch of a process whose tasks are all done by the receiving school."""
    drawn = sketch("p", flows, *elements)
    keys = re.findall(r'<bpmn:(?:userT|t)ask id="(\w+)"', drawn)
    tasks = "".join(f"<bpmn:flowNodeRef>{key}</bpmn:flowNodeRef>" for key in keys)
    opening, rest = drawn.split(">", 1)
    return f'{opening}><bpmn:laneSet id="lanes"><bpmn:lane id="lane">{ROLE}{tasks}</bpmn:lane></bpmn:laneSet>{rest}'
