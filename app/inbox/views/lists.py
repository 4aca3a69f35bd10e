"""The inbox: the most urgent first; what may be decided together is ticked here."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from app import clock
from app.access import SIGNED_IN, actor, allow
from app.calendars import queries as calendars
from app.cases import queries
from app.cases.operations import new_key
from app.cases.presenters.task_claims import shown_claims
from app.cases.presenters.task_lists import as_address, list_of_query, place_of_query
from app.cases.queries.bulk_decisions import bulk_tasks
from app.cases.queries.stars import starred_of
from app.cases.rules import light, time_left
from app.cases.rules.deadlines import LIGHT_NAMES, Light
from app.cases.views.desk_counts import counts_with_lights
from app.divisions.models import WATCHES
from app.inbox.queries import columns_of, saved_lists
from app.inbox.rules import COLUMNS
from app.inbox.views.blueprint import PAGE, bp
from app.web import first_page
from app.web.formatting import MOST_COUNTED

SORTINGS = ("number", "arrived", "deadline")  # columns by which one may sort


@bp.get("/inbox")
@allow(SIGNED_IN)
def index() -> Any:
    if actor().duty not in ("operator", "approver"):
        return redirect(first_page())
    return _page("waiting", "待办")


@bp.get("/inbox/urged")
@allow("operator", "approver")
def urged() -> Any:
    """催办: what somebody hurries, the most urgent first."""
    return _page("waiting", "催办", urged=True)


@bp.get("/inbox/done")
@allow("operator", "approver")
def done() -> Any:
    return _page("done", "已办")


def _page(box: str, heading: str, **fixed: Any) -> Any:
    """A page of a list; fixed -- conditions that are its own."""
    caller, now, waits = actor(), clock.now(), box == "waiting"
    asked = list_of_query(box, **fixed)
    rows = queries.inbox(caller, asked.listed, after=place_of_query(asked), limit=PAGE + 1)
    shown = rows[:PAGE]
    schools, counties = queries.offices_below(caller)
    here, lights = request.endpoint or "", _lights() if waits else []
    return render_template(
        "inbox/inbox.html",
        heading=heading,
        box=box,
        warnings=calendars.warnings() if caller.office_kind in WATCHES and waits else [],
        rows=[
            (row, light(row.deadline, now, paused=row.paused), time_left(row.deadline, now, paused=row.paused))
            for row in shown
        ],
        ticks=bulk_tasks(caller, [row.task_id for row in shown]) if waits else {},
        claims=shown_claims([row.task_id for row in shown], caller) if waits else {},
        stars=starred_of([row.case_id for row in shown], caller) if waits else (),
        saved=saved_lists(caller) if waits else (),
        as_address=as_address,
        me=caller.user_id,
        asked=asked,
        newest=queries.newest_task(caller) if waits else None,
        here=here,
        next=url_for(here, **asked.address(cursor=asked.after(shown[-1]))) if len(rows) > PAGE else None,
        total=counts_with_lights().waiting if waits else None,
        lights=lights,
        processes=queries.process_names(),
        steps=queries.steps_of(asked.given.get("process"), caller.duty),
        schools=schools,
        counties=counties,
        offices={**schools, **counties},
        key=new_key(),
        columns=columns_of(box, caller),
        titles=COLUMNS[box],
        sortings=SORTINGS if waits else (),
    )


def _lights() -> list[tuple[str, str, int]]:
    """The lights with how many tasks show each: key, name, count; all of them first."""
    desk = counts_with_lights()
    all_counted = desk.waiting < MOST_COUNTED
    rest = max(0, desk.waiting - desk.red - desk.yellow - desk.paused) if all_counted else desk.waiting
    counts: dict[Light, int] = {"red": desk.red, "yellow": desk.yellow, "green": rest}
    if desk.paused:
        counts["paused"] = desk.paused
    return [("", "全部", desk.waiting), *((key, LIGHT_NAMES[key], count) for key, count in counts.items())]
