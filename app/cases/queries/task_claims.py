"""Who has taken which task to read."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app.cases.models.task_claims import TaskClaim
from app.database import db


def claim_of(task_id: int) -> TaskClaim | None:
    """Who reads that task; None when nobody has taken it."""
    return db.session.get(TaskClaim, task_id, populate_existing=True)


def claims_of(task_ids: Collection[int]) -> dict[int, TaskClaim]:
    """Those of the tasks that somebody has taken, by the task's id."""
    if not task_ids:
        return {}
    asked = sa.select(TaskClaim).where(TaskClaim.task_id.in_(task_ids))
    return {each.task_id: each for each in db.session.scalars(asked)}
