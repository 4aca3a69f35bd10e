"""What was told to an office, and what those below it have not decided in time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import clock
from app.access import actor, allow, require
from app.cases import operations, queries
from app.cases.api.deadlines import deadline_place
from app.cases.presenters.cases import NOTICE_NAMES, notice_kind
from app.cases.queries import oversight
from app.cases.queries.cases import children_seen
from app.cases.queries.facts import supervisions_refused
from app.cases.rules import time_left
from app.database import transaction
from app.divisions.models import WATCHES
from app.inbox.views.blueprint import PAGE, bp
from app.web import after_id, encode_cursor, whole_number


@bp.get("/notices")
@allow("operator", "approver")
def notices() -> Any:
    everything = request.args.get("show") == "all"
    rows = oversight.notices_for(actor(), unread=not everything, before=after_id() or None, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "inbox/notices.html",
        notices=[(each, notice_kind(each)) for each in rows[:PAGE]],
        children=children_seen({each.case_id for each in rows[:PAGE]}, actor()),
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
    require(caller.office_kind in WATCHES)
    rows = oversight.overdue_below(caller, now, office=office or None, after=deadline_place(), limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.deadline, last.id]) if last else None
    refused = supervisions_refused(rows[:PAGE], caller, now)
    return render_template(
        "inbox/overdue.html",
        rows=[(each, time_left(each.deadline, now), refused[each.id] is None) for each in rows[:PAGE]],
        offices=oversight.overdue_offices(caller, now),
        office=office,
        names=queries.process_names(),
        next=url_for("inbox.overdue", cursor=following, office=office or None) if following else None,
    )
