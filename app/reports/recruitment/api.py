"""Plans, filings and flows for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from app.access import actor, allow, require
from app.divisions.models import Office
from app.errors import InvalidInput
from app.interface import after_id, encode_cursor, instant, limit_argument, operation
from app.reports.arguments import WATCHES, year_wanted
from app.reports.recruitment import queries
from app.reports.recruitment.asked import any_year, wanted
from app.schools.plans import Filing, FilingState, PlanStatus

bp = Blueprint("recruitment_api", __name__, url_prefix="/api/v1")


def _office(office: Office) -> dict[str, str]:
    return {"code": office.code, "name": office.name, "kind": office.kind.value}


def _filing_json(filing: Filing) -> dict[str, Any]:
    return {
        "number": filing.number,
        "title": filing.title or None,
        "office": _office(filing.office),
        "state": filing.state.value,
        "lodged_at": instant(filing.lodged_at),
        "returned": filing.returned,
        "accepted_at": instant(filing.accepted_at),
    }


def _plan_json(line: queries.Line) -> dict[str, Any]:
    plan = line.plan
    return {
        "id": plan.id,
        "case": line.case,
        "kind": plan.kind.value,
        "school": _office(plan.school.office),
        "stage": plan.stage.value,
        "entry_year": plan.entry_year,
        "source": _office(plan.source),
        "cap": plan.cap,
        "closes_on": plan.closes_on.isoformat(),
        "status": plan.status.value,
    }


@bp.get("/plans")
@allow("operator", "approver")
@operation("跨区域招生方案", query=("school", "year", "status", "limit", "cursor"))
def plans() -> Any:
    limit = limit_argument()
    lines = queries.plans_for(
        actor(),
        year=any_year(),
        status=wanted("status", PlanStatus),
        school=request.args.get("school"),
        before=after_id() or None,
        limit=limit + 1,
    )
    items = [
        {**_plan_json(each), "filing": _filing_json(each.filing) if each.filing else None} for each in lines[:limit]
    ]
    return jsonify(items=items, next=encode_cursor([lines[limit - 1].plan.id]) if len(lines) > limit else None)


@bp.get("/filings")
@allow("operator", "approver")
@operation("备案：box=received 只列报送本机构的", query=("box", "year", "state", "limit", "cursor"))
def filings() -> Any:
    limit, box = limit_argument(), request.args.get("box")
    if box not in (None, "received"):
        raise InvalidInput(sentence="box 只能是 received。", field="box")
    lines = queries.filings_for(
        actor(),
        received=box == "received",
        year=any_year(),
        state=wanted("state", FilingState),
        before=after_id() or None,
        limit=limit + 1,
    )
    items = [{**_filing_json(each.filing), "plan": _plan_json(each)} for each in lines[:limit] if each.filing]
    last = lines[limit - 1].filing if len(lines) > limit else None
    return jsonify(items=items, next=encode_cursor([last.id]) if last else None)


@bp.get("/flows")
@allow("operator", "approver")
@operation("跨区域招生流向：生源地到招生地的计划数与注册数", query=("year",))
def flows() -> Any:
    require(actor().office_kind in WATCHES)
    found = queries.flows_of(actor(), year_wanted())
    items = [
        {
            "source": {"code": each.source, "name": found.names[each.source]},
            "destination": {"code": each.destination, "name": found.names[each.destination]},
            "asked": each.asked,
            "planned": each.planned,
            "registered": each.registered,
        }
        for each in found.lines
    ]
    return jsonify(items=items, next=None)
