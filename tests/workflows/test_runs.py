"""A stored run is the run: nothing that can still have an effect is lost, nothing else is kept."""

from __future__ import annotations

import random
from pathlib import Path

import orjson
import pytest
import zstandard

import workflows
from tests.workflows.drawing import (
    END,
    START,
    as_in_another_process,
    compiled,
    message,
    node,
    process,
    sub_process,
    task,
)
from tests.workflows.lockstep import LONGEST, Sides, wander
from workflows.runs import FORMAT, dump, load
from workflows.task_tree import FastWorkflow

TRANSFER = Path(__file__).parents[2] / "bpmn" / "transfer" / "transfer.bpmn"
FACTS = {"same_superior": False, "city_review": True}


def compiled_transfer() -> workflows.Diagrams:
    return workflows.compile_diagrams({"transfer.bpmn": TRANSFER.read_bytes()}, "transfer")


@pytest.fixture(scope="module")
def transfer() -> workflows.Diagrams:
    return compiled_transfer()


@pytest.fixture(scope="module")
def transfer_elsewhere(transfer: workflows.Diagrams) -> workflows.Diagrams:
    return as_in_another_process(compiled_transfer)


PARALLEL = process(
    "parallel",
    START
    + END
    + node("parallelGateway", "split")
    + node("parallelGateway", "join")
    + node("exclusiveGateway", "check", default="parallel_6")
    + task("left")
    + task("right")
    + task("after"),
    "start split",
    "split left",
    "split right",
    "left check",
    "right join",
    "check left again",
    "check join",
    "join after",
    "after end",
)
ENDS = process(
    "ends",
    START
    + node("parallelGateway", "split")
    + "".join(task(key) + node("endEvent", f"end_{key}") for key in ("one", "two", "three")),
    "start split",
    *(f"split {key}" for key in ("one", "two", "three")),
    *(f"{key} end_{key}" for key in ("one", "two", "three")),
)
INCLUSIVE = process(
    "inclusive",
    START
    + END
    + node("inclusiveGateway", "split", default="inclusive_3")
    + node("inclusiveGateway", "join")
    + task("ask")
    + task("one")
    + task("two")
    + task("after"),
    "start ask",
    "ask split",
    "split one again",
    "split two",
    "one join",
    "two join",
    "join after",
    "after end",
)
EARLY = process(
    "early",
    START
    + END
    + node("endEvent", "early_end")
    + node("endEvent", "side_end")
    + node("parallelGateway", "both")
    + node("inclusiveGateway", "split")
    + node("inclusiveGateway", "join")
    + node("exclusiveGateway", "check", default="early_7")
    + task("side")
    + task("one")
    + task("two")
    + task("after"),
    "start both",
    "both side",
    "both split",
    "side side_end",
    "split one 1 == 1",
    "split two 1 == 1",
    "one join",
    "check join",
    "two check",
    "check early_end again",
    "join after",
    "after end",
)
CALLED = process(
    "called",
    node("startEvent", "begin") + node("endEvent", "finish") + task("inner") + task("inner_again"),
    "begin inner",
    "inner inner_again",
    "inner_again finish",
)
CALLING = process(
    "calling",
    START + END + task("before") + node("callActivity", "call", calledElement="called") + task("after"),
    "start before",
    "before call",
    "call after",
    "after end",
)
EMBEDDING = process(
    "embedding",
    START
    + END
    + sub_process(
        "inside",
        node("startEvent", "in_start")
        + node("endEvent", "in_end")
        + node("callActivity", "call", calledElement="called"),
        "in_start call",
        "call in_end",
    )
    + node("boundaryEvent", "stop", message("stop_m", "stop"), attachedToRef="inside")
    + task("stopped")
    + task("after"),
    "start inside",
    "inside after",
    "stop stopped",
    "stopped end",
    "after end",
)
INSTANCES = (
    "<bpmn:multiInstanceLoopCharacteristics{}><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
JOINT = process(
    "joint",
    START + END + task("sign", INSTANCES.format("")) + task("after"),
    "start sign",
    "sign after",
    "after end",
)
ONE_BY_ONE = process(
    "one_by_one",
    START + END + task("sign", INSTANCES.format(' isSequential="true"')) + task("after"),
    "start sign",
    "sign after",
    "after end",
)
REPEATED = process(
    "repeated",
    START
    + END
    + task(
        "sign",
        '<bpmn:standardLoopCharacteristics loopMaximum="4"><bpmn:loopCondition>again</bpmn:loopCondition>'
        "</bpmn:standardLoopCharacteristics>",
    )
    + task("after"),
    "start sign",
    "sign after",
    "after end",
)
EVENTS = process(
    "events",
    START
    + END
    + node("eventBasedGateway", "either")
    + node("intermediateCatchEvent", "yes", message("yes_m", "yes"))
    + node("intermediateCatchEvent", "no", message("no_m", "no"))
    + task("agreed")
    + task("refused")
    + node("boundaryEvent", "aside", message("aside_m", "aside"), attachedToRef="agreed", cancelActivity="false")
    + task("noted"),
    "start either",
    "either yes",
    "either no",
    "yes agreed",
    "no refused",
    "agreed end",
    "refused end",
    "aside noted",
    "noted end",
)
DRAWN = {
    "parallel branches, one of which loops": (PARALLEL,),
    "three ends": (ENDS,),
    "inclusive gateway": (INCLUSIVE,),
    "inclusive gateway, one branch may end before it": (EARLY,),
    "call activity": (CALLING, CALLED),
    "call activity in a sub-process with a boundary message": (EMBEDDING, CALLED),
    "joint decision": (JOINT,),
    "one after the other": (ONE_BY_ONE,),
    "loop": (REPEATED,),
    "event-based gateway and a message aside": (EVENTS,),
}


@pytest.mark.parametrize("seed", range(30))
def test_a_transfer_walks_the_same_live_and_stored(
    transfer: workflows.Diagrams, transfer_elsewhere: workflows.Diagrams, seed: int
) -> None:
    chance = random.Random(seed)
    facts = {"same_superior": chance.random() < 0.3, "city_review": chance.random() < 0.5}

    assert wander(Sides(transfer, transfer_elsewhere, facts), chance) > 0


@pytest.mark.parametrize("name", DRAWN)
def test_a_small_diagram_walks_the_same_live_and_stored(name: str) -> None:
    def draw() -> workflows.Diagrams:
        return compiled(*DRAWN[name], messages=("stop", "yes", "no", "aside"))

    diagrams, elsewhere = draw(), as_in_another_process(draw)

    steps = [wander(Sides(diagrams, elsewhere, {}), random.Random(seed)) for seed in range(12)]

    assert min(steps) > 0
    assert min(steps) < LONGEST


def test_three_hundred_returns_cost_no_more_than_one(transfer: workflows.Diagrams, offered: None) -> None:
    run = workflows.start(transfer, FACTS)
    sizes, tasks = [], []

    for _ in range(300):
        for outcome in ("send_back", "agree"):
            run = workflows.complete(transfer, run.state, run.waiting[0].id, {"outcome": outcome})
            sizes.append(len(run.state))
            tasks.append(len(load(transfer, run.state).tasks))

    assert [each.key for each in run.waiting] == ["receiving_school"]
    assert max(tasks) <= 20
    assert max(sizes) <= max(sizes[:2]) + 8
    for outcome in ("agree", "agree", "agree", "agree", "agree"):
        run = workflows.complete(transfer, run.state, run.waiting[0].id, {"outcome": outcome})
    assert run.waiting[0].key == "pull"


def test_a_directive_that_ends_again_and_again_leaves_nothing_behind(
    transfer: workflows.Diagrams, offered: None
) -> None:
    run = workflows.start(transfer, {"same_superior": True, "city_review": False})
    for _ in range(3):
        run = workflows.complete(transfer, run.state, run.waiting[0].id, {"outcome": "agree"})
    sizes = []

    for _ in range(100):
        run = workflows.notify(transfer, run.state, "directive_ended")
        run = workflows.complete(transfer, run.state, run.waiting[0].id, {"outcome": "agree"})
        sizes.append(len(run.state))

    assert run.waiting[0].key == "pull"
    assert max(sizes) <= sizes[0] + 8


def test_one_branch_that_loops_while_the_other_waits_stays_small() -> None:
    diagrams = compiled(PARALLEL)
    run = workflows.start(diagrams, {})
    sizes = []

    for _ in range(200):
        left = next(each for each in run.waiting if each.key == "left")
        run = workflows.complete(diagrams, run.state, left.id, {"again": True})
        sizes.append(len(run.state))
    for key in ("left", "right"):
        waiting = next(each for each in run.waiting if each.key == key)
        run = workflows.complete(diagrams, run.state, waiting.id, {"again": False})

    assert max(sizes) <= sizes[0] + 8
    assert [each.key for each in run.waiting] == ["after"]


def test_a_join_waits_for_both_branches_in_every_round() -> None:
    diagrams = compiled(
        process(
            "rounds",
            START
            + END
            + node("exclusiveGateway", "begin")
            + node("parallelGateway", "split")
            + node("parallelGateway", "join")
            + node("exclusiveGateway", "check", default="rounds_8")
            + task("left")
            + task("right"),
            "start begin",
            "begin split",
            "split left",
            "split right",
            "left join",
            "right join",
            "join check",
            "check begin again",
            "check end",
        )
    )
    run = workflows.start(diagrams, {})

    for order in (("left", "right"), ("right", "left"), ("right", "left"), ("left", "right"), ("right", "left")):
        assert [each.key for each in run.waiting] == ["left", "right"]
        for key in order:
            waiting = next(each for each in run.waiting if each.key == key)
            run = workflows.complete(diagrams, run.state, waiting.id, {"again": True})


def test_facts_of_branches_that_ended_earlier_are_there_at_the_end() -> None:
    diagrams = compiled(ENDS)
    run = workflows.start(diagrams, {})

    for _ in range(3):
        run = workflows.complete(diagrams, run.state, run.waiting[0].id, {f"by_{run.waiting[0].key}": True})

    assert run.finished
    assert run.facts == {"by_one": True, "by_two": True, "by_three": True}


def test_a_call_gives_its_facts_back() -> None:
    diagrams = compiled(CALLING, CALLED)
    run = workflows.start(diagrams, {"n": 1})

    for key in ("before", "inner", "inner_again"):
        assert [each.key for each in run.waiting] == [key]
        run = workflows.complete(diagrams, run.state, run.waiting[0].id, {key: True})

    assert [each.key for each in run.waiting] == ["after"]
    assert run.facts == {"n": 1, "before": True, "inner": True, "inner_again": True}


def test_one_and_true_and_one_point_nought_are_three_facts() -> None:
    flows = ("start first", "first second", "second third", "third fourth", "fourth end")
    keys = ("first", "second", "third", "fourth")
    diagrams = compiled(process("line", START + END + "".join(map(task, keys)), *flows))
    run = workflows.start(diagrams, {"fact": 1})

    for value in (True, 1.0, 1):
        run = workflows.complete(diagrams, run.state, run.waiting[0].id, {"fact": value})
        facts = load(diagrams, run.state).last_task.data
        assert (facts["fact"], type(facts["fact"])) == (value, type(value))


def test_a_task_keeps_its_id_until_it_is_done_and_nobody_else_gets_it(transfer: workflows.Diagrams) -> None:
    run = workflows.start(transfer, FACTS)
    given = []

    for step in range(40):
        given.append(run.waiting[0].id)
        again = load(transfer, run.state).ready(manual=True)
        assert [str(each.id) for each in again] == [each.id for each in run.waiting]
        outcome = "send_back" if run.waiting[0].key == "receiving_school" else "agree"
        run = workflows.complete(transfer, run.state, run.waiting[0].id, {"outcome": outcome, "step": step})
        with pytest.raises(workflows.TaskGone):
            workflows.complete(transfer, run.state, given[-1], {"outcome": "agree"})

    assert len(set(given)) == 40


def test_what_is_not_a_run_is_refused(transfer: workflows.Diagrams) -> None:
    state = workflows.start(transfer, FACTS).state

    for broken in (b"", b"\x01" + state[1:], FORMAT + b"junk", state[:-3], FORMAT + zstandard.compress(b"{}")):
        with pytest.raises(workflows.RunBroken):
            load(transfer, broken)


def test_a_run_of_other_diagrams_is_refused(transfer: workflows.Diagrams) -> None:
    with pytest.raises(workflows.RunBroken):
        load(compiled(ENDS), workflows.start(transfer, FACTS).state)


def test_a_fact_that_json_cannot_hold_is_refused(transfer: workflows.Diagrams) -> None:
    with pytest.raises(workflows.RunBroken):
        workflows.start(transfer, {**FACTS, "number": 2**70})


def test_the_specification_is_not_stored_and_predictions_are_not_either(transfer: workflows.Diagrams) -> None:
    run = workflows.start(transfer, FACTS)

    rows = orjson.loads(zstandard.decompress(run.state[1:]))[2][0]

    assert len(rows) <= 5
    assert len(load(transfer, run.state).tasks) > len(rows)
    assert len(run.state) < 300


def test_storing_does_not_touch_the_run(transfer: workflows.Diagrams) -> None:
    workflow = load(transfer, workflows.start(transfer, FACTS).state)
    assert isinstance(workflow, FastWorkflow)

    first, second = dump(workflow), dump(workflow)

    assert first == second


def test_what_is_gone_from_the_facts_stays_gone(transfer: workflows.Diagrams) -> None:
    workflow = load(transfer, workflows.start(transfer, FACTS).state)
    del workflow.ready(manual=True)[0].data["city_review"]

    again = load(transfer, dump(workflow))

    assert again.ready(manual=True)[0].data == {"same_superior": False}


def test_a_predicted_task_that_knows_something_is_kept(transfer: workflows.Diagrams) -> None:
    workflow = load(transfer, workflows.start(transfer, FACTS).state)
    workflow.ready(manual=True)[0].children[0].children[1].data["note"] = 7

    again = load(transfer, dump(workflow))

    assert again.ready(manual=True)[0].children[0].children[1].data == {"note": 7}
    assert dump(again) == dump(workflow)


def test_a_cancelled_run_stays_cancelled(transfer: workflows.Diagrams) -> None:
    state = workflows.start(transfer, FACTS).state
    workflow = load(transfer, state)
    workflow.cancel()

    again = load(transfer, dump(workflow))

    assert (again.completed, again.success) == (True, False)
    assert again.ready(manual=True) == []
    assert (
        again.last_id >= load(transfer, state).ready(manual=True)[0].id
    )  # ids of what was cancelled are not given again


def test_an_inside_that_cancels_itself_lets_the_run_go_on() -> None:
    inside = (
        node("startEvent", "in_start")
        + task("inner")
        + node("endEvent", "in_end", node("cancelEventDefinition", "cancelled"))
        + '<bpmn:sequenceFlow id="in_1" sourceRef="in_start" targetRef="inner" />'
        + '<bpmn:sequenceFlow id="in_2" sourceRef="inner" targetRef="in_end" />'
    )
    drawn = START + END + node("transaction", "try", inside) + task("after")
    diagrams = compiled(process("trying", drawn, "start try", "try after", "after end"))
    run = workflows.start(diagrams, {})

    run = workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})

    assert [each.key for each in run.waiting] == ["after"]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Service tasks that succeed."""
    names = ("directive/issue", "archive/pull", "directive/give_up", "case/follow_up")
    monkeypatch.setattr("workflows.engine.handlers", lambda: dict.fromkeys(names, lambda context, facts: None))
