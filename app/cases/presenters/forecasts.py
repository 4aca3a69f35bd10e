"""What will be late, as programs read it."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from app.cases.presenters.cases import task_brief
from app.cases.presenters.json_types import TaskBriefJson
from app.cases.queries.forecasts import Foreseen


class ForeseenJson(TypedDict):
    """预计超期: a task, and of those that its office took as long for already how many were late."""

    task: TaskBriefJson
    case: str
    of: int
    late: int


def foreseen_json(each: Foreseen, now: dt.datetime) -> ForeseenJson:
    """One task that will probably be late."""
    return {
        "task": task_brief(each.task, now),
        "case": each.task.case.number,
        "of": each.forecast.of,
        "late": each.forecast.late,
    }
