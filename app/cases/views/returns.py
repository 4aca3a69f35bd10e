"""退回到已办环节: the steps to which a task may be sent back, with what each would end, before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.presenters.cases import compiled_version_of
from app.cases.transactions import note_task_seen, submit_once
from app.cases.views.blueprint import bp
from app.database import end_reading
from app.errors import Objected
from app.office_settings.queries import reasons_in_force
from app.web import typed_text


@bp.get("/tasks/<int:task_id>/send-back")
@allow("operator", "approver")
def choose_target(task_id: int) -> Any:
    return _page(task_id)


@bp.post("/tasks/<int:task_id>/send-back")
@allow("operator", "approver")
def send_back(task_id: int) -> Any:
    caller, to, reason = actor(), request.form.get("to", ""), typed_text("reason")
    code = request.form.get("reason_code") or None
    end_reading()

    def act() -> int:
        return operations.send_back_to(task_id, to, reason, reason_code=code, actor=caller)

    try:
        case_id = submit_once(None, ["send-back", task_id, to, code, reason], act, actor=caller)
    except Objected as refusal:
        return _page(
            task_id, typed={"to": to, "reason": reason, "reason_code": code or ""}, errors=refusal.objections
        ), 422
    flash("已退回，该环节重新办理。", "success")
    return redirect(url_for("cases.show", number=queries.case_number(case_id)))


def _page(task_id: int, *, typed: dict[str, str] | None = None, errors: Sequence[Any] = ()) -> str:
    note_task_seen(actor(), task_id)
    task, targets = operations.targets_for(task_id, actor=actor())
    reasons = reasons_in_force(compiled_version_of(task.case), task.office.path)
    return render_template(
        "cases/send_back.html", task=task, targets=targets, reasons=reasons, typed=typed or {}, errors=errors
    )
