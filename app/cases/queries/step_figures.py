"""How many cases wait at each step of a process, and how long the step has taken: read by index, each within a bound.

No figure reads more than it may: what waits is counted no further than MOST_COUNTED for each light, and how long a step
takes is said of the last SAMPLE that were decided there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case, Task
from app.cases.queries.tasks import CLOCK_RUNS, PAUSED_CASES
from app.cases.queries.undone import DECISION_STANDS
from app.cases.rules.deadlines import LIGHT_NAMES, after_yellow
from app.cases.rules.durations import Times, times_of, working_days
from app.database import db
from app.definitions.models import ProcessVersion
from app.divisions.models import Office
from app.divisions.queries import inside
from app.web.formatting import MOST_COUNTED

SAMPLE = 200  # decided tasks of a step, the latest, of which the times are said
RECENT = 5  # versions, the newest, of which they are taken
TOGETHER = 50  # steps of which one statement asks: SQLite puts no more than 500 selects together
OPEN = Task.status == sa.literal_column("'open'")  # as the indexes say it
NO_TIMES = Times()  # of a step at which nothing was decided
DONE = Task.status == sa.literal_column("'done'")


@dataclass(frozen=True)
class StepFigures:
    """What stands at a step: by its light, each counted to MOST_COUNTED; the working days of the decided ones."""

    red: int = 0
    yellow: int = 0
    green: int = 0
    paused: int = 0
    times: Times = NO_TIMES  # from arrival to decision, of the last

    @property
    def open(self) -> int:
        return self.red + self.yellow + self.green + self.paused

    @property
    def more(self) -> bool:
        """True where there are more than were counted."""
        return MOST_COUNTED in (self.red, self.yellow, self.green, self.paused)


@dataclass(frozen=True)
class TaskAtStep:
    """A task behind a figure: of the case its number, never the child."""

    task_id: int
    number: str
    version: int
    office: str
    arrived_at: dt.datetime
    deadline: dt.datetime
    ended_at: dt.datetime | None
    paused: bool

    @property
    def days(self) -> int:
        """Working days from its arrival to its decision."""
        return _days(self.arrived_at, self.ended_at or clock.now())


def _days(arrived_at: dt.datetime, ended_at: dt.datetime) -> int:
    return working_days(clock.local(arrived_at).date(), clock.local(ended_at).date())


def step_figures(
    actor: Actor, versions: Sequence[int], keys: Sequence[str], now: dt.datetime
) -> dict[str, StepFigures]:
    """The figures of these steps in these versions (the newest first), within the actor's jurisdiction."""
    found: dict[str, StepFigures] = {}
    for some in (keys[begin : begin + TOGETHER] for begin in range(0, len(keys), TOGETHER)):
        counts = [sa.select(sa.literal(key).label("key"), *_counts(actor, versions, key, now)) for key in some]
        times = _times(actor, versions, some)
        for row in db.session.execute(sa.union_all(*counts)):
            counted = {light: getattr(row, light) for light in LIGHT_NAMES}
            found[row.key] = StepFigures(**counted, times=times_of((days, 1) for days in times[row.key]))
    return found


def _counts(actor: Actor, versions: Sequence[int], key: str, now: dt.datetime) -> list[Any]:
    """How many tasks of a step show each light."""
    found = []
    for light in LIGHT_NAMES:
        rows = sa.select(sa.literal(1).label("one")).select_from(Task).join(Office, Office.id == Task.office_id)
        rows = rows.where(Task.version_id.in_(versions), Task.key == key, OPEN, inside(actor), *_shows(light, now))
        counted = sa.select(sa.func.count()).select_from(rows.limit(MOST_COUNTED).subquery())
        found.append(counted.scalar_subquery().label(light))
    return found


def _shows(light: str, now: dt.datetime) -> list[Any]:
    """The conditions that an open task shows a light: as `rules.light` has it, by its deadline alone."""
    if light == "paused":
        return [Task.case_id.in_(PAUSED_CASES)]
    soon = after_yellow(now)
    bounds = {
        "red": [Task.deadline < now],
        "yellow": [Task.deadline >= now, Task.deadline < soon],
        "green": [Task.deadline >= soon],
    }
    return [*bounds[light], CLOCK_RUNS]


def _times(actor: Actor, versions: Sequence[int], keys: Sequence[str]) -> dict[str, list[int]]:
    """The working days of the tasks last decided at each step."""
    columns = (Task.key, Task.arrived_at, Task.ended_at)
    parts = [sa.select(_last(actor, columns, each, key).subquery()) for each in versions[:RECENT] for key in keys]
    found: dict[str, list[tuple[dt.datetime, int]]] = {key: [] for key in keys}
    for row in db.session.execute(sa.union_all(*parts)) if parts else ():
        found[row.key].append((row.ended_at, _days(row.arrived_at, row.ended_at)))
    return {key: [days for _at, days in sorted(ended, reverse=True)[:SAMPLE]] for key, ended in found.items()}


def _last(actor: Actor, columns: Sequence[Any], version: int, key: str) -> sa.Select[Any]:
    """The tasks last decided at a step of a version."""
    asked = sa.select(*columns).join(Office, Office.id == Task.office_id)
    asked = asked.where(Task.version_id == version, Task.key == key, DONE, DECISION_STANDS, inside(actor))
    return asked.order_by(Task.ended_at.desc(), Task.id.desc()).limit(SAMPLE)


# ── the cases behind a figure ────────────────────────────────────────────────────────────────────────────────────────


def waiting_at(
    actor: Actor,
    versions: Sequence[int],
    key: str,
    now: dt.datetime,
    *,
    light: str | None = None,
    after: tuple[dt.datetime, int] | None = None,
    limit: int = 50,
) -> Sequence[TaskAtStep]:
    """The open tasks of a step, the most urgent first, after a place; by light, all of them without one."""
    parts = []
    for version in versions:
        asked = sa.select(Task.id, Task.deadline).join(Office, Office.id == Task.office_id)
        asked = asked.where(Task.version_id == version, Task.key == key, OPEN, inside(actor))
        if light:
            asked = asked.where(*_shows(light, now))
        if after:
            place = sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])
            asked = asked.where(sa.tuple_(Task.deadline, Task.id) > place)
        parts.append(sa.select(asked.order_by(Task.deadline, Task.id).limit(limit).subquery()))
    if not parts:
        return []
    page = sa.union_all(*parts).order_by("deadline", "id").limit(limit).subquery()
    return _rows(sa.select(page.c.id), (Task.deadline, Task.id))


def decided_at(actor: Actor, versions: Sequence[int], key: str) -> Sequence[TaskAtStep]:
    """The tasks of which the times of a step are said, those that took the longest first."""
    parts = [sa.select(_last(actor, (Task.id, Task.ended_at), each, key).subquery()) for each in versions[:RECENT]]
    if not parts:
        return []
    last = sa.union_all(*parts).order_by(sa.text("ended_at DESC"), sa.text("id DESC")).limit(SAMPLE).subquery()
    found = _rows(sa.select(last.c.id), (Task.ended_at.desc(), Task.id.desc()))
    return sorted(found, key=lambda each: -each.days)


def _rows(ids: sa.Select[Any], order: tuple[Any, Any]) -> Sequence[TaskAtStep]:
    listed = ids.subquery()
    asked = (
        sa.select(
            Task.id,
            Case.number,
            ProcessVersion.number.label("version"),
            Office.name,
            Task.arrived_at,
            Task.deadline,
            Task.ended_at,
            Case.status == "paused",
        )
        .join(listed, listed.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .join(ProcessVersion, ProcessVersion.id == Task.version_id)
        .join(Office, Office.id == Task.office_id)
        .order_by(*order)
    )
    return [TaskAtStep(*row) for row in db.session.execute(asked)]
