"""What the clock does: tasks of ended posts go on, accounts that nobody uses are sealed."""

from __future__ import annotations

import contextlib
import datetime as dt

from app.cases import hooks
from app.database import end_reading, transaction
from app.errors import Stale
from app.identity.operations import nobody
from app.personnel import operations, queries


@hooks.job("handed_on", "移交离任人员的待办")
def _hand_on(_now: dt.datetime) -> int:
    """Hand on what only somebody decides whose post has ended, each task by itself."""
    left = [(each.task_id, each.user_id, queries.successor_of(each.post_id)) for each in queries.tasks_left_behind()]
    actor, done = nobody("系统时钟"), 0
    end_reading()
    for task_id, user_id, successor in left:
        with contextlib.suppress(Stale), transaction():
            operations.hand_on(task_id, user_id, successor, "原办理人离任", actor=actor)
            done += 1
    return done


@hooks.job("sealed", "封存久未使用的账号")
def _seal(now: dt.datetime) -> int:
    with contextlib.suppress(Stale), transaction():
        return operations.seal_unused(now, actor=nobody("系统时钟"))
    return 0
