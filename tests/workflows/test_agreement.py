"""The verifier and the real engine agree: what is proved never waits for ever, what is refused never compiles."""

from __future__ import annotations

import os

import pytest

import workflows
from tests.workflows.agreement import Pen, walked
from tests.workflows.drawing import (
    border,
    drawing,
    event,
    event_sub,
    housed,
    inside,
    loop,
    node,
    receive,
    send,
    several,
    sketch,
    task,
    two,
)
from workflows.verification import exploration
from workflows.verification import verdict as verdicts

HUNDREDS = int(os.environ.get("XUEJI_AGREEMENT", "2"))  # hundreds of diagrams drawn at random
WALKS = 12  # runs of each
MANY_WALKS = 400  # of one that is told to get stuck


def compiled_or_refused(source: bytes) -> workflows.Diagrams | None:
    try:
        return workflows.compile_diagrams({"x.bpmn": source}, "p")
    except workflows.DiagramRefused:
        return None


@pytest.mark.parametrize("fifty", range(2 * HUNDREDS))
def test_what_the_verifier_says_of_a_diagram_the_engine_does(fifty: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "MOST_STATES", 1500)
    monkeypatch.setattr(verdicts, "MOST_DEEP", 300)
    compiled = 0
    for seed in range(50 * fifty, 50 * fifty + 50):
        source = Pen(seed).draws()
        (report,) = workflows.verify({"x.bpmn": source})
        diagrams = compiled_or_refused(source)
        assert (diagrams is not None) == report.loads, (seed, report.findings)
        if diagrams is None:
            continue
        compiled += 1
        seen = walked(diagrams, source, seed, WALKS if report.sound is not False else MANY_WALKS)
        if report.sound:
            assert not seen.stuck, (seed, seen.stuck)
            assert not seen.broken, (seed, seen.broken)
        elif report.sound is False:
            assert seen.stuck or seen.broken, (seed, report.findings)
        if report.safe and b"multiInstance" not in source:
            assert not seen.crowded, (seed, seen.crowded)

    assert compiled > 15


DECLARED = (
    '<bpmn:message id="m" name="m" /><bpmn:signal id="fire" name="fire" /><bpmn:error id="bad" errorCode="BAD" />'
    '<bpmn:error id="worse" errorCode="WORSE" /><bpmn:escalation id="up" escalationCode="UP" />'
    '<bpmn:dataObject id="held" />'
)
FAILS, CLIMBS = event("endEvent", "end_err", "error:bad"), event("endEvent", "end_up", "escalation:up")
DATA = (
    '<bpmn:ioSpecification id="io"><bpmn:dataInput id="in" /><bpmn:inputSet><bpmn:dataInputRefs>in</bpmn:dataInputRefs>'
    '</bpmn:inputSet><bpmn:outputSet /></bpmn:ioSpecification><bpmn:dataInputAssociation id="a_in">'
    "<bpmn:sourceRef>held_ref</bpmn:sourceRef><bpmn:targetRef>in</bpmn:targetRef></bpmn:dataInputAssociation>"
)
HELD = '<bpmn:dataObject id="held" /><bpmn:dataObjectReference id="held_ref" dataObjectRef="held" />'


def drawn(flows: str, *elements: str, more: str = "") -> bytes:
    return drawing(housed(flows, *elements) + more, extra=DECLARED.replace('<bpmn:dataObject id="held" />', ""))


def sub(flows: str, *elements: str) -> str:
    return inside("sub", flows, *elements)


def counted(attribute: str) -> str:
    return node("userTask", "a", name="a", **{attribute: "2"})


ONE_ERROR = ("start_in > inner > end_err", FAILS)
REFUSED = {
    "an error of a sub-process that nobody catches": drawn("start > sub > end", sub(*ONE_ERROR)),
    "another error than the border catches": drawn(
        "start > sub > end; c > end", sub(*ONE_ERROR), border("c", "sub", "error:worse")
    ),
    "an error that ends a process nobody calls": drawn("start > and1 > a > end_err; and1 > b > end", FAILS),
    "a million instances": drawn("start > a > end", task("a", several(1_000_000_000))),
    "instances within instances": drawn(
        "start > sub > end", inside("sub", "start_in > in1 > end_in", task("in1", several(200)), more=several(200))
    ),
    "fewer instances than none": drawn("start > a > end", task("a", several(-3))),
    "a loop of fewer than one": drawn("start > a > end", task("a", loop(-1))),
    "a loop of none": drawn("start > a > end", task("a", loop(0))),
    "a loop that says nothing": drawn("start > a > end", task("a", loop())),
    "a silent loop without a bound": drawn(
        "start > sub > a > end",
        inside("sub", "start_in > end_in", more=loop(condition="again == 1")),
    ),
    "a silent loop of very many rounds": drawn(
        "start > sub > a > end",
        inside("sub", "start_in > end_in", more=loop(100_000)),
    ),
    "a deadline at a task": drawn("start > a > end; late > end", border("late", "a", "timer")),
    "a reminder at a task": drawn("start > a > end; late > end2", border("late", "a", "timer", cancel=False)),
    "a pause": drawn("start > a > wait > end", event("intermediateCatchEvent", "wait", "timer")),
    "a start at a moment": drawn("start_t > a > end", event("startEvent", "start_t", "timer")),
    "a deadline at an event-based gateway": drawn(
        "start > events1 > wait > end; events1 > hear > a > end",
        event("intermediateCatchEvent", "wait", "timer"),
        event("intermediateCatchEvent", "hear", "message:m"),
    ),
    "a deadline of a whole process": drawn(
        "start > a > end",
        event_sub("out", "start_e > b > end_e", event("startEvent", "start_e", "timer")),
    ),
    "two tokens to start": drawn("start > a > end", counted("startQuantity")),
    "two tokens when done": drawn("start > a > end", counted("completionQuantity")),
    "an escalation that does not interrupt": drawn(
        "start > sub > end; c > end2",
        sub("start_in > up1 > inner > end_in", event("intermediateThrowEvent", "up1", "escalation:up")),
        border("c", "sub", "escalation:up", cancel=False),
    ),
    "a signal that does not interrupt": drawn(
        "start > and1 > a > end; and1 > cry > end; c > end2",
        event("intermediateThrowEvent", "cry", "signal:fire"),
        border("c", "a", "signal:fire", cancel=False),
    ),
    "a signal that nobody throws": drawn("start > a > end; c > end2", border("c", "a", "signal:fire")),
    "data that a task needs": drawn("start > a > end", HELD, task("a", DATA)),
    "a silent loop": drawn("start > xor1 > xor2 > xor1; xor2 > a > end"),
    "a loop over a silent sub-process": drawn("start > xor1 > sub > xor2 > xor1; xor2 > end", sub("start_in > end_in")),
    "two starts": drawn("start > xor1 > a > end; start2 > xor1"),
    "a second process that cannot be read": drawing(housed("start > a > end"), sketch("q", "b > end_q")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_engine_would_do_wrong_is_refused_by_the_check_and_the_compiler_alike(name: str) -> None:
    (report,) = workflows.verify({"x.bpmn": REFUSED[name]})

    assert not report.loads
    assert {each.kind for each in report.forbidding} & {"engine"}
    with pytest.raises(workflows.DiagramRefused):
        workflows.compile_diagrams({"x.bpmn": REFUSED[name]}, "p")


NOT_PROVED = {
    "an error of a sub-process that nobody catches": (False, REFUSED["an error of a sub-process that nobody catches"]),
    "another error than the border catches": (False, REFUSED["another error than the border catches"]),
    "two tokens to start": (None, REFUSED["two tokens to start"]),
    "two tokens when done": (None, REFUSED["two tokens when done"]),
    "an escalation that nobody throws is no way out": (
        False,
        drawn(
            "start > sub > end; c > end2",
            sub("start_in > xor1 > x > and1 > end_in; xor1 > y > and1"),
            border("c", "sub", "escalation:up"),
        ),
    ),
    "an error that nobody throws is no way out": (
        False,
        drawn(
            "start > sub > end; c > end2",
            sub("start_in > xor1 > x > and1 > end_in; xor1 > y > and1"),
            border("c", "sub", "error:bad"),
        ),
    ),
}


@pytest.mark.parametrize("name", NOT_PROVED)
def test_what_is_no_proof_is_not_taken_for_one(name: str) -> None:
    sound, source = NOT_PROVED[name]
    (report,) = workflows.verify({"x.bpmn": source})

    assert report.sound is sound, report.findings


def test_an_error_that_ends_a_called_process_is_caught_where_it_is_called() -> None:
    called = sketch("far", "start_f > b > end_err", FAILS)
    for caught, code in ((True, "bad"), (False, "worse")):
        call = node("callActivity", "call", calledElement="far", name="call")
        source = drawn("start > call > end; c > end2", call, border("c", "call", f"error:{code}"), more=called)
        source = source.replace(b'<bpmn:process id="far"', b'<bpmn:process isExecutable="true" id="far"', 1)
        source = source.replace(
            b'<bpmn:process isExecutable="true" id="far" isExecutable="true"',
            b'<bpmn:process id="far" isExecutable="true"',
        )
        (report,) = workflows.verify({"x.bpmn": source})
        assert any(each.rule == "uncaught-error" for each in report.findings) is not caught
        assert report.sound is caught


def test_a_message_at_the_border_of_a_sub_process_comes_while_a_task_inside_lasts() -> None:
    answers = two(
        "start > ask > hear > end", "start_q > sub > tell > end_q; stop > end_q2",
        "ask > stop; tell > hear", send("ask"), receive("hear"), send("tell"),
        inside("sub", "start_in > inner > end_in"), border("stop", "sub", "message"),
    )  # fmt: skip

    (report,) = workflows.verify({"x.bpmn": answers})

    assert report.sound is False, report.findings


def test_what_is_only_wrong_in_the_engine_is_no_fault_of_the_standard() -> None:
    for source in (REFUSED["two starts"], REFUSED["a signal that does not interrupt"]):
        (report,) = workflows.verify({"x.bpmn": source})
        assert not [each for each in report.errors if each.kind == "standard"]


@pytest.mark.parametrize("more", ["", loop(2, condition="again == 1"), several(2), several(2, one_by_one=True)])
def test_an_activity_that_is_interrupted_from_within_is_over(more: str) -> None:
    cry = event("intermediateThrowEvent", "cry", "signal:fire")
    inner = inside("sub", "start_in > x > cry > y > end_in", cry, more=more)
    source = drawn("start > sub > end; c > end2", inner, border("c", "sub", "signal:fire"))
    diagrams = workflows.compile_diagrams({"x.bpmn": source}, "p")
    run = workflows.start(diagrams, {"again": 1})

    run = workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})

    assert (run.finished, run.waiting) == (True, ())
