"""What the standard forbids is found by its rule at its element; what it allows is not, however little we like it."""

from __future__ import annotations

from pathlib import Path

import pytest

import workflows
from tests.workflows.drawing import (
    border,
    drawing,
    event,
    event_sub,
    inside,
    node,
    one,
    receive,
    send,
    sketch,
    task,
    two,
)
from workflows.__main__ import main

FINE = one("start > a > end")
LISTED = node("startEvent", "start", "<bpmn:outgoing>{}</bpmn:outgoing>")
DATA = (
    '<bpmn:ioSpecification id="io"><bpmn:dataInput id="in1" itemSubjectRef="{}" /><bpmn:dataInput id="in2" />'
    "<bpmn:inputSet>{}</bpmn:inputSet><bpmn:outputSet /></bpmn:ioSpecification>"
)
NOTHING = '<bpmn:ioSpecification id="io"><bpmn:inputSet /><bpmn:outputSet /></bpmn:ioSpecification>'
ITEMS = (
    '<bpmn:itemDefinition id="text" structureRef="string" /><bpmn:itemDefinition id="number" structureRef="int" />'
    '<bpmn:message id="m" name="m" itemRef="text" /><bpmn:escalation id="up" /><bpmn:interface id="i" name="i">'
    '<bpmn:operation id="o" name="o"><bpmn:inMessageRef>m</bpmn:inMessageRef></bpmn:operation></bpmn:interface>'
)


def extra(flows: str, *elements: str) -> bytes:
    return drawing(sketch("p", flows, *elements), extra=ITEMS)


def gateway(direction: str, flows: str) -> bytes:
    return one(flows, node("parallelGateway", "and1", gatewayDirection=direction))


def catch(key: str, definition: str = "message") -> str:
    return event("intermediateCatchEvent", key, definition)


def throw(key: str, definition: str) -> str:
    return event("intermediateThrowEvent", key, definition)


def swapped(source: bytes, old: str, new: str) -> bytes:
    assert old.encode() in source
    return source.replace(old.encode(), new.encode(), 1)


SUB = inside("sub", "start_in > inner > end_in")
LINK = '<bpmn:linkEventDefinition id="{0}" name="{0}"><bpmn:{1}>{2}</bpmn:{1}></bpmn:linkEventDefinition>'
WRONG = {
    # --- references and lists
    "a flow to nothing": (swapped(FINE, 'targetRef="end"', 'targetRef="gone"'), "reference"),
    "an error that is not there": (one("start > a > end; c > end", border("c", "a", "error:gone")), "reference"),
    "a message that is a signal": (
        drawing(sketch("p", "start > h > end", catch("h", "message:s")), extra='<bpmn:signal id="s" />'),
        "reference",
    ),
    "a flow to a data object": (
        one("start > a > end; start > d", '<bpmn:dataObject id="d" />'),
        "reference",
    ),
    "a lane of things that are not there": (
        one(
            "start > a > end",
            '<bpmn:laneSet id="l"><bpmn:lane id="l1"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>',
        ),
        "reference",
    ),
    "a start that lists another flow": (one("start > a > end", LISTED.format("p_1")), "incoming-outgoing"),
    "a task that leaves its flow out": (one("start > a > end", LISTED.format("p_0")), "incoming-outgoing"),
    # --- sequence flows
    "a flow out of a sub-process": (
        swapped(
            one("start > sub > end", SUB), 'sourceRef="inner" targetRef="end_in"', 'sourceRef="inner" targetRef="end"'
        ),
        "crossing-flow",
    ),
    "a flow from pool to pool": (
        swapped(
            two("start > ask > end", "start_q > hear_q > end_q", "ask > hear_q", send("ask"), receive("hear_q")),
            'sourceRef="ask" targetRef="end"',
            'sourceRef="ask" targetRef="end_q"',
        ),
        "crossing-flow",
    ),
    "a default flow of somebody else": (
        one("start > a > xor1 > end; xor1 > b > end", node("exclusiveGateway", "xor1", default="p_0")),
        "default-flow",
    ),
    "the only flow of a task has a condition": (
        swapped(FINE, 'targetRef="end">', 'targetRef="end"><bpmn:conditionExpression>x</bpmn:conditionExpression>'),
        "conditional-flow",
    ),
    "conditions behind a parallel gateway": (
        one("start > or1 > a > end; or1 > end").replace(b"inclusiveGateway", b"parallelGateway"),
        "conditional-flow",
    ),
    "an end without a start": (one("a > end"), "no-start"),
    "a start without an end": (one("start > a"), "no-end"),
    "a task without a way in": (one("start > a > end; b > end"), "no-way-in"),
    "a task without a way out": (one("start > and1 > a; and1 > end"), "no-way-out"),
    "a receiving task that starts and is come to": (
        one("start > h > end", node("receiveTask", "h", instantiate="true")),
        "receive-task",
    ),
    # --- gateways
    "a gateway of one and one": (one("start > xor1 > end"), "gateway"),
    "a converging gateway that splits": (
        gateway("Converging", "start > and1 > a > end; and1 > end"),
        "gateway-direction",
    ),
    "a diverging gateway that joins": (
        gateway("Diverging", "start > xor1 > a > and1 > end; xor1 > b > and1"),
        "gateway-direction",
    ),
    "a mixed gateway that only splits": (gateway("Mixed", "start > and1 > a > end; and1 > end"), "gateway-direction"),
    "an event gateway of one": (one("start > events1 > h > end", catch("h")), "event-gateway"),
    "an event gateway before a task": (
        one("start > events1 > a > end; events1 > h > end", catch("h")),
        "event-gateway",
    ),
    "an event gateway before a message and a receiving task": (
        one("start > events1 > h > end; events1 > r > end", catch("h"), receive("r")),
        "event-gateway",
    ),
    "an event with another way in behind an event gateway": (
        one("start > xor1 > events1 > h > end; events1 > t > end; xor1 > h", catch("h"), catch("t", "timer")),
        "event-gateway",
    ),
    # --- events
    "a start that is come to": (one("start > a > xor1 > end; xor1 > start"), "start-event"),
    "an end that is left": (one("start > end > a > end2"), "end-event"),
    "a process that an error starts": (one("s > a > end", event("startEvent", "s", "error")), "event-kind"),
    "a sub-process that a message starts": (
        one("start > sub > end", inside("sub", "s > inner > end_in", event("startEvent", "s", "message"))),
        "event-kind",
    ),
    "an end by timer": (one("start > a > e", event("endEvent", "e", "timer")), "event-kind"),
    "a cancelling end outside a transaction": (one("start > a > e", event("endEvent", "e", "cancel")), "event-kind"),
    "a thrown timer": (one("start > t > end", throw("t", "timer")), "event-kind"),
    "a caught error in the flow": (one("start > h > end", catch("h", "error")), "event-kind"),
    "a caught event that waits for nothing": (
        one("start > h > end", node("intermediateCatchEvent", "h")),
        "event-kind",
    ),
    "a border that an error does not interrupt": (
        one("start > a > end; c > end", border("c", "a", "error", cancel=False)),
        "event-kind",
    ),
    "a border that waits for a link": (one("start > a > end; c > end", border("c", "a", "link:x")), "event-kind"),
    "a border of a task that cancels": (one("start > a > end; c > end", border("c", "a", "cancel")), "border"),
    "a border that is come to": (one("start > a > end; c > end; a > c", border("c", "a", "timer")), "border"),
    "a border that leads nowhere": (one("start > a > end", border("c", "a", "timer")), "border"),
    "a compensation that is not drawn": (one("start > a > end", border("c", "a", "compensate")), "compensation"),
    "an event sub-process in the flow": (
        one("start > sub > end", event_sub("sub", "s > inner > end_in", event("startEvent", "s", "message"))),
        "event-sub-process",
    ),
    "an event sub-process that nothing triggers": (
        one("start > a > end", event_sub("sub", "start_in > end_in")),
        "event-kind",
    ),
    "a link without another end": (
        one("start > off; a > end", node("intermediateThrowEvent", "off", LINK.format("l1", "target", "l2"))),
        "link",
    ),
    "an ad-hoc sub-process with a start": (
        one("start > sub > end", inside("sub", "start_in > inner > end_in", tag="adHocSubProcess")),
        "ad-hoc",
    ),
    # --- pools
    "a message within a pool": (
        drawing(sketch("p", "start > a > h > end", receive("h")), talks="a > h"),
        "message-flow",
    ),
    "a message from an event that only waits": (
        two("start > h > end", "start_q > hear_q > end_q", "h > hear_q", catch("h"), receive("hear_q")),
        "message-flow",
    ),
    "a message to a plain start": (
        two("start > ask > end", "start_q > a_q > end_q", "ask > start_q", send("ask")),
        "message-flow",
    ),
    "a public process that is to be run": (
        swapped(FINE, 'isExecutable="true"', 'isExecutable="true" processType="Public"'),
        "public-process",
    ),
    # --- data
    "an input in no set": (
        extra("start > a > end", task("a", DATA.format("text", "<bpmn:dataInputRefs>in1</bpmn:dataInputRefs>"))),
        "data-sets",
    ),
    "data of a sub-process": (
        one("start > sub > end", inside("sub", "start_in > inner > end_in", more=NOTHING)),
        "data-sets",
    ),
    "a service whose operation has no data": (
        extra("start > s > end", node("serviceTask", "s", operationRef="o")),
        "operation-data",
    ),
    # --- what is to be run
    "a condition in everyday words": (
        one("start > xor1 > a > end; xor1 > end").replace(b' xsi:type="bpmn:tFormalExpression"', b""),
        "expression",
    ),
    "a condition without words": (one("start > xor1 > a > end; xor1 > end").replace(b"choice == 1", b""), "expression"),
    "an escalation without a code": (extra("start > t > end", throw("t", "escalation:up")), "event-data"),
    "a message event without a message": (one("start > h > end", catch("h")), "event-data"),
    "a script without a language": (
        one("start > s > end", node("scriptTask", "s", "<bpmn:script>x</bpmn:script>")),
        "script-format",
    ),
    "several of nothing": (
        one("start > a > end", task("a", "<bpmn:multiInstanceLoopCharacteristics />")),
        "multi-instance",
    ),
    "no token to start": (one("start > a > end", node("userTask", "a", name="a", startQuantity="0")), "quantity"),
    # --- the schema
    "an element that the standard does not know": (
        swapped(FINE, "</bpmn:process>", "<bpmn:wish /></bpmn:process>"),
        "schema",
    ),
    "a value that the schema does not know": (
        swapped(FINE, 'isExecutable="true"', 'isExecutable="perhaps"'),
        "schema",
    ),
}


def standard_rules(source: bytes) -> set[str]:
    (report,) = workflows.verify({"x.bpmn": source})
    return {each.rule for each in report.errors if each.kind == "standard"}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_standard_forbids_is_found(name: str) -> None:
    source, rule = WRONG[name]

    assert rule in standard_rules(source)


RIGHT = {
    "a task": FINE,
    "a choice": one("start > xor1 > a > end; xor1 > end"),
    "no start and no end": one("a > b"),
    "an event gateway": extra(
        "start > events1 > h > a > end; events1 > t > end", catch("h", "message:m"), catch("t", "timer")
    ),
    "a link": one(
        "start > off; on > end",
        node("intermediateThrowEvent", "off", LINK.format("l1", "target", "l2")),
        node("intermediateCatchEvent", "on", LINK.format("l2", "source", "l1")),
    ),
    "a sub-process with a border": extra("start > sub > end; c > end2", SUB, border("c", "sub", "message:m")),
    "an extension of somebody else": swapped(
        FINE,
        "<bpmn:startEvent",
        '<bpmn:extensionElements><x:y xmlns:x="http://x" z="1" /></bpmn:extensionElements><bpmn:startEvent',
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_the_standard_allows_is_no_fault(name: str) -> None:
    assert not standard_rules(RIGHT[name])


IMPORT = '<bpmn:import importType="http://www.omg.org/spec/BPMN/20100524/MODEL" location="{}" namespace="http://far" />'


@pytest.mark.parametrize(
    ("far", "is_fine"),
    [
        (one("start_f > b > end_f"), True),
        (one("start > b > end_f"), True),
        (FINE, False),
        (b"<html/>", False),
        (None, False),
    ],
)
def test_what_a_file_imports_is_there_and_has_other_ids(far: bytes | None, is_fine: bool, tmp_path: Path) -> None:
    near = tmp_path / "near.bpmn"
    near.write_bytes(FINE.replace(b"<bpmn:process", IMPORT.format("far.bpmn").encode() + b"<bpmn:process", 1))
    if far is not None:
        space = b"http://far" if far != FINE else b"http://elsewhere"
        (tmp_path / "far.bpmn").write_bytes(far.replace(b"http://t", space))

    assert (main(["check", str(near)]) == 0) is is_fine
