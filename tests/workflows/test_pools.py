"""Pools that send one another messages, in any order: what is told, heard, and waited for in vain."""

from __future__ import annotations

import pytest

import workflows
from tests.workflows.drawing import (
    event,
    inside,
    message_start,
    node,
    one,
    receive,
    send,
    several,
    terminate,
    two,
    with_ends,
)

SOUND = {
    "a question and its answer": two(
        "start > ask > hear > end", "start_q > think > tell > end_q",
        "ask > start_q; tell > hear", send("ask"), receive("hear"), message_start("start_q"), send("tell"),
    ),
    "each pool tells first, then listens": two(
        "start > tell > hear > end", "start_q > tell_q > hear_q > end_q",
        "tell > hear_q; tell_q > hear", send("tell"), receive("hear"), send("tell_q"), receive("hear_q"),
    ),
    "either answer is awaited": two(
        "start > ask > events1 > yes > end; events1 > no > end", "start_q > xor1 > end_yes; xor1 > end_no",
        "ask > start_q; end_yes > yes; end_no > no",
        send("ask"), message_start("start_q"), *with_ends("end_yes", "end_no"),
        event("intermediateCatchEvent", "yes", "message"), event("intermediateCatchEvent", "no", "message"),
    ),
    "a pool that is only told when refused": two(
        "start > xor1 > tell > end; xor1 > end", "start_q > a_q > end_q", "tell > start_q",
        send("tell"), message_start("start_q"),
    ),
    "one asks again and again, the other hears once": two(
        "start > xor1 > tell > xor2 > end; xor2 > xor1", "start_q > hear > end_q", "tell > hear",
        send("tell"), receive("hear"),
    ),
    "a start for each message": two(
        "start > xor1 > tell > xor2 > end; xor2 > xor1", "start_q > a_q > end_q", "tell > start_q",
        send("tell"), message_start("start_q"),
    ),
}  # fmt: skip

STUCK = {
    "an inside without start event that waits for an answer": two(
        "start > xor1 > tell > end; xor1 > end", "start_q > sub > end_q", "tell > hear", send("tell"),
        inside("sub", "hear > end_in; events_in > late > end_in", receive("hear"),
               event("intermediateCatchEvent", "late", "timer")),
    ),
    "both pools listen first": two(
        "start > hear > tell > end", "start_q > hear_q > tell_q > end_q",
        "tell > hear_q; tell_q > hear", send("tell"), receive("hear"), send("tell_q"), receive("hear_q"),
    ),
    "an answer that is not always given": two(
        "start > ask > hear > end", "start_q > xor1 > tell > end_q; xor1 > end_q",
        "ask > start_q; tell > hear", send("ask"), receive("hear"), message_start("start_q"), send("tell"),
    ),
    "a pool that terminates while the other waits": two(
        "start > and1 > a > end_t; and1 > tell > end", "start_q > hear_q > end_q",
        "tell > hear_q", send("tell"), receive("hear_q"), terminate("end_t"),
    ),
    "a pool that nobody ever starts": two(
        "start > tell > end; late > end2", "start_q > end_q", "late > start_q", message_start("start_q"),
    ),
    "one of several instances is never told": two(
        "start > tell > end", "start_q > hear_q > end_q", "tell > hear_q", send("tell"),
        node("receiveTask", "hear_q", several(2)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*SOUND, *STUCK])
def test_the_verdict_on_pools_taken_together_is_the_right_one(name: str) -> None:
    (report,) = workflows.verify({"drawn.bpmn": (SOUND | STUCK)[name]})

    assert (report.safe, report.sound) == (True, name in SOUND), report.findings
    rules = {each.rule for each in report.findings}
    assert bool(rules & {"deadlock", "livelock", "never-started"}) == (name in STUCK)


@pytest.mark.parametrize("name", [*SOUND, *STUCK])
def test_a_message_that_may_be_left_over_is_told_and_does_no_harm(name: str) -> None:
    (report,) = workflows.verify({"drawn.bpmn": (SOUND | STUCK)[name]})

    lost = [each for each in report.findings if each.rule == "lost-message"]
    assert all((each.severity, each.kind) == ("info", "soundness") for each in lost)
    assert bool(lost) == (name in LEFT_OVER), report.findings


LEFT_OVER = {"one asks again and again, the other hears once"}


def test_an_end_that_several_tokens_reach_is_told_and_does_no_harm() -> None:
    for flows, is_told in (
        ("start > and1 > a > end; and1 > b > end", True),
        ("start > and1 > a > end; and1 > b > end2", False),
        ("start > xor1 > a > end; xor1 > b > end", False),
    ):
        (report,) = workflows.verify({"drawn.bpmn": one(flows)})
        assert (report.safe, report.sound) == (True, True)
        assert ("end-reached-twice" in {each.rule for each in report.findings}) is is_told
