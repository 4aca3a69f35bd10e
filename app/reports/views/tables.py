"""The tables as pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app import clock
from app.access import actor, allow, require
from app.divisions.models import BUREAUS, WATCHES
from app.reports.queries import tables as queries
from app.schools.arguments import stage_wanted, year_wanted
from app.schools.models import GRADES, STAGE_NAMES
from app.students.models import CHANGE_NAMES
from app.students.queries import locked_since
from app.students.rules.small_cells import NOTE, shown, sum_shown
from app.web import add_menu, after_id, decode_cursor, encode_cursor

bp = Blueprint("reports", __name__, url_prefix="/reports", template_folder="../templates")
PAGE = 50
SOON = 30  # days before a suspension ends
LOCK_TO_COME = 60  # days

add_menu("监测", "核定与注册", "reports.plan", ("operator", "approver"), kinds=WATCHES)
add_menu("监测", "未能注册的学生", "reports.refused", ("operator", "approver"), kinds=BUREAUS)
add_menu("学籍", "休学期满", "reports.suspensions", ("operator", "approver"), kinds=("school", *BUREAUS))
add_menu("监测", "锁定后变动", "reports.after_lock", ("operator", "approver"), kinds=WATCHES)


def _years() -> range:
    return range(clock.today().year, clock.today().year - 7, -1)


@bp.get("/plan")
@allow("operator", "approver")
def plan() -> Any:
    """Plan against registered, per office right below; a bureau's line leads to its own table."""
    require(actor().office_kind in WATCHES)
    office, stage, year = queries.office_to_watch(actor(), request.args.get("office")), stage_wanted(), year_wanted()
    lines = queries.plan_and_registered(office, stage, year)
    return render_template(
        "reports/plan.html",
        office=office,
        own=office.id == actor().office_id,
        lines=lines,
        sums={name: sum(getattr(each, name) for each in lines) for name in ("total", "used", "reserved", "free")},
        refused_in_all=sum_shown([each.refused for each in lines]),
        shown=shown,
        note=NOTE,
        stage=stage,
        stages=STAGE_NAMES,
        year=year,
        years=_years(),
        locks_at=_lock_to_come(year),
        under_way=queries.registrations_under_way(office, year),
    )


def _lock_to_come(year: int) -> dt.datetime | None:
    """When the cohort closes, in the weeks in which it still can: the list that bureaus read before the lock (P05)."""
    locks_at, now = locked_since(year), clock.now()
    return locks_at if now < locks_at <= now + dt.timedelta(days=LOCK_TO_COME) else None


@bp.get("/refused")
@allow("operator", "approver")
def refused() -> Any:
    """Children who could not be registered, by name: the bureau must place them."""
    require(actor().office_kind in BUREAUS)
    year, everybody = year_wanted(), request.args.get("all") == "true"
    rows = queries.refused_children(
        actor(),
        year=year,
        unplaced=not everybody,
        after=decode_cursor(int, int),
        limit=PAGE + 1,
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor(queries.place_of(last.case, last.position)) if last else None
    return render_template(
        "reports/refused.html",
        rows=rows[:PAGE],
        year=year,
        years=_years(),
        everybody=everybody,
        next=url_for("reports.refused", cursor=following, year=year, all="true" if everybody else None)
        if following
        else None,
    )


@bp.get("/after-lock")
@allow("operator", "approver")
def after_lock() -> Any:
    """Who changed what of a locked cohort."""
    require(actor().office_kind in WATCHES)
    year = year_wanted()
    rows = queries.changed_after_lock(actor(), year=year, before=after_id() or None, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1][0].id]) if len(rows) > PAGE else None
    return render_template(
        "reports/after_lock.html",
        rows=rows[:PAGE],
        change_names=CHANGE_NAMES,
        year=year,
        years=_years(),
        detailed=actor().office_kind in BUREAUS,
        next=url_for("reports.after_lock", cursor=following, year=year) if following else None,
    )


@bp.get("/suspensions")
@allow("operator", "approver")
def suspensions() -> Any:
    """Suspensions that have run out, or will within thirty days, without a resumption or renewal."""
    require(actor().office_kind == "school" or actor().office_kind in BUREAUS)
    today = clock.today()
    rows = queries.suspensions_ending(
        actor(),
        today + dt.timedelta(days=SOON),
        after=decode_cursor(dt.date, int),
        limit=PAGE + 1,
    )
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.ends_on, last.id]) if last else None
    return render_template(
        "reports/suspensions.html",
        rows=rows[:PAGE],
        today=today,
        grades=GRADES,
        next=url_for("reports.suspensions", cursor=following) if following else None,
    )
