"""Which open tasks will not be decided in time, by the pace of their offices as the figures have it.

Looked at are the next tasks by their deadlines, so many at a time; the figures of their steps are read together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Actor
from app.cases.models import Case, Figure, FigureKind, Task
from app.cases.queries.oversight import DECIDING, waiting_below
from app.cases.queries.tasks import CLOCK_RUNS
from app.cases.rules.durations import working_days
from app.cases.rules.forecasts import Forecast, forecast
from app.database import db
from app.divisions.models import WATCHES

LOOKED_AT = 200  # tasks of one page
PACE_OF = dt.timedelta(days=90)

Step = tuple[int, str, str]  # office, process, task


@dataclass(frozen=True)
class Foreseen:
    """A task that will probably be late."""

    task: Task
    forecast: Forecast


@dataclass(frozen=True)
class ForecastPage:
    """Of the tasks that were looked at those that will be late; last -- the place behind them, None at the end."""

    late: Sequence[Foreseen]
    looked_at: int
    last: tuple[dt.datetime, int] | None


def foreseen_late(
    actor: Actor, now: dt.datetime, *, below: bool = False, after: tuple[dt.datetime, int] | None = None
) -> ForecastPage:
    """The tasks of the actor's office that are not late and will be, by deadline, from a place on.

    below -- those of the offices that the actor's office governs instead; none for an office that governs none
    """
    start = max(after, (now, 0)) if after else (now, 0)
    if not below:
        tasks = _own(actor, start)
    elif actor.office_kind in WATCHES:
        tasks = waiting_below(actor, after=start, limit=LOOKED_AT + 1)
    else:
        tasks = []
    looked_at = tasks[:LOOKED_AT]
    pace = _pace({(each.office_id, each.case.process_key, each.key) for each in looked_at}, now)
    judged = [Foreseen(each, _forecast(each, pace, now)) for each in looked_at]
    end = looked_at[-1] if len(tasks) > LOOKED_AT else None
    late = [each for each in judged if each.forecast.is_late]
    return ForecastPage(late, len(looked_at), (end.deadline, end.id) if end else None)


def _own(actor: Actor, start: tuple[dt.datetime, int]) -> Sequence[Task]:
    """What waits at the office whose clock runs, whatever the duty."""
    place = sa.tuple_(sa.literal(start[0], Task.deadline.type), start[1])
    parts = [
        sa.select(Task.id, Task.deadline)
        .where(Task.office_id == actor.office_id, Task.duty == duty, Task.status == sa.literal_column("'open'"))
        .where(sa.tuple_(Task.deadline, Task.id) > place, CLOCK_RUNS)
        .order_by(Task.deadline, Task.id)
        .limit(LOOKED_AT + 1)
        .subquery()
        for duty in DECIDING
    ]
    first = (
        sa.union_all(*(sa.select(each) for each in parts)).order_by("deadline", "id").limit(LOOKED_AT + 1).subquery()
    )
    asked = sa.select(Task).join(first, first.c.id == Task.id).order_by(Task.deadline, Task.id)
    return db.session.scalars(asked.options(joinedload(Task.case).joinedload(Case.student))).all()


def _pace(steps: set[Step], now: dt.datetime) -> dict[Step, dict[int, int]]:
    """Of each step how many tasks its office has decided in how many working days, of late."""
    found: dict[Step, dict[int, int]] = defaultdict(dict)
    if not steps:
        return found
    since = clock.local(now).date() - PACE_OF
    which = (Figure.office_id, Figure.process_key, Figure.key)
    asked = (
        sa.select(*which, Figure.days, sa.func.sum(Figure.count).label("tasks"))
        .where(Figure.office_id.in_({office for office, *_step in steps}), Figure.with_below.is_(False))
        .where(Figure.kind == FigureKind.DECIDED.value, Figure.day >= since)
        .group_by(*which, Figure.days)
    )
    for office, process, key, days, tasks in db.session.execute(asked):
        if (office, process, key) in steps and tasks > 0:
            found[office, process, key][days] = int(tasks)
    return found


def _forecast(task: Task, pace: dict[Step, dict[int, int]], now: dt.datetime) -> Forecast:
    arrived = clock.local(task.arrived_at).date()
    waited = working_days(arrived, clock.local(now).date())
    limit = working_days(arrived, clock.local(task.deadline).date())
    return forecast(pace.get((task.office_id, task.case.process_key, task.key), {}), waited, limit)
