"""What a process that writes, or ends with an outcome, may draw: followed by the proof, or refused with a way out."""

from __future__ import annotations

import re

import pytest

import workflows
from tests.bpmn.conftest import SHELF
from tests.workflows.drawing import (
    LOOP,
    border,
    compiled,
    drawing,
    event,
    housed,
    inside,
    message,
    node,
    several,
    task,
    terminate,
)
from workflows.policies import Book

DECLARED = (
    '<bpmn:message id="message_m" name="m" /><bpmn:message id="message_n" name="n" />'
    '<bpmn:signal id="fire" name="fire" /><bpmn:error id="bad" errorCode="BAD" />'
    '<bpmn:escalation id="up" escalationCode="UP" />'
)
OUTCOME = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="outcome" value="refused" />'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)
END = node("endEvent", "end", OUTCOME)
STOP = node("boundaryEvent", "stop", message("heard", "m"), attachedToRef="a")
BESIDE = node("boundaryEvent", "stop", message("heard", "m"), attachedToRef="a", cancelActivity="false")
FAILS, FAULT = event("endEvent", "end_err", "error:bad"), border("fault", "sub", "error:bad")
WAITS = node("intermediateCatchEvent", "hear", message("heard", "m"))
OTHER = node("intermediateCatchEvent", "hear2", message("heard2", "n"))
SENDS = node("intermediateThrowEvent", "tell", message("heard", "m"))
CALLED = housed("start_c > b > end_c").replace('id="p"', 'id="called"').replace('id="p_', 'id="c_')
CALLED = CALLED.replace('id="lane', 'id="called_lane')
JOINT = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="outcomes" value="agree,refuse" /><spiffworkflow:property name="joint" value="all" />'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)

REFUSED = {
    "a loop": ("画成由网关回到这里的流向", "start > a > end", [task("a", LOOP)]),
    "a loop of a sub-process": (
        "画成由网关回到这里的流向", "start > sub > end", [inside("sub", "start_in > a > end_in", more=LOOP)]),
    "several at once": ("写明会签规则", "start > a > end", [task("a", several(2))]),
    "one after the other": ("写明会签规则", "start > a > end", [task("a", several(2, one_by_one=True))]),
    "several sub-processes": (
        "写明会签规则", "start > sub > end", [inside("sub", "start_in > a > end_in", more=several(2))]),
    "a signal": ("改用消息事件", "start > cry > a > end", [event("intermediateThrowEvent", "cry", "signal:fire")]),
    "an escalation": (
        "改用错误结束事件和错误边界事件", "start > sub > end",
        [inside("sub", "start_in > a > up1 > end_in", event("intermediateThrowEvent", "up1", "escalation:up"))]),
    "a thrown message": ("改用自动环节", "start > a > tell > end", [SENDS]),
    "a message at the end": ("改用自动环节", "start > a > and1 > end; and1 > over",
                             [node("endEvent", "over", message("heard", "m"))]),
    "a start by a message": ("用没有事件的开始事件", "start_m > a > end",
                             [node("startEvent", "start_m", message("heard", "m"))]),
    "a timer": ("时限写在环节属性里", "start > a > end; late > end", [border("late", "a", "timer")]),
    "a link": ("链接事件", "start > a > there; here > end",
               [event("intermediateThrowEvent", "there", "link"), event("intermediateCatchEvent", "here", "link")]),
}  # fmt: skip
FOLLOWED = {
    "parallel branches": ("start > and1 > a > and2 > end; and1 > b > and2", []),
    "inclusive branches": ("start > or1 > a > or2 > end; or1 > b > or2", []),
    "a message at the border": ("start > a > end; stop > b > end", [STOP]),
    "a message at the border that does not interrupt": ("start > a > end; stop > b > over", [BESIDE]),
    "an error end of a sub-process": (
        "start > sub > end; fault > b > end",
        [inside("sub", "start_in > xor1 > a > end_in; xor1 > end_err", FAILS), FAULT]),
    "a message awaited": ("start > a > hear > end", [WAITS]),
    "one of two messages": ("start > a > events1 > hear > end; events1 > hear2 > b > end", [WAITS, OTHER]),
    "an end that ends everything": ("start > and1 > a > end_t; and1 > b > end", [terminate("end_t")]),
    "a loop by a gateway": ("start > xor2 > a > xor1 > end; xor1 > xor2", []),
    "a joint decision": ("start > a > end", [task("a", JOINT + several(3))]),
    "a call": ("start > call > end", [node("callActivity", "call", calledElement="called")]),
}  # fmt: skip


def source_of(flows: str, elements: list[str]) -> bytes:
    over = [node("endEvent", "over")] if "over" in flows and not any('id="over"' in each for each in elements) else []
    ends = [END] if "> end" in flows else []
    called = [CALLED] if "call" in flows else []
    return drawing(DECLARED + housed(flows, *elements, *ends, *over) + "".join(called))


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_proof_does_not_follow_is_refused_with_what_to_draw_instead(what: str) -> None:
    instead, flows, elements = REFUSED[what]
    source = source_of(flows, elements)

    (report,) = workflows.check({"x.bpmn": source}, book=Book.read(SHELF))
    assert any(each.rule == "unsupported" and instead in each.message for each in report.findings), report.findings
    assert not report.loads
    assert not any(each.rule == "undecided" and each.kind == "policy" for each in report.findings)
    with pytest.raises(workflows.DiagramRefused, match=re.escape(instead)):
        workflows.compile_diagrams({"x.bpmn": source}, "p")


@pytest.mark.parametrize("what", FOLLOWED)
def test_everything_else_is_followed(what: str) -> None:
    source = source_of(*FOLLOWED[what])

    (report,) = workflows.check({"x.bpmn": source}, book=Book.read(SHELF))
    assert report.loads, report.findings
    assert not any(each.rule == "undecided" for each in report.findings), report.findings
    workflows.compile_diagrams({"x.bpmn": source}, "p")


def test_a_diagram_that_neither_writes_nor_ends_with_an_outcome_may_draw_them() -> None:
    compiled(housed("start > a > end", task("a", several(2))))
