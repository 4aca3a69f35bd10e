"""Lists of cases: applied for, running, closed, all."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from app.access import actor, allow
from app.cases import queries
from app.cases.models import TaskStatus
from app.cases.views.blueprint import bp, status_tag
from app.identity.models import DUTY_NAMES
from app.web import encode_cursor
from app.web.pagination import decode_cursor

BOXES = {"applied": "我发起的", "running": "在办", "closed": "办结", "": "全部办件"}


@bp.get("/cases")
@allow("operator", "approver")
def index() -> Any:
    return _list("")


@bp.get("/cases/applied")
@allow("operator")
def applied() -> Any:
    return _list("applied")


@bp.get("/cases/running")
@allow("operator", "approver")
def running() -> Any:
    return _list("running")


@bp.get("/cases/closed")
@allow("operator", "approver")
def closed() -> Any:
    return _list("closed")


def _list(box: str) -> Any:
    place, limit, q = decode_cursor(int), 20, request.args.get("q", "").strip()
    rows = queries.cases_for(actor(), box=box or None, q=q or None, after=place[0] if place else None, limit=limit + 1)
    following = encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None
    return render_template(
        "cases/list.html",
        heading=BOXES[box],
        cases=rows[:limit],
        names={"takeover": "初始建库", **queries.process_names()},
        status_tag=status_tag,
        duties=DUTY_NAMES,
        waiting_of=lambda case: [task for task in case.tasks if task.status is TaskStatus.OPEN],
        next=url_for(request.endpoint or "cases.index", cursor=following, q=q or None) if following else None,
        q=q,
    )
