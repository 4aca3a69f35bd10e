"""What counts no more: tasks whose decision was taken or sent back over, and tasks that ended because of that."""

from __future__ import annotations

import sqlalchemy as sa

from app.cases.models import Decision, Task, TaskStatus

#: stands in a task that is asked no more because what led to it was taken or sent back
ENDED = "E-TAKEN-BACK"
_undone = sa.exists().where(Decision.task_id == Task.id, Decision.undone_id.is_not(None)).correlate(Task)
_ended = sa.and_(
    Task.status == sa.literal_column(f"'{TaskStatus.CANCELLED.value}'"),
    sa.type_coerce(Task.note, sa.Text).like(f'%"{ENDED}"%'),
)
#: the decision of a task that is done stands
DECISION_STANDS = sa.not_(_undone)
#: a task has come and is not gone again: as the triggers count arrivals (revision t05)
HAS_COME = sa.and_(DECISION_STANDS, sa.not_(sa.func.coalesce(_ended, sa.false())))
