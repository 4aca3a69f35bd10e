"""列设置: which columns of a list one sees, and in which order; by keys and without a script."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.database import transaction
from app.errors import Missing
from app.inbox import operations
from app.inbox.queries import columns_of
from app.inbox.rules import ALWAYS, BOXES, COLUMNS, moved
from app.inbox.views.blueprint import bp

LISTS = {
    "waiting": ("待办", "inbox.index"),
    "done": ("已办", "inbox.done"),
    "running": ("在办", "inbox.running"),
    "closed": ("办结", "inbox.closed"),
    "applied": ("我发起的", "inbox.applied"),
    "all": ("全部办件", "inbox.cases"),
}


@bp.get("/inbox/columns/<box>")
@allow("operator", "approver")
def columns(box: str) -> Any:
    """The columns in their order, those that are seen first."""
    seen = columns_of(_box(box), actor())
    title, endpoint = LISTS[box]
    return render_template(
        "inbox/columns.html",
        box=box,
        title=title,
        back=url_for(endpoint),
        seen=seen,
        offered=[*seen, *(each for each in COLUMNS[box] if each not in seen)],
        titles=COLUMNS[box],
        always=ALWAYS,
    )


@bp.post("/inbox/columns/<box>")
@allow("operator", "approver")
def choose_columns(box: str) -> Any:
    """Keep what is ticked; a button beside a column moves it first."""
    ticked = [each for each in request.form.getlist("order") if each in {ALWAYS, *request.form.getlist("column")}]
    act = next((each for each in ("up", "down", "usual") if each in request.form), "")
    with transaction():
        if act == "usual":
            operations.usual_columns(_box(box), actor=actor())
        else:
            wanted = moved(ticked, request.form[act], -1 if act == "up" else 1) if act else ticked
            operations.choose_columns(_box(box), wanted, actor=actor())
    if act in ("up", "down"):
        return redirect(url_for("inbox.columns", box=box, _anchor=f"column-{request.form[act]}"[:40]))
    flash("已恢复常用的列。" if act else "已保存列设置。", "success")
    return redirect(url_for(LISTS[box][1]))


def _box(box: str) -> str:
    if box not in BOXES:
        raise Missing()
    return box
