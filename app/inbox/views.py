"""The inbox: the most urgent first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app import clock
from app.access import SIGNED_IN, actor, allow, require
from app.calendars import queries as calendars
from app.cases import operations, queries
from app.cases.api.cases import LIGHTS as LIGHT
from app.cases.api.deadlines import deadline_bounds, deadline_place
from app.cases.presenters.cases import NOTICE_NAMES, notice_kind
from app.cases.queries import oversight
from app.cases.queries.facts import supervision_refused
from app.cases.rules import light, time_left
from app.database import transaction
from app.web import add_menu, after_id, encode_cursor, first_page, read_query, whole_number

bp = Blueprint("inbox", __name__, template_folder="templates")
LIGHTS = {"": "全部", "red": "已超期", "yellow": "三个工作日内到期", "green": "时限充裕"}
PAGE = 20
BUREAUS = ("province", "city", "county", "zone")


def waiting_count() -> int:
    """How much waits for whoever acts; counted once per request."""
    if "waiting_count" not in g:
        g.waiting_count = queries.count_waiting(actor())
    return int(g.waiting_count)


def unread_count() -> int:
    """Notices that nobody of the office has read; counted once per request."""
    if "unread_count" not in g:
        g.unread_count = oversight.count_unread(actor())
    return int(g.unread_count)


add_menu("我的工作", "待办", "inbox.index", ("operator", "approver"), waiting_count)
add_menu("我的工作", "已办", "inbox.done", ("operator", "approver"))
add_menu("我的工作", "通知", "inbox.notices", ("operator", "approver"), unread_count)
add_menu("我的工作", "逾期督办", "inbox.overdue", ("operator", "approver"), kinds=BUREAUS)


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
    return render_template(
        "inbox/inbox.html",
        heading=heading,
        box=box,
        warnings=calendars.warnings() if caller.office_kind in BUREAUS and box == "waiting" else [],
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
    everything = request.args.get("show") == "all"
    rows = oversight.notices_for(actor(), unread=not everything, before=after_id() or None, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "inbox/notices.html",
        notices=[(each, notice_kind(each)) for each in rows[:PAGE]],
        names=NOTICE_NAMES,
        everything=everything,
        next=url_for("inbox.notices", cursor=following, show="all" if everything else None) if following else None,
    )


@bp.post("/notices/<int:notice_id>/read")
@allow("operator", "approver")
def read_notice(notice_id: int) -> Any:
    with transaction():
        operations.read_notice(notice_id, actor=actor())
    return redirect(url_for("inbox.notices", show=request.form.get("show") or None))


@bp.post("/notices/read")
@allow("operator", "approver")
def read_all() -> Any:
    last = whole_number(request.form.get("last", ""))
    with transaction():
        count = operations.read_all_notices(-1 if last is None else last, actor=actor())
    flash(f"已将 {count} 条通知标为已读。", "success")
    return redirect(url_for("inbox.notices"))


@bp.get("/overdue")
@allow("operator", "approver")
def overdue() -> Any:
    """What the offices below have not decided in time; whoever is their own superior may supervise."""
    caller, now, office = actor(), clock.now(), request.args.get("office", "")
    require(caller.office_kind in BUREAUS)
    rows = oversight.overdue_below(caller, now, office=office or None, after=deadline_place(), limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.deadline, last.id]) if last else None
    return render_template(
        "inbox/overdue.html",
        rows=[
            (each, time_left(each.deadline, now), supervision_refused(each, caller, now) is None)
            for each in rows[:PAGE]
        ],
        offices=oversight.overdue_offices(caller, now),
        most=queries.MOST_COUNTED,
        office=office,
        names=queries.process_names(),
        next=url_for("inbox.overdue", cursor=following, office=office or None) if following else None,
    )
