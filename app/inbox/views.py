"""The inbox: the most urgent first."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app import clock
from app.access import SIGNED_IN, actor, allow
from app.cases import queries
from app.cases.api import deadline_bounds
from app.cases.rules import light, time_left
from app.interface import add_menu, encode_cursor, first_page
from app.interface.lists import decode_cursor

bp = Blueprint("inbox", __name__, template_folder="templates")
LIGHTS = {"": "全部", "red": "已超期", "yellow": "三个工作日内到期", "green": "时限充裕"}
PAGE = 20


def waiting_count() -> int:
    """How much waits for whoever acts; counted once per request."""
    if "waiting_count" not in g:
        g.waiting_count = queries.count_waiting(actor())
    return int(g.waiting_count)


add_menu("我的工作", "待办", "inbox.index", ("operator", "approver"), waiting_count)
add_menu("我的工作", "已办", "inbox.done", ("operator", "approver"))
add_menu("我的工作", "通知", "inbox.notices", ("operator", "approver"))


@bp.get("/")
@allow(SIGNED_IN)
def front() -> Any:
    return redirect(url_for("inbox.index"))


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
    wanted, process, q = (request.args.get(name, "") for name in ("light", "process", "q"))
    place = decode_cursor(2)
    before, since = deadline_bounds(wanted, now)
    rows = queries.inbox(
        caller,
        box=box,
        process=process or None,
        q=q.strip() or None,
        before=before,
        since=since,
        after=(dt.datetime.fromisoformat(place[0]), int(place[1])) if place else None,
        limit=PAGE + 1,
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.deadline.isoformat(), last.task_id]) if last else None
    return render_template(
        "inbox/inbox.html",
        heading=heading,
        box=box,
        rows=[(row, light(row.deadline, now, paused=row.paused), time_left(row.deadline, now)) for row in rows[:PAGE]],
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


@bp.get("/notices")
@allow("operator", "approver")
def notices() -> Any:
    return render_template("inbox/notices.html", notices=queries.notices_for(actor()))
