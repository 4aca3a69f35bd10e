"""Does a task still wait, as it was read?"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app.cases.models import Task, TaskStatus
from app.cases.queries.step_backs import moved_at
from app.database import end_reading, execute, table

TASKS = table(Task)


def is_open_as_read(task_id: int, since: dt.datetime) -> bool:
    """Whether that task waits at this moment, and its case was neither migrated nor moved since it was read.

    What another branch has decided leaves a task what it was; another version or place may ask something else.
    """
    end_reading()
    row = execute(sa.select(TASKS.c.status, TASKS.c.case_id).where(TASKS.c.id == task_id)).one_or_none()
    if row is None or row.status != TaskStatus.OPEN:
        return False
    return all(each < since for each in moved_at(row.case_id))
