"""Rosters, for programs: note whom one will not confirm; the children of one's area who are wanted elsewhere."""

from __future__ import annotations

from flask import Blueprint

from app.access import actor, allow, require
from app.cases import queries
from app.database import transaction
from app.divisions.models import BUREAUS
from app.divisions.presenters import office_brief
from app.errors import Missing
from app.processes.recruitment import operations
from app.processes.recruitment import queries as recruits
from app.processes.recruitment.models import ChildStatus, RosterChild
from app.processes.recruitment.presenters.plans import MarkedJson, RecruitJson, roster_child_json
from app.web import Asked, Page, operation, page_of, read_json

bp = Blueprint("rosters_api", __name__, url_prefix="/api/v1")

MARKS = {
    "type": "object",
    "properties": {
        "rows": {
            "type": "array",
            "title": "不予确认的学生",
            "maxItems": 1000,
            "items": {
                "type": "object",
                "properties": {
                    "position": {"type": "integer", "title": "序号", "minimum": 1},
                    "reason_code": {"type": "string", "title": "原因（空则取消标注）", "maxLength": 30},
                    "reason": {"type": "string", "title": "说明", "maxLength": 150},
                },
                "required": ["position", "reason_code"],
            },
        }
    },
    "required": ["rows"],
}


@bp.post("/cases/<number>/rows/marks")
@allow("operator", "approver")
@operation("外招名单：逐名标注不予确认的学生，作出确认时生效", body=MARKS)
def mark_rows(number: str) -> MarkedJson:
    typed, caller = read_json(MARKS), actor()
    case, view = queries.case_for(caller, number)
    if not view.content or recruits.roster_of(case.id) is None:
        raise Missing()
    marks = {each["position"]: (each["reason_code"], each.get("reason", "")) for each in typed["rows"]}
    with transaction():
        noted = operations.mark(case, marks, actor=caller)
    return {"marked": noted}


@bp.get("/recruits")
@allow("operator", "approver")
@operation("本地学生被外地录取", query={"status": {"type": "string", "enum": list(ChildStatus)}}, cursor=(int, int))
def list_recruits(asked: Asked) -> Page[RecruitJson]:
    require(actor().office_kind in BUREAUS)
    children = recruits.wanted_elsewhere(
        actor(), status=asked.get("status"), after=asked["after"], limit=asked["limit"] + 1
    )
    return page_of(children, asked["limit"], _recruit, lambda each: [each.case_id, each.position])


def _recruit(child: RosterChild) -> RecruitJson:
    return {
        **roster_child_json(child),
        "case": child.roster.case.number,
        "school": office_brief(child.roster.plan.school.office),
        "entry_year": child.roster.plan.entry_year,
    }
