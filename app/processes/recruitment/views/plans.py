"""Plans, filings and flows as pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from app import clock
from app.access import actor, allow, require
from app.database import db
from app.divisions.models import WATCHES, Division
from app.processes.recruitment.models import FilingState, PlanStatus
from app.processes.recruitment.presenters.plans import FILING_STATE_NAMES, PLAN_KIND_NAMES, PLAN_STATUS_NAMES
from app.processes.recruitment.queries import plans as queries
from app.schools.arguments import any_year, wanted
from app.schools.models import STAGE_NAMES
from app.schools.queries import scope_of
from app.web import add_menu, after_id, encode_cursor, read_query

bp = Blueprint("recruitment", __name__, template_folder="../templates")
PAGE = 50
EVERYBODY = ("school", *WATCHES)
DIVISION = {"type": "string", "pattern": "^[0-9]{6}$"}  # where a plan's school or source lies
RECEIVES = ("province", "city")  # with whom plans are filed

add_menu("招生", "招生方案", "recruitment.plans", ("operator", "approver"), kinds=EVERYBODY)
add_menu("招生", "备案登记", "recruitment.filings", ("operator", "approver"), kinds=RECEIVES)


def _years() -> range:
    return range(clock.today().year + 1, clock.today().year - 6, -1)


def words(**more: Any) -> dict[str, Any]:
    """What the pages of plans call things, with what one of them shows."""
    said = {
        "kinds": PLAN_KIND_NAMES,
        "statuses": PLAN_STATUS_NAMES,
        "states": FILING_STATE_NAMES,
        "stages": STAGE_NAMES,
    }
    return {**said, "years": _years(), **more}


@bp.get("/plans")
@allow("operator", "approver")
def plans() -> Any:
    """A school's own plans; a bureau's those of its schools and those that want children of its area."""
    caller, year, status = actor(), any_year(), wanted("status", PlanStatus)
    division = read_query({"division": DIVISION}).get("division")
    asked: dict[str, Any] = {"year": year, "status": status, "division": division}
    lines = queries.plans_for(caller, **asked, before=after_id() or None, limit=PAGE + 1)
    cursor = encode_cursor([lines[PAGE - 1].plan.id]) if len(lines) > PAGE else None
    following = url_for("recruitment.plans", cursor=cursor, **asked) if cursor else None
    scope = [db.session.get_one(Division, code) for code in scope_of(caller.office_id)]
    is_school = caller.office_kind == "school"
    shown = words(lines=lines[:PAGE], year=year, status=status, scope=scope, is_school=is_school, next=following)
    place = db.session.get(Division, division) if division else None
    return render_template("recruitment/plans.html", **shown, place=place)


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
    shown = words(lines=lines[:PAGE], year=year, state=state, next=following)
    return render_template("recruitment/filings.html", **shown)
