"""Slips of the pen are found and tied to their element; what is no diagram is refused with a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import workflows
from tests.workflows.drawing import HEAD, border, drawing, event, inside, node, one, sketch, task

SHELF = Path(__file__).parents[2] / "bpmn"
FINE = drawing(sketch("p", "start > a > end"))


def found(source: bytes, **known: set[str]) -> set[tuple[str, str, str | None]]:
    (report,) = workflows.verify({"drawn.bpmn": source}, **known)
    return {(each.rule, each.severity, each.element) for each in report.findings}


def operated(operation: str) -> str:
    return node(
        "serviceTask",
        "serve",
        "<bpmn:extensionElements><spiffworkflow:serviceTaskOperator "
        f'id="{operation}"><spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>',
    )


def house(lane: str, *own: tuple[str, str], flows: str = "start > ask > end") -> bytes:
    """One task in a lane of the house, with properties of its own."""
    values = "".join(f'<spiffworkflow:property name="{name}" value="{value}" />' for name, value in own)
    held = f"<spiffworkflow:properties>{values}</spiffworkflow:properties>"
    drawn = sketch("p", flows, task("ask", f"<bpmn:extensionElements>{held}</bpmn:extensionElements>"))
    opening, rest = drawn.split(">", 1)
    return drawing(f"{opening}>{lane}{rest}")


def lane(role: str, *tasks: str) -> str:
    references = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in tasks)
    return (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="the_lane" name="学校"><bpmn:extensionElements>'
        f'<spiffworkflow:properties><spiffworkflow:property name="role" value="{role}" /></spiffworkflow:properties>'
        f"</bpmn:extensionElements>{references}</bpmn:lane></bpmn:laneSet>"
    )


def placed(order: str) -> str:
    """Where the process says it stands in the list of what may be started."""
    return (
        "<bpmn:extensionElements><spiffworkflow:properties>"
        f'<spiffworkflow:property name="start_order" value="{order}" />'
        "</spiffworkflow:properties></bpmn:extensionElements>"
    )


OURS = lane("applicant", "ask")
FLAWED = {
    "no start": (one("a > end"), ("no-start", "error", "p")),
    "no end": (one("start > a"), ("no-end", "error", "p")),
    "a task after which nothing comes": (one("start > xor1 > a; xor1 > end"), ("dead-end", "error", "a")),
    "out of reach": (one("start > a > end; b > c > end"), ("unreachable", "error", "c")),
    "a flow to nowhere": (FINE.replace(b'targetRef="end"', b'targetRef="gone"'), ("loose-flow", "error", "p_1")),
    "a flow into a sub-process": (
        one("start > sub > end", inside("sub", "start_in > inner > end_in")).replace(
            b'targetRef="end"', b'targetRef="inner"'
        ),
        ("loose-flow", "error", "p_1"),
    ),
    "an id twice": (FINE.replace(b'id="end"', b'id="start"'), ("duplicate-id", "error", "start")),
    "no name": (one("start > a > end", node("task", "a")), ("no-name", "warning", "a")),
    "a choice without condition": (
        one("start > xor1 > a > end; xor1 > end").replace(b"conditionExpression", b"documentation"),
        ("no-condition", "error", "p_1"),
    ),
    "a choice that may have no way": (one("start > xor1 > a > end; xor1 > end"), ("no-default", "warning", "xor1")),
    "a default that is not there": (
        one("start > xor1 > a > end; xor1 > end", node("exclusiveGateway", "xor1", default="gone")),
        ("default", "error", "xor1"),
    ),
    "a default with a condition": (
        one("start > xor1 > a > end; xor1 > end", node("exclusiveGateway", "xor1", default="p_1")),
        ("condition", "warning", "p_1"),
    ),
    "conditions behind a parallel gateway": (
        one("start > or1 > a > end; or1 > end2").replace(b"inclusiveGateway", b"parallelGateway"),
        ("condition", "warning", "or1"),
    ),
    "a condition that calls": (
        one("start > xor1 > a > end; xor1 > end").replace(b"choice == 1", b"__import__('os')"),
        ("condition", "error", "p_1"),
    ),
    "two flows out of a task": (one("start > a > end; a > b > end"), ("implicit-split", "error", "a")),
    "the same flow twice": (one("start > a > end; start > a"), ("double-flow", "warning", "start")),
    "a border without a way out": (one("start > a > end", border("late", "a", "timer")), ("border", "error", "late")),
    "a border of nothing": (
        one("start > a > end; late > end", border("late", "gone", "message")),
        ("border", "error", "late"),
    ),
    "an error that does not interrupt": (
        one("start > a > end; late > end", border("late", "a", "error", cancel=False)),
        ("border", "error", "late"),
    ),
    "a cancelled task that is no transaction": (
        one("start > a > end; late > end", border("late", "a", "cancel")),
        ("border", "error", "late"),
    ),
    "a border that waits for nothing": (
        one("start > a > end; late > end", node("boundaryEvent", "late", attachedToRef="a")),
        ("no-definition", "error", "late"),
    ),
    "a message that is not named": (
        one("start > hear > end", event("intermediateCatchEvent", "hear", "message")),
        ("no-definition", "warning", "hear"),
    ),
    "a message that is not defined": (
        one("start > hear > end", event("intermediateCatchEvent", "hear", "message:gone")),
        ("no-definition", "error", "hear"),
    ),
    "an error that is not defined": (
        one("start > a > end; bad > end", border("bad", "a", "error:gone")),
        ("no-definition", "error", "bad"),
    ),
    "an event gateway before a task": (one("start > events1 > a > end"), ("event-gateway", "error", "events1")),
    "a link to nowhere": (
        one("start > off", event("intermediateThrowEvent", "off", "link:far")),
        ("link", "error", "off"),
    ),
    "a link from nowhere": (
        one("start > end; on > end", event("intermediateCatchEvent", "on", "link:far")),
        ("link", "error", "on"),
    ),
    "a start with a way in": (one("start > a > xor1 > end; xor1 > start"), ("start-event", "error", "start")),
    "an end with a way out": (one("start > end > a > end2"), ("end-event", "error", "end")),
    "a sub-process that waits to start": (
        one("start > sub > end", inside("sub", "s > a > end_in", event("startEvent", "s", "message"))),
        ("start-event", "error", "s"),
    ),
    "two plain starts": (one("start > a > end; start2 > a"), ("several-starts", "warning", "start2")),
    "a gateway for nothing": (one("start > xor1 > end"), ("superfluous", "info", "xor1")),
    "no process at all": (f"{HEAD}</bpmn:definitions>".encode(), ("empty", "error", None)),
    "a script": (one("start > do > end", node("scriptTask", "do")), ("unsupported", "error", "do")),
    "a script before a task": (
        one("start > a > end", task("a", "<bpmn:extensionElements><spiffworkflow:preScript>x = 1"
                                         "</spiffworkflow:preScript></bpmn:extensionElements>")),
        ("script", "error", "a"),
    ),
    "a timer": (one("start > a > end; late > end", border("late", "a", "timer")), ("unsupported", "error", "late")),
    "a complex gateway": (
        one("start > any > a > end; any > end", node("complexGateway", "any")),
        ("unsupported", "error", "any"),
    ),
    "a business rule": (one("start > rule > end", node("businessRuleTask", "rule")), ("unsupported", "error", "rule")),
    "a service without operation": (
        one("start > serve > end", node("serviceTask", "serve")),
        ("no-operation", "error", "serve"),
    ),
    "nobody's task in a drawing of ours": (
        house(lane("applicant", "other"), ("duty", "approver")),
        ("lane", "error", "ask"),
    ),
    "nobody's task in a foreign drawing": (one("start > a > end"), ("lane", "warning", "a")),
    "an office that does not exist": (house(lane("headmaster", "ask")), ("lane", "error", "the_lane")),
    "a deadline that is no number": (house(OURS, ("working_days", "soon")), ("number", "error", "ask")),
    "an outcome that does not exist": (house(OURS, ("outcomes", "agree,perhaps")), ("outcome", "error", "ask")),
    "outcomes that nobody asks for": (house(OURS, ("outcomes", "agree,refuse")), ("outcome", "warning", "ask")),
    "a refusal that goes the way of consent": (
        house(OURS, ("outcomes", "agree,refuse"), flows="start > ask > xor1 > end; xor1 > end2")
        .replace(b"choice == 2", b'outcome == "send_back"').replace(b"choice == 3", b'outcome != "send_back"'),
        ("outcome", "error", "xor1"),
    ),
    "a condition that waits for a slip of the pen": (
        house(OURS, flows="start > ask > xor1 > end; xor1 > end2").replace(b"choice == 2", b'outcome == "agreed"'),
        ("condition", "error", "p_2"),
    ),
    "a return to somebody who never sent back": (
        house(OURS, ("returns_as", "school"), flows="start > ask > xor1 > end; xor1 > end2").replace(
            b"choice == 2", b'returned_by in ["school", "bureau"]'
        ),
        ("condition", "error", "p_2"),
    ),
    "an outcome without a way": (
        house(OURS, ("outcomes", "agree,refuse"), flows="start > ask > xor1 > end; xor1 > end2")
        .replace(b"choice == 2", b'outcome == "agree"').replace(b"choice == 3", b'outcome == "send_back"'),
        ("outcome", "error", "xor1"),
    ),
    "a property that nobody reads": (house(OURS, ("colour", "red")), ("property", "error", "ask")),
    "a lane's property on a task": (house(OURS, ("role", "applicant")), ("property", "error", "ask")),
    "a property of a start": (
        house(OURS).replace(
            b'<bpmn:startEvent id="start" name="start" />',
            b'<bpmn:startEvent id="start" name="start"><bpmn:extensionElements><spiffworkflow:properties>'
            b'<spiffworkflow:property name="outcome" value="agreed" /></spiffworkflow:properties>'
            b"</bpmn:extensionElements></bpmn:startEvent>",
        ),
        ("property", "error", "start"),
    ),
    "a property that nobody reads, in a foreign drawing": (
        house("", ("colour", "red")),
        ("property", "warning", "ask"),
    ),
    "a place that is no number": (house(placed("first") + OURS), ("property", "error", "p")),
    "a kind of task that does not exist": (house(OURS, ("kind", "repairs")), ("property", "error", "ask")),
    "a duty that does not exist": (house(OURS, ("duty", "headmaster")), ("property", "error", "ask")),
    "a state of the case that does not exist": (house(OURS, ("status", "asleep")), ("property", "error", "ask")),
    "a confirmation of nobody's side": (house(OURS, ("kind", "confirmation")), ("property", "error", "ask")),
    "a confirmation of a side that does not exist": (
        house(OURS, ("kind", "confirmation"), ("side", "there")),
        ("property", "error", "ask"),
    ),
    "a button of an outcome that the task has not": (
        house(OURS, ("button.refuse", "不再办理")),
        ("words", "error", "ask"),
    ),
    "the record of an outcome that the task has not": (
        house(OURS, ("record.refuse", "不再办理")),
        ("words", "error", "ask"),
    ),
    "a button without words": (house(OURS, ("button.agree", " ")), ("words", "error", "ask")),
    "an outcome whose button has no words of its own": (
        house(OURS, ("outcomes", "acknowledge")),
        ("words", "error", "ask"),
    ),
}  # fmt: skip
FLAWLESS = {
    "words of its own": house(OURS, ("outcomes", "acknowledge"), ("button.acknowledge", "提出意见")),
    "a place": house(placed("12") + OURS),
    "a repair": house(OURS, ("kind", "repair"), ("status", "repairing"), ("duty", "operator")),
    "a confirmation": house(OURS, ("kind", "confirmation"), ("side", "here"), ("record.agree", "已确认")),
}


@pytest.mark.parametrize("name", FLAWLESS)
def test_what_is_known_is_no_flaw(name: str) -> None:
    assert not {rule for rule, _severity, _element in found(FLAWLESS[name])} & {"property", "words"}


@pytest.mark.parametrize("name", FLAWED)
def test_the_flaw_is_found_at_its_element(name: str) -> None:
    source, finding = FLAWED[name]

    assert finding in found(source)
    assert finding not in found(FINE) or name == "nobody's task in a foreign drawing"


def test_every_finding_is_a_chinese_sentence() -> None:
    for source, _ in FLAWED.values():
        for report in workflows.verify({"drawn.bpmn": source}):
            for each in report.findings:
                assert re.search("[一-鿿]", each.message), each


def test_an_operation_the_house_does_not_offer_is_found_only_where_the_house_is_known() -> None:
    source = one("start > serve > end", operated("archive/pull"))
    unknown = ("no-operation", "error", "serve")

    assert unknown not in found(source)
    assert unknown not in found(source, operations={"archive/pull"})
    assert unknown in found(source, operations={"archive/burn"})
