"""转办, 抄送 and what an office has to read (待阅)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.queries.hand_overs import copies_for
from app.cases.views.blueprint import bp
from app.cases.views.case import do_once
from app.database import end_reading, transaction
from app.web import encode_cursor, typed_text, whole_number
from app.web.pagination import decode_cursor

PAGE = 20


@bp.post("/tasks/<int:task_id>/hand-over")
@allow("operator", "approver")
def hand_over(task_id: int) -> Any:
    caller, to, reason = actor(), request.form.get("to_user", ""), typed_text("reason")
    number = queries.task_for(caller, task_id).case.number
    end_reading()
    to_user = whole_number(to, least=1) or 0
    return do_once(
        number,
        ["hand-over", task_id, to_user, reason],
        lambda: operations.hand_over(task_id, to_user, reason, actor=caller),
        "已转办。",
    )


@bp.post("/cases/<number>/copies")
@allow("operator", "approver")
def copy_case(number: str) -> Any:
    caller, offices, remark = actor(), request.form.getlist("offices"), typed_text("remark")
    return do_once(
        number,
        ["copy", number, sorted(offices), remark],
        lambda: operations.copy_case(number, offices, remark, actor=caller),
        "已抄送。",
    )


@bp.get("/copies")
@allow("operator", "approver")
def copies() -> Any:
    """待阅, or with `all` the 已阅 among them."""
    place, every = decode_cursor(int), request.args.get("all") == "1"
    rows = copies_for(actor(), unread=not every, before=place[0] if place else None, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "cases/copies.html",
        rows=rows[:PAGE],
        every=every,
        next=url_for("cases.copies", cursor=following, all="1" if every else None) if following else None,
    )


@bp.post("/copies/<int:copy_id>/read")
@allow("operator", "approver")
def read_copy(copy_id: int) -> Any:
    with transaction():
        number = operations.read_copy(copy_id, actor=actor()).case.number
    flash(f"办件 {number} 的抄送已阅。", "success")
    return redirect(url_for("cases.copies"))
