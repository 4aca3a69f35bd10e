"""Does a task still wait?"""

from __future__ import annotations

import sqlalchemy as sa

from app.cases.models import Task, TaskStatus
from app.database import end_reading, execute, table

TASKS = table(Task)


def is_open(task_id: int) -> bool:
    """Whether that task waits at this moment, whatever was read of it before."""
    end_reading()
    return execute(sa.select(TASKS.c.status).where(TASKS.c.id == task_id)).scalar() == TaskStatus.OPEN
