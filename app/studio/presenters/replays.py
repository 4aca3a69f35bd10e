"""A replay for programs."""

from __future__ import annotations

import datetime as dt

from app.studio.presenters.json_types import ReplayedCaseJson, ReplayedTaskJson, ReplaysJson
from app.studio.queries.replays import ReplayedCase, ReplayedTask, Replays, Way


def replays_json(replays: Replays, since: dt.date) -> ReplaysJson:
    """The counts, the cases that would not have gone the same way, the offices whose load changes."""
    counts = replays.counts
    return {
        "since": since.isoformat(),
        "cases": len(replays.cases),
        "more_cases": replays.is_cut,
        "ways": {each.value: counts[each] for each in Way},
        "items": [_case(each) for each in replays.changed],
        "offices": [
            {"office": each.office, "further": each.further, "left_out": each.left_out} for each in replays.loads
        ],
    }


def _case(case: ReplayedCase) -> ReplayedCaseJson:
    return {
        "case": case.number,
        "way": case.replay.way.value,
        "outcome": case.outcome,
        "would_be": case.replay.outcome,
        "further": [_task(each) for each in case.further],
        "left_out": [_task(each) for each in case.left_out],
        "why": case.replay.why,
    }


def _task(task: ReplayedTask) -> ReplayedTaskJson:
    return {"key": task.key, "name": task.name, "office": task.office}
