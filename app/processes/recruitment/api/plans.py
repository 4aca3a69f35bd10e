"""Plans, filings and flows for programs."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint

from app.access import actor, allow, require
from app.divisions.models import WATCHES
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.processes.recruitment.models import Filing, FilingState, PlanKind, PlanStatus
from app.processes.recruitment.queries import plans as queries
from app.schools.api import OFFICE_CODE
from app.schools.arguments import YEAR, this_year
from app.schools.models import Stage
from app.students.rules.small_cells import shown
from app.web import Asked, Day, Instant, Page, instant, one_page, operation, page_of

bp = Blueprint("recruitment_api", __name__, url_prefix="/api/v1")
ENTRY_YEAR = {**YEAR, "description": "入学年份"}


class FilingJson(TypedDict):
    """备案: what was lodged with which office, and what it said."""

    number: str | None
    title: str | None
    office: OfficeBriefJson
    state: FilingState
    lodged_at: Instant
    returned: int
    accepted_at: Instant | None


class PlanJson(TypedDict):
    """招生方案: a school that wants children of one source area."""

    id: int
    case: str
    kind: PlanKind
    school: OfficeBriefJson
    stage: Stage
    entry_year: int
    source: OfficeBriefJson
    cap: int
    closes_on: Day
    status: PlanStatus


class FiledPlanJson(PlanJson):
    """A plan with its filing, null until it has been lodged."""

    filing: FilingJson | None


class PlanFilingJson(FilingJson):
    """A filing with its plan."""

    plan: PlanJson


class DivisionJson(TypedDict):
    """A division by its code."""

    code: str
    name: str


class FlowJson(TypedDict):
    """From where to where, with the numbers asked for, planned and registered; very few children are said in words."""

    source: DivisionJson
    destination: DivisionJson
    asked: int
    planned: int
    registered: int | str


def _filing_json(filing: Filing) -> FilingJson:
    return {
        "number": filing.number,
        "title": filing.title or None,
        "office": office_brief(filing.office),
        "state": filing.state,
        "lodged_at": instant(filing.lodged_at),
        "returned": filing.returned,
        "accepted_at": instant(filing.accepted_at),
    }


def _plan_json(line: queries.Line) -> PlanJson:
    plan = line.plan
    return {
        "id": plan.id,
        "case": line.case,
        "kind": plan.kind,
        "school": office_brief(plan.school.office),
        "stage": plan.stage,
        "entry_year": plan.entry_year,
        "source": office_brief(plan.source),
        "cap": plan.cap,
        "closes_on": plan.closes_on.isoformat(),
        "status": plan.status,
    }


def _filed_plan_json(line: queries.Line) -> FiledPlanJson:
    return {**_plan_json(line), "filing": _filing_json(line.filing) if line.filing else None}


def _plan_filing_json(filing: Filing, line: queries.Line) -> PlanFilingJson:
    return {**_filing_json(filing), "plan": _plan_json(line)}


@bp.get("/plans")
@allow("operator", "approver")
@operation(
    "跨区域招生方案",
    query={"school": OFFICE_CODE, "year": ENTRY_YEAR, "status": {"type": "string", "enum": list(PlanStatus)}},
    cursor=(int,),
)
def list_plans(asked: Asked) -> Page[FiledPlanJson]:
    lines = queries.plans_for(
        actor(),
        year=asked.get("year"),
        status=PlanStatus(asked["status"]) if "status" in asked else None,
        school=asked.get("school"),
        before=asked["after"],
        limit=asked["limit"] + 1,
    )
    return page_of(lines, asked["limit"], _filed_plan_json, lambda each: [each.plan.id])


@bp.get("/filings")
@allow("operator", "approver")
@operation(
    "备案：box=received 只列报送本机构的",
    query={
        "box": {"type": "string", "enum": ["received"]},
        "year": ENTRY_YEAR,
        "state": {"type": "string", "enum": list(FilingState)},
    },
    cursor=(int,),
)
def list_filings(asked: Asked) -> Page[PlanFilingJson]:
    lines = queries.filings_for(
        actor(),
        received="box" in asked,
        year=asked.get("year"),
        state=FilingState(asked["state"]) if "state" in asked else None,
        before=asked["after"],
        limit=asked["limit"] + 1,
    )
    lodged = [(each.filing, each) for each in lines if each.filing]
    return page_of(lodged, asked["limit"], lambda each: _plan_filing_json(*each), lambda each: [each[0].id])


@bp.get("/flows")
@allow("operator", "approver")
@operation("跨区域招生流向：生源地到招生地的计划数与注册数", query={"year": ENTRY_YEAR})
def list_flows(asked: Asked) -> Page[FlowJson]:
    require(actor().office_kind in WATCHES)
    found = queries.flows_of(actor(), asked.get("year") or this_year())
    return one_page([_flow_json(each, found.names) for each in found.lines])


def _flow_json(each: queries.Flow, names: dict[str, str]) -> FlowJson:
    return {
        "source": {"code": each.source, "name": names[each.source]},
        "destination": {"code": each.destination, "name": names[each.destination]},
        "asked": each.asked,
        "planned": each.planned,
        "registered": shown(each.registered),
    }
