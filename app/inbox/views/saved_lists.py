"""视图: the list as it stands, kept under a name."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from app.access import actor, allow
from app.cases.presenters.task_lists import list_of_query
from app.database import transaction
from app.inbox import operations
from app.inbox.views.blueprint import bp
from app.web import typed_text


@bp.post("/inbox/lists")
@allow("operator", "approver")
def save_list() -> Any:
    """Keep the list that the address asks for."""
    asked = list_of_query()
    with transaction():
        kept = operations.save_list(
            typed_text("name"), asked.given, shared=request.form.get("shared") == "yes", actor=actor()
        )
        name = kept.name
    flash(f"已保存视图“{name}”。", "success")
    return redirect(url_for("inbox.index", **asked.address()))


@bp.post("/inbox/lists/<int:list_id>/delete")
@allow("operator", "approver")
def forget_list(list_id: int) -> Any:
    with transaction():
        operations.forget_list(list_id, actor=actor())
    flash("已删除视图。", "success")
    return redirect(url_for("inbox.index"))
