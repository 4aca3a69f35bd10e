"""A task is seen: whoever brought it to this office can take that back no more.

Every page and answer that shows something of a task to its office notes it, and every act of the office upon it: who
takes back asks for nothing else (but what is said in rows of its own, see `queries.step_backs.seen_or_acted_on`).
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app import clock
from app.cases.models import Task, TaskStatus
from app.database import execute, table

TASKS = table(Task)


def mark_seen(task_ids: Sequence[int]) -> None:
    """Note that these tasks are seen now, those that still wait and nobody has seen before: a mark, no act."""
    unseen = TASKS.c.id.in_(task_ids), TASKS.c.status == TaskStatus.OPEN, TASKS.c.seen_at.is_(None)
    execute(sa.update(TASKS).where(*unseen).values(seen_at=clock.now()))
