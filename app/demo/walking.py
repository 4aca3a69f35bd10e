"""Cases of the demonstration walked through the real verbs, at earlier hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.models import Task, TaskStatus
from app.cases.operations import Answer
from app.database import db, transaction

People = dict[tuple[int, str], Actor]


def agree(case_id: int, people: People, steps: int) -> int:
    """Let that many desks agree, one after the other; how many did, fewer where nothing waits any more."""
    for done in range(steps):
        with transaction():
            task = db.session.execute(
                sa.select(Task.id, Task.office_id, Task.duty, Task.key)
                .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
                .order_by(Task.id)
                .limit(1)
            ).first()
            if task is None or task.key == "guardian_notice":  # what was served is shown by a paper
                return done
            answer = Answer("agree", opinion="同意。")
            if task.key.endswith("_opinion"):
                answer = Answer("acknowledge", form={"view": "support"})
            operations.decide(task.id, answer, actor=people[task.office_id, task.duty.value])
    return steps


@contextmanager
def at_earlier_hours() -> Iterator[dt.datetime]:
    """Inside, the clock may be set back; after it, it goes on as before. Yields the hour it really is."""
    ahead = clock.now() - dt.datetime.now(dt.UTC)
    try:
        yield clock.now()
    finally:
        clock.set_to(dt.datetime.now(dt.UTC) + ahead)
