"""预计超期: what is not late yet and will be, by the pace of the office at which it waits."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from app import clock
from app.access import actor, allow, require
from app.cases import queries
from app.cases.api.deadlines import deadline_place
from app.cases.queries.forecasts import LOOKED_AT, foreseen_late
from app.cases.rules import light, time_left
from app.divisions.models import WATCHES
from app.inbox.views.blueprint import bp
from app.web import encode_cursor


@bp.get("/forecast")
@allow("operator", "approver")
def forecast() -> Any:
    """The own office's, or with `below` those of the offices that it governs."""
    caller, now, below = actor(), clock.now(), request.args.get("below") == "yes"
    require(not below or caller.office_kind in WATCHES)
    page = foreseen_late(caller, now, below=below, after=deadline_place())
    following = encode_cursor(list(page.last)) if page.last else None
    return render_template(
        "inbox/forecast.html",
        rows=[(each, light(each.task.deadline, now), time_left(each.task.deadline, now)) for each in page.late],
        looked_at=page.looked_at,
        most=LOOKED_AT,
        below=below,
        watches=caller.office_kind in WATCHES,
        names=queries.process_names(),
        next=url_for("inbox.forecast", cursor=following, below="yes" if below else None) if following else None,
    )
