"""Taking tasks to read and giving them back, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import bp
from app.cases.presenters.task_claims import ClaimedTaskJson, claimed_json
from app.database import transaction
from app.web import operation


@bp.post("/tasks/<int:task_id>/claim")
@allow("operator", "approver")
@operation("签收：告诉同岗位的人由我阅办；不妨碍他人办理")
def claim_task(task_id: int) -> ClaimedTaskJson:
    with transaction():
        return claimed_json(operations.claim(task_id, actor=actor()))


@bp.post("/tasks/<int:task_id>/release")
@allow("operator", "approver")
@operation("释放本人签收的环节")
def release_task(task_id: int) -> ClaimedTaskJson:
    with transaction():
        return claimed_json(operations.release_task(task_id, actor=actor()))
