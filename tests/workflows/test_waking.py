"""A service whose day has not come: the run waits at it, is stored like any other, and goes on when it is woken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

import workflows
from tests.workflows.drawing import END, START, compiled, node, process, sub_process, task
from workflows import Later

DAY, EARLIER = dt.date(2026, 12, 1), dt.date(2026, 11, 30)


def service(key: str, name: str) -> str:
    inside = (
        f'<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="{name}" resultVariable="">'
        "<spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>"
    )
    return node("serviceTask", key, inside)


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """What day it is for the services: each acts on its own day and not before."""
    known = [dt.date(2026, 11, 20)]

    def on(day: dt.date) -> Any:
        def act(context: object, facts: Mapping[str, Any]) -> Mapping[str, Any]:
            if known[0] < day:
                raise Later(day)
            return {"acted": True}

        return act

    offered = {"act/late": on(DAY), "act/early": on(EARLIER)}
    monkeypatch.setattr("workflows.engine.handlers", lambda: offered)
    return known


ONE = process(
    "one", START + END + task("desk") + service("effect", "act/late"), "start desk", "desk effect", "effect end"
)


def decided(diagrams: workflows.Diagrams) -> workflows.Run:
    run = workflows.start(diagrams, {})
    return workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})


def test_a_run_waits_at_a_service_until_its_day(today: list[dt.date]) -> None:
    diagrams = compiled(ONE)

    run = decided(diagrams)
    assert (run.waiting, run.finished, run.wakes_on) == ((), False, DAY)
    again = workflows.wake(diagrams, run.state)
    assert (again.finished, again.wakes_on) == (False, DAY), "woken too early it sleeps on"

    today[0] = DAY
    done = workflows.wake(diagrams, again.state)
    assert (done.finished, done.wakes_on, done.facts["acted"]) == (True, None, True)
    with pytest.raises(workflows.NotWaiting):
        workflows.wake(diagrams, done.state)


def test_nobody_wakes_a_run_that_waits_for_people(today: list[dt.date]) -> None:
    diagrams = compiled(ONE)

    with pytest.raises(workflows.NotWaiting):
        workflows.wake(diagrams, workflows.start(diagrams, {}).state)


def test_two_services_wake_each_on_its_day_while_people_go_on_beside(today: list[dt.date]) -> None:
    diagrams = compiled(
        process(
            "both",
            START
            + END
            + node("parallelGateway", "split")
            + node("parallelGateway", "join")
            + service("late", "act/late")
            + sub_process(
                "within",
                node("startEvent", "s") + node("endEvent", "e") + service("early", "act/early"),
                "s early",
                "early e",
            )
            + task("desk"),
            "start split",
            "split late",
            "split within",
            "split desk",
            "late join",
            "within join",
            "desk join",
            "join end",
        )
    )
    run = workflows.start(diagrams, {})
    assert ([each.key for each in run.waiting], run.wakes_on) == (["desk"], EARLIER)

    run = workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})
    today[0] = EARLIER
    run = workflows.wake(diagrams, run.state)
    assert (run.finished, run.wakes_on) == (False, DAY)
    today[0] = DAY
    assert workflows.wake(diagrams, run.state).finished
