"""监测看板: what an office governs in figures, drawn and as tables, to print, to take along, to go on from."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from app import audit, clock
from app.access import actor, allow, require
from app.cases.api.deadlines import deadline_place
from app.cases.queries import process_names
from app.cases.rules import light, time_left
from app.database import transaction
from app.divisions.models import WATCHES
from app.errors import Missing
from app.identity.models import DUTY_NAMES
from app.reports.presenters.charts import chart_of
from app.reports.queries.day import place_of, tasks_of
from app.reports.queries.periods import KEYS, PERIODS, DashboardQuery, asked_for
from app.reports.queries.tables import office_to_watch
from app.reports.views.tables import PAGE, bp
from app.web import add_menu, cursor_after, given_out, read_query
from app.web.formatting import moment
from app.web.workbooks import MEDIA_TYPE, workbook

DECIDES = ("operator", "approver")
QUERY: dict[str, dict[str, Any]] = {
    "office": {"type": "string", "maxLength": 12},
    "days": {"type": "integer", "enum": list(PERIODS)},
}
add_menu("监测", "监测看板", "reports.dashboard", DECIDES, place=60)


def _asked() -> DashboardQuery:
    given = read_query(QUERY)
    return asked_for(actor(), given.get("office"), given.get("days"))


@bp.get("/dashboard")
@allow(*DECIDES)
def dashboard() -> Any:
    asked = _asked()
    tables = [asked.table(key) for key in KEYS]
    return render_template(
        "reports/dashboard.html",
        office=asked.office,
        own=asked.office.id == actor().office_id,
        superior=asked.office.superior if asked.office.id != actor().office_id else None,
        tables=[(table, chart_of(table)) for table in tables],
        days=asked.days,
        periods=PERIODS,
        since=asked.since,
        at=asked.now,
        watches=actor().office_kind in WATCHES,
    )


@bp.get("/dashboard/<key>.xlsx")
@allow(*DECIDES)
def dashboard_sheet(key: str) -> Any:
    """One of the tables as a workbook; that it was taken out is written down."""
    if key not in KEYS:
        raise Missing()
    asked, caller = _asked(), actor()
    table = asked.table(key)
    note = f"{asked.office.name}　{caller.office_name} {caller.name} 导出于 {moment(asked.now)}"
    rows = [["" if cell is None else cell for cell in line] for line in _lines(table)]
    content = workbook(table.title, note, [each.label for each in table.columns], rows)
    with transaction():
        after = {"table": key, "days": asked.days, "lines": len(rows)}
        audit.record("figures/download", f"office:{asked.office.code}", actor=caller, after=after)
    return given_out(f"{table.title}-{asked.office.code}.xlsx", MEDIA_TYPE, content)


def _lines(table: Any) -> list[Any]:
    return [*(line.cells for line in table.lines), *([table.total] if table.total else [])]


@bp.get("/waiting")
@allow(*DECIDES)
def waiting() -> Any:
    """The tasks behind a figure: what waits below an office, the most urgent first; never the child's name."""
    require(actor().office_kind in WATCHES)
    code, now = read_query(QUERY).get("office"), clock.now()
    office = office_to_watch(actor(), code)
    rows = tasks_of(actor(), "waiting", office=code, after=deadline_place(), limit=PAGE + 1)
    following = cursor_after(rows, PAGE, lambda each: place_of("waiting", each))
    return render_template(
        "reports/waiting.html",
        office=office,
        rows=[(each, light(each.deadline, now), time_left(each.deadline, now)) for each in rows[:PAGE]],
        names=process_names(),
        next=url_for("reports.waiting", office=request.args.get("office"), cursor=following) if following else None,
    )


@bp.get("/day/<what>")
@allow(*DECIDES)
def day(what: str) -> Any:
    """What came to the office today, or what it has decided this week."""
    if what not in ("arrived", "decided"):
        raise Missing()
    rows = tasks_of(actor(), what, after=deadline_place(), limit=PAGE + 1)
    following = cursor_after(rows, PAGE, lambda each: place_of(what, each))
    return render_template(
        "reports/day.html",
        heading="今天到达" if what == "arrived" else "本周办理",
        rows=rows[:PAGE],
        names=process_names(),
        duties=DUTY_NAMES,
        next=url_for("reports.day", what=what, cursor=following) if following else None,
    )
