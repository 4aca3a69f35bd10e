"""签收 and 释放 from the page of a case or from the list."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request

from app.access import actor, allow
from app.cases import operations
from app.cases.views.blueprint import bp
from app.database import transaction
from app.web import local_address


@bp.post("/tasks/<int:task_id>/claim")
@allow("operator", "approver")
def claim(task_id: int) -> Any:
    with transaction():
        number = operations.claim(task_id, actor=actor()).case.number
    flash(f"办件 {number} 已签收，同岗位人员可见由您阅办。", "success")
    return redirect(local_address(request.form.get("next")))


@bp.post("/tasks/<int:task_id>/release")
@allow("operator", "approver")
def release(task_id: int) -> Any:
    with transaction():
        number = operations.release_task(task_id, actor=actor()).case.number
    flash(f"办件 {number} 已释放，同岗位人员可以签收。", "success")
    return redirect(local_address(request.form.get("next")))
