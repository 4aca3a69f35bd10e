"""Plans, filings and flows as pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from app import clock
from app.access import actor, allow, require
from app.database import db
from app.divisions.models import WATCHES, Division
from app.processes.recruitment.models import FilingState, PlanStatus
from app.processes.recruitment.presenters import FILING_STATE_NAMES, PLAN_KIND_NAMES, PLAN_STATUS_NAMES
from app.processes.recruitment.queries import plans as queries
from app.schools.arguments import any_year, wanted, year_wanted
from app.schools.models import STAGE_NAMES
from app.schools.queries import scope_of
from app.web import add_menu, after_id, encode_cursor, read_query

bp = Blueprint("recruitment", __name__, template_folder="../templates")
PAGE = 50
EVERYBODY = ("school", *WATCHES)
MOST_SIDES = 12  # columns of a matrix that a page and a sheet of paper hold
CITY = {"type": "string", "pattern": "^[0-9]{4}00$"}
RECEIVES = ("province", "city")  # with whom plans are filed

add_menu("招生", "招生方案", "recruitment.plans", ("operator", "approver"), kinds=EVERYBODY)
add_menu("招生", "备案登记", "recruitment.filings", ("operator", "approver"), kinds=RECEIVES)
add_menu("招生", "跨区域招生流向", "recruitment.flows", ("operator", "approver"), kinds=WATCHES)


def _years() -> range:
    return range(clock.today().year + 1, clock.today().year - 6, -1)


def _shown(**more: Any) -> dict[str, Any]:
    words = {
        "kinds": PLAN_KIND_NAMES,
        "statuses": PLAN_STATUS_NAMES,
        "states": FILING_STATE_NAMES,
        "stages": STAGE_NAMES,
    }
    return {**words, "years": _years(), **more}


@bp.get("/plans")
@allow("operator", "approver")
def plans() -> Any:
    """A school's own plans; a bureau's those of its schools and those that want children of its area."""
    caller, year, status = actor(), any_year(), wanted("status", PlanStatus)
    lines = queries.plans_for(caller, year=year, status=status, before=after_id() or None, limit=PAGE + 1)
    cursor = encode_cursor([lines[PAGE - 1].plan.id]) if len(lines) > PAGE else None
    following = url_for("recruitment.plans", cursor=cursor, year=year, status=status) if cursor else None
    scope = [db.session.get_one(Division, code) for code in scope_of(caller.office_id)]
    is_school = caller.office_kind == "school"
    shown = _shown(lines=lines[:PAGE], year=year, status=status, scope=scope, is_school=is_school, next=following)
    return render_template("recruitment/plans.html", **shown)


@bp.get("/filings")
@allow("operator", "approver")
def filings() -> Any:
    """The register of what has been lodged with this office."""
    require(actor().office_kind in RECEIVES)
    year, state = any_year(), wanted("state", FilingState)
    place = after_id() or None
    lines = queries.filings_for(actor(), received=True, year=year, state=state, before=place, limit=PAGE + 1)
    last = lines[PAGE - 1].filing if len(lines) > PAGE else None
    following = (
        url_for("recruitment.filings", cursor=encode_cursor([last.id]), year=year, state=state) if last else None
    )
    shown = _shown(lines=lines[:PAGE], year=year, state=state, next=following)
    return render_template("recruitment/filings.html", **shown)


@bp.get("/reports/flows")
@allow("operator", "approver")
def flows() -> Any:
    """Who wants children from where, and how many have come: a table and a matrix of divisions.

    Between cities where the counties are too many for a page; a city's own counties are one step further.
    """
    require(actor().office_kind in WATCHES)
    year, found = year_wanted(), queries.flows_of(actor(), year_wanted())
    city = read_query({"city": CITY}).get("city")
    collapsed = city is None and max(len(found.sources), len(found.destinations)) > MOST_SIDES
    shown = queries.of_city(found, city) if city else queries.by_city(found) if collapsed else found
    return render_template("recruitment/flows.html", **_shown(flows=shown, year=year, city=city, collapsed=collapsed))
