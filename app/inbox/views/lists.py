"""The inbox: the most urgent first; what may be decided together is ticked here."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from app import clock
from app.access import SIGNED_IN, actor, allow
from app.calendars import queries as calendars
from app.cases import queries
from app.cases.api.cases import LIGHTS as LIGHT
from app.cases.api.deadlines import deadline_bounds, deadline_place
from app.cases.queries.bulk_decisions import bulk_tasks
from app.cases.rules import light, time_left
from app.inbox.views.blueprint import BUREAUS, PAGE, bp, waiting_count
from app.web import encode_cursor, first_page, read_query

LIGHTS = {"": "全部", "red": "已超期", "yellow": "三个工作日内到期", "green": "时限充裕"}


@bp.get("/inbox")
@allow(SIGNED_IN)
def index() -> Any:
    if actor().duty not in ("operator", "approver"):
        return redirect(first_page())
    return _page("waiting", "待办")


@bp.get("/inbox/done")
@allow("operator", "approver")
def done() -> Any:
    return _page("done", "已办")


def _page(box: str, heading: str) -> Any:
    caller, now = actor(), clock.now()
    process, q = (request.args.get(name, "") for name in ("process", "q"))
    wanted = read_query({"light": LIGHT}).get("light", "")
    before, since = deadline_bounds(wanted, now)
    rows = queries.inbox(
        caller,
        box=box,
        process=process or None,
        q=q.strip() or None,
        before=before,
        since=since,
        after=deadline_place(),
        limit=PAGE + 1,
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.deadline, last.task_id]) if last else None
    shown = rows[:PAGE]
    return render_template(
        "inbox/inbox.html",
        heading=heading,
        box=box,
        warnings=calendars.warnings() if caller.office_kind in BUREAUS and box == "waiting" else [],
        rows=[(row, light(row.deadline, now, paused=row.paused), time_left(row.deadline, now)) for row in shown],
        ticks=bulk_tasks(caller, [row.task_id for row in shown]) if box == "waiting" else {},
        next=url_for(
            request.endpoint or "", cursor=following, light=wanted or None, process=process or None, q=q or None
        )
        if following
        else None,
        total=waiting_count() if box == "waiting" else None,
        overdue=queries.count_waiting(caller, before=now) if box == "waiting" else 0,
        lights=LIGHTS,
        wanted={"light": wanted, "process": process, "q": q},
        processes=queries.process_names(),
    )
