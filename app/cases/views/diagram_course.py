"""Where a case has been on its diagram: what is done and waits, when, and between which steps it went."""

from __future__ import annotations

from typing import Any

from app import clock
from app.cases.models import Case, Decision, Task, TaskStatus


def course_of(case: Case) -> dict[str, Any]:
    """What the picture of the diagram shows, of what the page has read anyway.

    marks -- element to `done` or `waiting`; times -- element to when it was done, or since when it waits; ways -- pairs
    of elements between which the case went, the first of them "" for its beginning. A step that came with a decision
    arrived at the moment of it: the gateways between both are the picture's own to find.
    """
    stands = [each for each in case.decisions if each.undone_id is None]
    decided = {each.task_id: each for each in stands}
    waiting = [task for task in case.tasks if task.status is TaskStatus.OPEN]
    walked = [task for task in case.tasks if task.id in decided or task in waiting]
    return {
        "marks": {each.key: "done" for each in stands} | {task.key: "waiting" for task in waiting},
        "times": {task.key: _time(task, decided.get(task.id)) for task in walked},
        "ways": sorted({(_before(task, stands), task.key) for task in walked}),
    }


def _before(task: Task, stands: list[Decision]) -> str:
    """The step whose decision has brought this one."""
    return next((each.key for each in reversed(stands) if each.at == task.arrived_at), "")


def _time(task: Task, decision: Decision | None) -> str:
    until = decision.at if decision else clock.now()
    days = clock.working_days_between(clock.local(task.arrived_at).date(), clock.local(until).date())
    at = clock.local(decision.at if decision else task.arrived_at)
    return f"{at:%m-%d %H:%M}{'办理' if decision else '到达'} · {max(0, days)} 日"
