"""Small drawings with timers and standard loops, with their verdicts, by what they show."""

from __future__ import annotations

from tests.workflows.drawing import (
    CROWDED,
    OPEN,
    STUCK,
    Drawn,
    border,
    event,
    event_sub,
    inside,
    loop,
    message_start,
    node,
    one,
    receive,
    send,
    several,
    task,
    terminate,
    two,
)

WAIT, LATE, YES = (
    event("intermediateCatchEvent", key, what)
    for key, what in (("wait", "timer"), ("late", "timer"), ("yes", "message"))
)
MAY_TELL = "start_q > xor_q > tell > end_q; xor_q > end_q2"
WAITS_IN_VAIN = "start > xor1 > a > and1 > end; xor1 > b > and1"
FAULT = event("endEvent", "end_err", "error")


def timer_start(key: str, *, interrupting: bool = True) -> str:
    """The start of an event sub-process by a timer."""
    return event("startEvent", key, "timer", isInterrupting=str(interrupting).lower())


def cycle(times: str) -> str:
    """An event at the border of the task `a` that comes so many times and does not interrupt."""
    inner = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{times}/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition>"
    return node("boundaryEvent", "remind", inner, attachedToRef="a", cancelActivity="false")


def both(needed: str) -> str:
    """An event with a timer and a message."""
    inner = "<bpmn:timerEventDefinition /><bpmn:messageEventDefinition />"
    return node("intermediateCatchEvent", "both", inner, parallelMultiple=needed)


TIMERS: dict[str, Drawn] = {
    "a pause": (OPEN, one("start > wait > a > end", WAIT)),
    "a pause in one of two branches": (OPEN, one("start > and1 > wait > and2 > end; and1 > a > and2", WAIT)),
    "a pause or a task before a join of both": (STUCK, one("start > xor1 > wait > and1 > end; xor1 > a > and1", WAIT)),
    "a pause again and again": (OPEN, one("start > xor1 > wait > a > xor2 > end; xor2 > xor1", WAIT)),
    "a pause for ever": (STUCK, one("start > xor1 > wait > xor1", WAIT)),
    "a process that a timer begins": (OPEN, one("start_t > a > end", event("startEvent", "start_t", "timer"))),
    "a word that may not come, with a deadline": (
        OPEN, two("start > hear > end; late > end2", MAY_TELL, "tell > hear",
                  receive("hear"), border("late", "hear", "timer"), send("tell")),
    ),
    "a word that may not come, with a reminder": (
        STUCK, two("start > hear > end; late > end2", MAY_TELL, "tell > hear",
                   receive("hear"), border("late", "hear", "timer", False), send("tell")),
    ),
    "the first of a deadline and a word that may not come": (
        OPEN, two("start > events1 > yes > end; events1 > late > end2", MAY_TELL, "tell > yes",
                  YES, LATE, send("tell")),
    ),
    "a moment and a word that may not come, both awaited": (
        STUCK, two("start > both > end", MAY_TELL, "tell > both", both("true"), send("tell")),
    ),
    "a moment or a word that may not come": (
        OPEN, two("start > both > end", MAY_TELL, "tell > both", both("false"), send("tell")),
    ),
    "behind the deadline a word that may not come": (
        STUCK, two("start > events1 > yes > end; events1 > late > hear > end2",
                   "start_q > tell > xor_q > tell2 > end_q; xor_q > end_q2", "tell > yes; tell2 > hear",
                   YES, LATE, receive("hear"), send("tell"), send("tell2")),
    ),
    "a deadline in one of two branches that are joined": (
        STUCK, one("start > and1 > a > and2 > end; late > end2; and1 > b > and2", border("late", "a", "timer")),
    ),
    "a deadline in one of two branches that ends both": (
        OPEN, one("start > and1 > a > and2 > end; late > end_t; and1 > b > and2", border("late", "a", "timer"),
                  terminate("end_t")),
    ),
    "a reminder that comes back to the normal way": (
        CROWDED, one("start > a > xor1 > b > end; late > xor1", border("late", "a", "timer", False)),
    ),
    "a reminder of one cycle": (OPEN, one("start > a > end; remind > b > end2", cycle("R1"))),
    "a reminder of three cycles": (CROWDED, one("start > a > end; remind > b > end2", cycle("R3"))),
    "a reminder of cycles without end": (CROWDED, one("start > a > end; remind > b > end2", cycle("R"))),
    "a sub-process that never ends, but for its deadline": (
        OPEN, one("start > sub > xor2 > end; late > xor2", inside("sub", "start_in > xor1 > x > xor1"),
                  border("late", "sub", "timer")),
    ),
    "each of several instances pauses": (
        OPEN, one("start > sub > end", inside("sub", "start_in > wait > x > end_in", WAIT, more=several(3))),
    ),
    "a deadline of the whole process": (
        OPEN, one(WAITS_IN_VAIN, event_sub("out", "start_e > c > end_e", timer_start("start_e"))),
    ),
    "a reminder of the whole process": (
        STUCK, one(WAITS_IN_VAIN, event_sub("out", "start_e > c > end_e", timer_start("start_e", interrupting=False))),
    ),
    "a reminder of a process that comes to its end": (
        OPEN, one("start > a > end",
                  event_sub("out", "start_e > c > end_e", timer_start("start_e", interrupting=False))),
    ),
    "a deadline of a sub-process that waits behind it": (
        STUCK, one("start > sub > end", inside("sub", "start_in > a > end_in", event_sub(
            "out", "start_e > xor1 > c > and1 > end_e; xor1 > d > and1", timer_start("start_e")))),
    ),
    "a deadline, written as XML also allows": (
        OPEN, one("start > sub > xor2 > end; late > xor2", inside("sub", "start_in > xor1 > x > xor1"),
                  border("late", "sub", "timer").replace('"true"', '"1"')),
    ),
    "a reminder, written as XML also allows": (
        STUCK, one("start > a > and1 > end; told > and1", border("told", "a", "timer", False).replace("false", "0")),
    ),
}  # fmt: skip
HEARD = receive("hear")
LOOPS: dict[str, Drawn] = {
    "a task": (OPEN, one("start > a > end", task("a", loop()))),
    "a task that may be skipped": (OPEN, one("start > a > end", task("a", loop(3, test_before=True)))),
    "a task in one of two branches": (
        OPEN, one("start > and1 > a > and2 > end; and1 > b > and2", task("a", loop(3))),
    ),
    "a sub-process with branches": (
        OPEN, one("start > sub > end",
                  inside("sub", "start_in > and1 > x > and2 > end_in; and1 > y > and2", more=loop(3))),
    ),
    "a sub-process with branches that are merged": (
        CROWDED, one("start > sub > end",
                     inside("sub", "start_in > and1 > x > xor1 > z > end_in; and1 > y > xor1", more=loop(3))),
    ),
    "a sub-process that waits in vain": (
        STUCK, one("start > sub > end", inside("sub", WAITS_IN_VAIN.replace("start", "start_in"), more=loop(2))),
    ),
    "a sub-process that waits in vain and may be skipped": (
        STUCK, one("start > sub > end",
                   inside("sub", WAITS_IN_VAIN.replace("start", "start_in"), more=loop(2, test_before=True))),
    ),
    "a sub-process whose end ends a round only": (
        OPEN, one("start > sub > a > end",
                  inside("sub", "start_in > and1 > x > end_t; and1 > y > end_in", terminate("end_t"), more=loop())),
    ),
    "an error in one of the rounds": (
        OPEN, one("start > sub > end; fault > b > end2",
                  inside("sub", "start_in > xor1 > x > end_in; xor1 > end_err", FAULT, more=loop()),
                  border("fault", "sub", "error")),
    ),
    "a deadline of all rounds": (
        OPEN, one("start > a > end; late > b > end2", task("a", loop()), border("late", "a", "timer")),
    ),
    "a reminder in all rounds together": (
        OPEN, one("start > a > end; remind > b > end2", task("a", loop(5)), cycle("R1")),
    ),
    "a reminder in all rounds of a sub-process together": (
        OPEN, one("start > a > end; remind > b > end2", inside("a", "start_in > x > end_in", more=loop()), cycle("R1")),
    ),
    "an escalation of one round": (
        OPEN, one("start > sub > end; told > b > end2",
                  inside("sub", "start_in > x > end_esc", event("endEvent", "end_esc", "escalation"), more=loop(1)),
                  border("told", "sub", "escalation", False)),
    ),
    "an escalation of each of two rounds": (
        CROWDED, one("start > sub > end; told > b > end2",
                     inside("sub", "start_in > x > end_esc", event("endEvent", "end_esc", "escalation"), more=loop(2)),
                     border("told", "sub", "escalation", False)),
    ),
    "an escalation of each of two instances, one by one": (
        CROWDED, one("start > sub > end; told > b > end2",
                     inside("sub", "start_in > x > end_esc", event("endEvent", "end_esc", "escalation"),
                            more=several(2, one_by_one=True)),
                     border("told", "sub", "escalation", False)),
    ),
    "a loop in a loop": (
        OPEN, one("start > sub > end", inside("sub", "start_in > x > end_in", task("x", loop(2)), more=loop(2))),
    ),
    "a loop around a loop, and no way out": (
        STUCK, one("start > sub > xor1 > sub", inside("sub", "start_in > x > end_in", more=loop(2))),
    ),
    "heard at most once, told once": (
        OPEN, two("start > tell > end", "start_q > hear > end_q", "tell > hear", send("tell"),
                  node("receiveTask", "hear", loop(1))),
    ),
    "heard perhaps twice, told once": (
        STUCK, two("start > tell > end", "start_q > hear > end_q", "tell > hear", send("tell"),
                   node("receiveTask", "hear", loop(2))),
    ),
    "heard perhaps twice, told twice": (
        OPEN, two("start > tell > tell2 > end", "start_q > hear > end_q", "tell > hear; tell2 > hear", send("tell"),
                  send("tell2"), node("receiveTask", "hear", loop(2))),
    ),
    "heard any number of times, told twice": (
        STUCK, two("start > tell > tell2 > end", "start_q > hear > end_q", "tell > hear; tell2 > hear", send("tell"),
                   send("tell2"), node("receiveTask", "hear", loop())),
    ),
    "heard any number of times until a deadline": (
        OPEN, two("start > tell > end", "start_q > hear > end_q; late > end_q2", "tell > hear", send("tell"),
                  node("receiveTask", "hear", loop()), border("late", "hear", "timer")),
    ),
    "told at least once, awaited once": (
        OPEN, two("start > tell > end", "start_q > hear > end_q", "tell > hear", HEARD,
                  node("sendTask", "tell", loop(2))),
    ),
    "told perhaps never, awaited": (
        STUCK, two("start > tell > end", "start_q > hear > end_q", "tell > hear", HEARD,
                   node("sendTask", "tell", loop(2, test_before=True))),
    ),
    "told at least once, awaited in two places": (
        OPEN, two("start > tell > end", "start_q > hear > hear2 > end_q", "tell > hear; tell > hear2",
                  HEARD, receive("hear2"), node("sendTask", "tell", loop(2))),
    ),
    "a sub-process tells when all its rounds are over": (
        STUCK, two("start > sub > end", "start_q > xor_q > hear > xor_q", "sub > hear", HEARD,
                   inside("sub", "start_in > x > end_in", more=loop(2))),
    ),
    "asked in each round, each question begins a process": (
        OPEN, two("start > sub > end", "start_q > tell > end_q", "ask > start_q; tell > hear",
                  inside("sub", "start_in > ask > hear > end_in", send("ask"), HEARD, more=loop(3)),
                  message_start("start_q"), send("tell")),
    ),
    "asked in each round, but answered once": (
        STUCK, two("start > sub > end", "start_q > hear_q > tell > end_q", "ask > hear_q; tell > hear",
                   inside("sub", "start_in > ask > hear > end_in", send("ask"), HEARD, more=loop(3)),
                   receive("hear_q"), send("tell")),
    ),
}  # fmt: skip
DRAWN = {"timers": TIMERS, "loops": LOOPS}
# what else is said of them: the rule, the severity and the element
SAID: dict[str, tuple[str, str, str | None, bytes]] = {
    "a word that comes too late is lost": (
        "lost-message", "info", "tell",
        two("start > events1 > yes > end; events1 > late > end2", "start_q > tell > end_q", "tell > yes",
            YES, LATE, send("tell")),
    ),
    "what is told in each round is heard once": (
        "lost-message", "info", "tell",
        two("start > tell > end", "start_q > hear > end_q", "tell > hear", HEARD, node("sendTask", "tell", loop(2))),
    ),
    "a task behind a join of deadline and word is dead": (
        "dead", "warning", "a", one("start > events1 > yes > and1 > a > end; events1 > late > and1", YES, LATE),
    ),
    "a pause for ever is a livelock": ("livelock", "error", "xor1", one("start > xor1 > a > wait > xor1", WAIT)),
    "a join that a deadline leaves incomplete is a deadlock": (
        "deadlock", "error", "and2",
        one("start > and1 > a > and2 > end; late > end2; and1 > b > and2", border("late", "a", "timer")),
    ),
    "a reminder comes to the end like its task": (
        "end-reached-twice", "info", "end", one("start > a > end; remind > end", cycle("R1")),
    ),
    "loops that tell one another more than is counted": (
        "undecided", "warning", None,
        two("start > tell > end", "start_q > hear > end_q", "tell > hear", node("receiveTask", "hear", loop(1000)),
            node("sendTask", "tell", loop(1000))),
    ),
}  # fmt: skip
