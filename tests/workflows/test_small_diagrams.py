"""More small drawings with known verdicts, by the kind of fault that they show or only seem to show."""

from __future__ import annotations

import pytest

import workflows
from tests.workflows import test_pools, test_verification, timers_and_loops
from tests.workflows.drawing import (
    BOTH,
    CROWDED,
    LOOP,
    OPEN,
    STUCK,
    Drawn,
    border,
    drawing,
    event,
    event_sub,
    inside,
    message_start,
    node,
    one,
    receive,
    send,
    several,
    sketch,
    task,
    terminate,
    two,
    with_ends,
)

FAULT = event("endEvent", "end_err", "error")
YES = event("intermediateCatchEvent", "yes", "message")
NO = event("intermediateCatchEvent", "no", "message")
LATE = event("intermediateCatchEvent", "late", "timer")

DRAWN: dict[str, dict[str, Drawn]] = {
    "deadlock": {
        "two joins that wait for each other": (
            STUCK, one("start > and1 > a > and2 > d > and3 > c > and2; and2 > end; and1 > b > and3"),
        ),
        "a choice of three before a join of two": (
            STUCK, one("start > xor1 > a > and1 > end; xor1 > b > and1; xor1 > c > end2"),
        ),
        "a join of three ways of which two exclude each other": (
            STUCK, one("start > and1 > a > and2 > end; and1 > xor1 > b > and2; xor1 > c > and2"),
        ),
        "a branch that may end before the join": (
            STUCK, one("start > and1 > a > xor1 > and2 > end; xor1 > end2; and1 > b > and2"),
        ),
        "a branch that may end everything before the join": (
            OPEN, one("start > and1 > a > xor1 > and2 > end; xor1 > end_t; and1 > b > and2", terminate("end_t")),
        ),
        "a join behind the loops of both branches": (
            OPEN, one("start > and1 > xor1 > a > xor2 > and2 > end; xor2 > xor1; "
                      "and1 > xor3 > b > xor4 > and2; xor4 > xor3"),
        ),
        "a join inside a loop": (
            OPEN, one("start > xor1 > and1 > a > and2 > xor2 > end; and1 > b > and2; xor2 > c > xor1"),
        ),
    },
    "livelock": {
        "two tasks that hand on to each other": (STUCK, one("start > xor1 > a > end; xor1 > xor2 > b > c > xor2")),
        "one branch that never ends": (STUCK, one("start > and1 > a > end; and1 > xor1 > b > xor1")),
        "a loop that a message leads out of": (
            OPEN, one("start > xor1 > a > xor1; stop > end", border("stop", "a", "message")),
        ),
        "a sub-process that never ends": (STUCK, one("start > sub > end", inside("sub", "start_in > xor1 > x > xor1"))),
        "a loop that ends everything at last": (
            OPEN, one("start > and1 > a > xor1 > a2 > xor2 > xor1; xor2 > end_t; and1 > b > end", terminate("end_t")),
        ),
    },
    "lack of synchronisation": {
        "two branches that meet in a loop": (
            CROWDED, one("start > and1 > a > xor1 > c > xor2 > end; and1 > b > xor1; xor2 > xor1"),
        ),
        "two branches of three merged": (
            CROWDED, one("start > and1 > a > xor1 > d > end; and1 > b > xor1; and1 > c > end2"),
        ),
        "an inclusive split of which two ways are merged": (
            CROWDED, one("start > or1 > a > xor1 > d > or2 > end; or1 > b > xor1; or1 > c > or2"),
        ),
        "branches of a sub-process merged": (
            CROWDED, one("start > sub > end", inside("sub", "start_in > and1 > xor1 > x > end_in; and1 > xor1")),
        ),
        "branches that end in one place": (OPEN, one("start > and1 > a > end; and1 > b > end; and1 > c > end")),
    },
    "unbounded": {
        "a loop that forks and is never left": (BOTH, one("start > xor1 > and1 > a > xor1; and1 > b > end")),
        "a loop that forks and can be left": (
            CROWDED, one("start > xor1 > and1 > a > xor2 > xor1; xor2 > end; and1 > b > end2"),
        ),
        "a word that may come in each round": (
            CROWDED,
            one("start > xor1 > a > xor2 > end; xor2 > xor1; told > b > end2", border("told", "a", "message", False)),
        ),
    },
    "dead task": {
        "a task behind a join that is never complete": (
            STUCK, one("start > xor1 > a > and1 > c > end; xor1 > b > and1"),
        ),
        "a task behind an end that ends everything": (
            OPEN, one("start > xor1 > a > end_t; xor1 > b > end", terminate("end_t")),
        ),
        "a task that only an error leads to, which the service may raise": (
            OPEN, one("start > serve > end; fault > a > end2", node("serviceTask", "serve"),
                      border("fault", "serve", "error")),
        ),
    },
    "improper completion": {
        "an end while the other branch is busy, which ends everything": (
            OPEN, one("start > and1 > a > end_t; and1 > b > end", terminate("end_t")),
        ),
        "a sub-process that waits for both its branches": (
            OPEN, one("start > sub > a > end", inside("sub", "start_in > and1 > x > end_a; and1 > y > end_b")),
        ),
        "a sub-process whose one branch ends it": (
            OPEN, one("start > sub > a > end",
                      inside("sub", "start_in > and1 > x > end_t; and1 > y > end_b", terminate("end_t"))),
        ),
    },
    "inclusive gateways": {
        "a join behind a choice that may end": (
            OPEN, one("start > and1 > xor1 > a > or1 > end; xor1 > end2; and1 > b > or1"),
        ),
        "a split whose one way ends by itself": (OPEN, one("start > or1 > a > or2 > end; or1 > b > end2")),
        "a split within a split": (
            OPEN, one("start > or1 > or2 > a > or3 > or4 > end; or2 > b > or3; or1 > c > or4"),
        ),
        "a split of three joined by a parallel join of two": (
            STUCK, one("start > or1 > a > and1 > end; or1 > b > and1; or1 > c > end2"),
        ),
        "a parallel split joined inclusively, one way longer": (
            OPEN, one("start > and1 > a > b > or1 > c > end; and1 > d > or1"),
        ),
    },
    "event-based gateways": {
        "two words and a deadline": (
            OPEN, one("start > events1 > yes > a > end; events1 > no > b > end; events1 > late > end2", YES, NO, LATE),
        ),
        "both ways before a join": (
            STUCK, one("start > events1 > yes > and1 > end; events1 > late > and1", YES, LATE),
        ),
        "asked again after each deadline": (
            OPEN, one("start > xor1 > events1 > yes > end; events1 > late > a > xor1", YES, LATE),
        ),
        "in one of two branches": (
            OPEN, one("start > and1 > events1 > yes > xor1 > and2 > end; events1 > late > xor1; and1 > a > and2",
                      YES, LATE),
        ),
    },
    "boundary events": {
        "a message": (OPEN, one("start > a > end; stop > b > end2", border("stop", "a", "message"))),
        "a condition": (OPEN, one("start > a > end; stop > b > end2", border("stop", "a", "conditional"))),
        "a signal of the other branch": (
            OPEN, one("start > and1 > a > xor1 > and2 > end; stop > b > xor1; and1 > c > cry > and2",
                      border("stop", "a", "signal:fire"), event("intermediateThrowEvent", "cry", "signal:fire")),
        ),
        "an escalation that may be thrown": (
            OPEN, one("start > sub > end; told > b > end2",
                      inside("sub", "start_in > xor1 > up > end_in; xor1 > x > end_x",
                             event("intermediateThrowEvent", "up", "escalation")),
                      border("told", "sub", "escalation")),
        ),
        "an error of a called process": (
            OPEN, drawing(
                sketch("p", "start > call > end; fault > b > end2",
                       node("callActivity", "call", calledElement="called"), border("fault", "call", "error")),
                sketch("called", "start_in > xor1 > x > end_in; xor1 > end_err", FAULT)),
        ),
        "a deadline and a message at one task": (
            OPEN, one("start > a > end; late > b > end2; stop > c > end3",
                      border("late", "a", "timer"), border("stop", "a", "message")),
        ),
        "a deadline and a message before a join": (
            STUCK, one("start > a > end; late > and1 > end2; stop > and1",
                       border("late", "a", "timer"), border("stop", "a", "message")),
        ),
        "a reminder that the normal way waits for": (
            STUCK, one("start > a > and1 > end; told > and1", border("told", "a", "timer", False)),
        ),
        "a deadline of several at once": (
            OPEN, one("start > a > end; late > b > end2", task("a", several(3)), border("late", "a", "timer")),
        ),
    },
    "ends that throw": {
        "an error through two levels": (
            OPEN, one("start > sub > end; fault > b > end2",
                      inside("sub", "start_o > deep > end_o",
                             inside("deep", "start_in > xor1 > x > end_in; xor1 > end_err", FAULT)),
                      border("fault", "sub", "error")),
        ),
        "an escalation that goes on beside": (
            OPEN, one("start > sub > end; told > b > end2",
                      inside("sub", "start_in > x > end_esc", event("endEvent", "end_esc", "escalation")),
                      border("told", "sub", "escalation", False)),
        ),
    },
    "sub-processes": {
        "an event inside a sub-process that stops only that": (
            OPEN, one("start > sub > a > end",
                      inside("sub", "start_in > x > end_in",
                             event_sub("stop", "start_e > undo > end_e", message_start("start_e")))),
        ),
        "stuck in the handling of an event": (
            STUCK, one("start > a > end",
                       event_sub("stop", "start_e > xor1 > x > and1 > end_e; xor1 > y > and1",
                                 message_start("start_e"))),
        ),
        "a repeated sub-process": (OPEN, one("start > sub > end", inside("sub", "start_in > x > end_in", more=LOOP))),
        "a stuck one that a deadline ends": (
            OPEN, one("start > sub > xor2 > end; late > xor2",
                      inside("sub", "start_in > xor1 > x > and1 > end_in; xor1 > y > and1"),
                      border("late", "sub", "timer")),
        ),
    },
    "several instances": {
        "each with branches": (
            OPEN, one("start > sub > end",
                      inside("sub", "start_in > and1 > x > and2 > end_in; and1 > y > and2", more=several(3))),
        ),
        "one by one, each stuck": (
            STUCK, one("start > sub > end",
                       inside("sub", "start_in > xor1 > x > and1 > end_in; xor1 > y > and1",
                              more=several(2, one_by_one=True))),
        ),
    },
    "messages between pools": {
        "asked again until it is agreed": (
            OPEN, two("start > xor1 > ask > events1 > yes > end; events1 > no > xor1",
                      "start_q > xor2 > end_yes; xor2 > end_no", "ask > start_q; end_yes > yes; end_no > no",
                      send("ask"), message_start("start_q"), *with_ends("end_yes", "end_no"), YES, NO),
        ),
        "told once, perhaps awaited again": (
            STUCK, two("start > tell > end", "start_q > xor1 > hear > xor2 > end_q; xor2 > xor1", "tell > hear",
                       send("tell"), receive("hear")),
        ),
        "one telling heard in two places": (
            OPEN, two("start > tell > end", "start_q > hear > hear2 > end_q", "tell > hear; tell > hear2",
                      send("tell"), receive("hear"), receive("hear2")),
        ),
        "an event that stops one of two branches for ever": (
            STUCK, one("start > and1 > a > and2 > end; and1 > b > and2",
                       event_sub("stop", "start_e > xor1 > x > xor1", message_start("start_e"))),
        ),
        "an event beside, stuck": (
            STUCK, one("start > sub > end",
                       inside("sub", "start_in > a > end_in",
                              event_sub("ask", "start_e > xor1 > x > and1 > end_e; xor1 > y > and1",
                                        event("startEvent", "start_e", "timer", isInterrupting="false")))),
        ),
        "there and back twice": (
            OPEN, two("start > ask > hear > ask2 > hear2 > end", "start_q > tell > hear_q > tell2 > end_q",
                      "ask > start_q; tell > hear; ask2 > hear_q; tell2 > hear2",
                      send("ask"), receive("hear"), send("ask2"), receive("hear2"),
                      message_start("start_q"), send("tell"), receive("hear_q"), send("tell2")),
        ),
    },
    **timers_and_loops.DRAWN,
}  # fmt: skip
CASES = [(kind, name, *verdict, source) for kind, drawn in DRAWN.items() for name, (verdict, source) in drawn.items()]
KNOWN = [f"{kind}: {name}" for kind, name, *_rest in CASES]


@pytest.mark.parametrize(("safe", "sound", "source"), [each[2:] for each in CASES], ids=KNOWN)
def test_the_verdict_is_the_right_one(safe: bool, sound: bool, source: bytes) -> None:
    (report,) = workflows.verify({"drawn.bpmn": source})

    assert (report.safe, report.sound) == (safe, sound), report.findings
    rules = {each.rule for each in report.findings}
    assert ("unsafe" in rules) == (not safe)
    assert bool(rules & {"deadlock", "livelock", "never-started"}) == (not sound)


@pytest.mark.parametrize("what", timers_and_loops.SAID)
def test_what_else_timers_and_loops_lead_to_is_told(what: str) -> None:
    rule, severity, element, source = timers_and_loops.SAID[what]
    (report,) = workflows.verify({"drawn.bpmn": source})

    found = [(each.severity, each.element, each.kind) for each in report.findings if each.rule == rule]
    assert found[:1] == [(severity, element, "soundness")], report.findings


def test_there_are_as_many_as_the_kinds_of_faults_ask_for() -> None:
    """None is drawn twice, here and in the two files beside."""
    beside = [each[3] for each in test_verification.EXPECTED]
    beside += [*test_pools.SOUND.values(), *test_pools.STUCK.values()]

    assert len({*beside, *(each[4] for each in CASES)}) == len(beside) + len(CASES) >= 200
