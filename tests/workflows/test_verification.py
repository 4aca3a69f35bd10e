"""Small drawings of which it is known whether they are safe and sound, by thinking about their tokens."""

from __future__ import annotations

import pytest

import workflows
from tests.workflows.drawing import (
    LOOP,
    border,
    drawing,
    event,
    event_sub,
    inside,
    node,
    one,
    receive,
    several,
    sketch,
    task,
    terminate,
)

FAULT, CANCEL = event("endEvent", "end_err", "error"), event("endEvent", "end_c", "cancel")
FORK = "start_in > and_in > x > and_out > end_in; and_in > y > and_out"


def subprocess_drawing(body: str, *borders: str, after: str = "") -> bytes:
    return one(f"start > sub > end{after}", inside("sub", body), *borders)


RING = "start > xor1 > a > xor2 > end; xor2 > xor1"

BOTH = {
    # --- lines, choices, branches
    "one task": one("start > a > end"),
    "a choice that is merged": one("start > xor1 > a > xor2 > end; xor1 > b > xor2"),
    "a choice with an end of its own": one("start > xor1 > a > end; xor1 > b > end2"),
    "branches that are joined": one("start > and1 > a > and2 > end; and1 > b > and2"),
    "branches that end apart": one("start > and1 > a > end; and1 > b > end2"),
    "branches that meet in one end event": one("start > and1 > a > end; and1 > b > end"),
    "branches within branches": one(
        "start > and1 > and2 > a > and3 > and4 > end; and2 > b > and3; and1 > c > and4",
    ),
    "branches within a choice": one("start > xor1 > and1 > a > and2 > xor2 > end; and1 > b > and2; xor1 > c > xor2"),
    "a choice within a branch": one("start > and1 > xor1 > a > xor2 > and2 > end; xor1 > b > xor2; and1 > c > and2"),
    "six pairs of five branches in a row": one(
        "start > and0; and12 > end; "
        + "; ".join(f"and{2 * i} > t{i}_{j} > and{2 * i + 1}" for i in range(6) for j in range(5))
        + "; "
        + "; ".join(f"and{2 * i + 1} > and{2 * i + 2}" for i in range(6))
    ),
    "thirty branches with a choice in each": one(
        "start > and1; and2 > end; "
        + "; ".join(f"and1 > xor_a{i} > a{i} > xor_b{i} > and2; xor_a{i} > b{i} > xor_b{i}" for i in range(30))
    ),
    # --- loops
    "a loop that can be left": one(RING),
    "loops within loops": one(
        "start > xor1 > xor2 > a > xor3 > b > xor4 > end; xor3 > xor2; xor4 > xor1",
    ),
    "a loop around branches": one("start > xor1 > and1 > a > and2 > xor2 > end; and1 > b > and2; xor2 > xor1"),
    "a loop inside one branch": one("start > and1 > xor1 > a > xor2 > and2 > end; xor2 > xor1; and1 > b > and2"),
    "a way back into the task itself": one("start > a > xor1 > end; xor1 > a"),
    # --- inclusive gateways
    "an inclusive split and its join": one("start > or1 > a > or2 > end; or1 > b > or2; or1 > c > or2"),
    "an inclusive split inside branches": one(
        "start > and1 > or1 > a > or2 > and2 > end; or1 > b > or2; and1 > c > and2",
    ),
    "an inclusive join waits for both branches": one("start > and1 > a > or1 > end; and1 > b > or1"),
    "an inclusive join takes one of a choice": one("start > xor1 > a > or1 > end; xor1 > b > or1"),
    "an inclusive split with a loop in one branch": one(
        "start > or1 > xor1 > a > xor2 > or2 > end; xor2 > xor1; or1 > b > or2",
    ),
    "an inclusive join in a loop": one("start > xor1 > or1 > a > or2 > xor2 > end; or1 > b > or2; xor2 > xor1"),
    "an inclusive join of unlike ways": one("start > or1 > a > xor1 > or2 > end; xor1 > end2; or1 > b > or2"),
    # --- events at borders
    "an interrupting timer": one("start > a > end; late > b > end2", border("late", "a", "timer")),
    "a border that comes back to the normal way": one(
        "start > a > xor1 > end; late > b > xor1", border("late", "a", "timer")
    ),
    "an error of a service": one(
        "start > serve > end; fault > mend > xor1 > serve; xor1 > end2",
        node("serviceTask", "serve"),
        border("fault", "serve", "error"),
    ),
    "a reminder that goes its own way": one(
        "start > a > end; remind > b > end2",
        node(
            "boundaryEvent",
            "remind",
            "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>",
            attachedToRef="a",
            cancelActivity="false",
        ),
    ),
    "an interrupted sub-process with tokens in both branches": subprocess_drawing(
        FORK, border("stop", "sub", "message"), after="; stop > b > end2"
    ),
    "an interrupted sub-process that meets the normal way": one(
        "start > sub > xor1 > end; stop > b > xor1", inside("sub", FORK), border("stop", "sub", "timer")
    ),
    "a repeated sub-process that only a timer ends": one(
        "start > sub > sub; late > end",
        inside("sub", "start_in > inner > end_in; lost > end_err", FAULT, more=LOOP),
        border("late", "sub", "timer"),
    ),
    "an escalation that lets the inside go on": one(
        "start > sub > end; told > b > end2",
        inside("sub", "start_in > up > inner > end_in", event("intermediateThrowEvent", "up", "escalation")),
        border("told", "sub", "escalation", cancel=False),
    ),
    "an error end in one of the branches inside": one(
        "start > sub > end; fault > b > end2",
        inside("sub", "start_in > and1 > x > end_err; and1 > y > end_in", FAULT),
        border("fault", "sub", "error"),
    ),
    # --- sub-processes and calls
    "no start event: what has no way in begins together": one("a > and1 > end; b > and1"),
    "a sub-process without start events": subprocess_drawing("a > and1 > end_in; b > and1"),
    "a sub-process": subprocess_drawing("start_in > inner > end_in"),
    "a sub-process with branches that end apart": subprocess_drawing("start_in > and1 > x > end_a; and1 > y > end_b"),
    "three levels of sub-processes": one(
        "start > s1 > end", inside("s1", "start1 > s2 > end1", inside("s2", "start2 > s3 > end2", inside("s3", FORK)))
    ),
    "a call of a process in the file": drawing(
        sketch("p", "start > call > end", node("callActivity", "call", calledElement="called", name="call")),
        sketch("called", FORK),
    ),
    "a call of a process elsewhere": one("start > call > end", node("callActivity", "call", calledElement="far")),
    "an empty sub-process": one("start > sub > end", node("subProcess", "sub")),
    "terminate inside a sub-process ends only that": subprocess_drawing(
        "start_in > and1 > x > end_t; and1 > y > and2 > end_in", terminate("end_t")
    ),
    # --- terminate
    "terminate takes the tokens that are left": one(
        "start > and1 > a > end_t; and1 > b > end_u", terminate("end_t"), terminate("end_u")
    ),
    "terminate resolves what would be stuck": one(
        "start > and1 > a > end_t; and1 > xor1 > c > and2 > end; xor1 > d > end2; and2 > e",
        terminate("end_t"),
    ),
    # --- several instances and standard loops
    "several in parallel": one("start > a > end", task("a", several())),
    "several one by one": one("start > a > end", task("a", several(one_by_one=True))),
    "seven of them": one("start > a > end", task("a", several(7))),
    "several sub-processes at once": one("start > sub > end", inside("sub", FORK, more=several())),
    "several sub-processes one by one": one("start > sub > end", inside("sub", FORK, more=several(3, one_by_one=True))),
    "several sub-processes, one of which fails": one(
        "start > sub > end; fault > b > end2",
        inside("sub", "start_in > xor1 > x > end_err; xor1 > y > end_in", FAULT, more=several()),
        border("fault", "sub", "error"),
    ),
    "a sub-process that repeats": one("start > sub > end", inside("sub", FORK, more=LOOP)),
    # --- events
    "an event-based gateway": one(
        "start > events1 > yes > a > end; events1 > late > b > end2",
        event("intermediateCatchEvent", "yes", "message"),
        event("intermediateCatchEvent", "late", "timer"),
    ),
    "a link": one(
        "start > a > off; on > b > end",
        event("intermediateThrowEvent", "off", "link:far"),
        event("intermediateCatchEvent", "on", "link:far"),
    ),
    "a signal caught in the other branch": one(
        "start > and1 > a > cry > and2 > end; and1 > hear > and2",
        event("intermediateThrowEvent", "cry", "signal:fire"),
        event("intermediateCatchEvent", "hear", "signal:fire"),
    ),
    "an interrupting event sub-process": one(
        "start > and1 > a > and2 > end; and1 > b > and2",
        event_sub("cancel", "start_e > undo > end_e", event("startEvent", "start_e", "message")),
    ),
    "an event sub-process for an error": one(
        "start > and1 > a > end_err; and1 > b > end",
        FAULT,
        event_sub("mend", "start_e > undo > end_e", event("startEvent", "start_e", "error")),
    ),
    "an event sub-process beside": one(
        "start > a > end",
        event_sub("ask", "start_e > answer > end_e", event("startEvent", "start_e", "message", isInterrupting="false")),
    ),
    "a cancelled transaction": one(
        "start > try1 > end; undone > b > end2",
        inside("try1", "start_in > xor1 > x > end_in; xor1 > end_c", CANCEL, tag="transaction"),
        border("undone", "try1", "cancel"),
    ),
    "a message from outside": one("start > hear > end", receive("hear")),
}

ONLY_SOUND = {
    "branches merged without a join": one("start > and1 > a > xor1 > c > end; and1 > b > xor1"),
    "branches that run into one task": one("start > and1 > a > c > end; and1 > b > c"),
    "an inclusive split merged without a join": one("start > or1 > a > xor1 > c > end; or1 > b > xor1"),
    "a border beside that runs into the normal way": one(
        "start > a > xor1 > c > end; told > xor1", border("told", "a", "timer", cancel=False)
    ),
    "unsafe inside a sub-process": subprocess_drawing("start_in > and1 > x > xor1 > end_in; and1 > y > xor1"),
    "a message that may come twice while the task lasts": one(
        "start > a > end; told > b > end2", border("told", "a", "message", cancel=False)
    ),
    "a reminder again and again": one(
        "start > a > end; remind > b > end2",
        node(
            "boundaryEvent", "remind", "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1D</bpmn:timeCycle>"
            "</bpmn:timerEventDefinition>", attachedToRef="a", cancelActivity="false",
        ),
    ),
    "several instances that each escalate": one(
        "start > sub > end; told > b > end2",
        inside("sub", "start_in > up > end_in", event("intermediateThrowEvent", "up", "escalation"), more=several(2)),
        border("told", "sub", "escalation", cancel=False),
    ),
}  # fmt: skip

ONLY_SAFE = {
    "a choice before a join": one("start > xor1 > a > and1 > end; xor1 > b > and1"),
    "one branch of a join may end": one("start > and1 > a > and2 > end; and1 > xor1 > and2; xor1 > end2"),
    "a join with a way in that nobody takes": one("start > a > and1 > end; b > and1"),
    "a loop that never ends": one("start > xor1 > a > xor1"),
    "a loop that is never left, beside an end": one("start > xor1 > end; xor1 > b > xor2 > c > xor2"),
    "a loop over two tasks without a way out": one("start > xor1 > xor2 > a > xor3 > xor1; xor2 > b > xor3"),
    "an inclusive split before a join": one("start > or1 > a > and1 > end; or1 > b > and1"),
    "two inclusive joins wait for each other": one(
        "start > and1 > or1 > a > xor1 > end; xor1 > or2; and1 > or2 > b > xor2 > end2; xor2 > or1"
    ),
    "stuck inside a sub-process": subprocess_drawing("start_in > xor1 > x > and1 > end_in; xor1 > y > and1"),
    "stuck inside one of several sub-processes": one(
        "start > sub > end", inside("sub", "start_in > xor1 > x > and1 > end_in; xor1 > y > and1", more=several())
    ),
    "stuck in a called process": drawing(
        sketch("p", "start > call > end", node("callActivity", "call", calledElement="called")),
        sketch("called", "start_in > xor1 > x > and1 > end_in; xor1 > y > and1"),
    ),
    "a border that a join waits for": one(
        "start > a > and1 > end; late > and1", border("late", "a", "timer")
    ),
    "a join behind an interrupted sub-process": one(
        "start > sub > and1 > end; stop > b > and1", inside("sub", FORK), border("stop", "sub", "timer")
    ),
    "a signal that may be cried while the other branch is still busy": one(
        "start > and1 > cry > and2 > end; and1 > a > hear > and2",
        event("intermediateThrowEvent", "cry", "signal:fire"),
        event("intermediateCatchEvent", "hear", "signal:fire"),
    ),
    "a signal cried before anybody hears": one(
        "start > cry > hear > end",
        event("intermediateThrowEvent", "cry", "signal:fire"),
        event("intermediateCatchEvent", "hear", "signal:fire"),
    ),
}  # fmt: skip

NEITHER = {
    "branches merged, then joined": one(
        "start > and1 > a > xor1 > and2 > end; and1 > b > xor1; and1 > xor2 > and2; xor2 > end2"
    ),
    "unsafe in one place, stuck in another": one(
        "start > and1 > a > xor1 > c > xor2 > d > and2 > end; and1 > b > xor1; xor2 > e > and2"
    ),
}

EXPECTED = [
    *((name, True, True, source) for name, source in BOTH.items()),
    *((name, False, True, source) for name, source in ONLY_SOUND.items()),
    *((name, True, False, source) for name, source in ONLY_SAFE.items()),
    *((name, False, False, source) for name, source in NEITHER.items()),
]


def checked(source: bytes) -> workflows.Report:
    (report,) = workflows.verify({"drawn.bpmn": source})
    return report


@pytest.mark.parametrize(
    ("safe", "sound", "source"), [each[1:] for each in EXPECTED], ids=[each[0] for each in EXPECTED]
)
def test_the_verdict_is_the_right_one(safe: bool, sound: bool, source: bytes) -> None:
    report = checked(source)

    assert (report.safe, report.sound) == (safe, sound), report.findings
    rules = {each.rule for each in report.findings}
    assert ("unsafe" in rules) == (not safe)
    assert bool(rules & {"deadlock", "livelock", "never-started"}) == (not sound)
