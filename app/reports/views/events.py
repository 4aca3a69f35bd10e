"""事件日志: the event log of a process, to take along into a tool of process mining."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Response, current_app, render_template

from app import audit, clock
from app.access import Actor, actor, allow, require
from app.cases.queries import process_names
from app.database import end_reading, transaction
from app.divisions.models import WATCHES
from app.errors import Missing
from app.reports.presenters.event_log import MEDIA_TYPE, written
from app.reports.queries.events import Wanted, traces
from app.reports.views.tables import bp
from app.web import add_menu, read_query

READS = ("operator", "approver", "analyst", "publisher")
DAY = {"type": "string", "format": "date"}
QUERY: dict[str, Mapping[str, Any]] = {
    "process": {"type": "string", "maxLength": 40, "description": "流程"},
    "since": {**DAY, "description": "该日起提交的办件"},
    "until": {**DAY, "description": "至该日提交的办件（含当日）"},
}
add_menu("监测", "事件日志导出", "reports.events", READS, kinds=WATCHES)


def may_read(caller: Actor) -> None:
    """Bureaus read the log of their cases; processes as such are the province's. Raises NotAllowed."""
    decides = caller.duty in ("operator", "approver") and caller.office_kind in WATCHES
    require(decides or caller.office_kind == "province")


@bp.get("/events")
@allow(*READS)
def events() -> Any:
    may_read(actor())
    return render_template("reports/events.html", names=process_names())


@bp.get("/events.xes")
@allow(*READS)
def event_log() -> Response:
    """The log itself, written while it is read; that it was taken out is written down first."""
    return event_log_of(read_query(QUERY))


def event_log_of(asked: Mapping[str, Any]) -> Response:
    """The answer with the log that is asked for. Raises NotAllowed, Missing for a process that there is not."""
    caller = actor()
    may_read(caller)
    names, key = process_names(), asked.get("process", "")
    if key not in names:
        raise Missing()
    wanted = Wanted(key, _midnight(asked.get("since")), _midnight(asked.get("until"), later=1))
    with transaction():
        after = {"process": key, "since": asked.get("since"), "until": asked.get("until")}
        audit.record("figures/event_log", f"office:{caller.office_code}", actor=caller, after=after)
    end_reading()
    app: Any = current_app
    found = traces(caller, wanted, within=app._get_current_object().app_context)
    response = Response(written(key, names[key], found), mimetype=MEDIA_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{key}-{clock.today():%Y%m%d}.xes")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _midnight(day: str | None, later: int = 0) -> dt.datetime | None:
    if not day:
        return None
    return dt.datetime.combine(dt.date.fromisoformat(day) + dt.timedelta(days=later), dt.time(), clock.ZONE)
