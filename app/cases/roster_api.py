"""Rosters, for programs: note whom one will not confirm; the children of one's area who are wanted elsewhere."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from app.access import actor, allow, require
from app.cases import operations, queries, recruits
from app.cases.api import bp
from app.cases.forms import office_brief, roster_child_json
from app.cases.rosters import ChildStatus
from app.database import transaction
from app.errors import InvalidInput, Missing
from app.interface import decode_cursor, encode_cursor, limit_argument, operation, read_json

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
def mark_rows(number: str) -> Any:
    typed, caller = read_json(MARKS), actor()
    case, view = queries.case_for(caller, number)
    if not view.content or recruits.roster_of(case.id) is None:
        raise Missing()
    marks = {each["position"]: (each["reason_code"], each.get("reason", "")) for each in typed["rows"]}
    with transaction():
        noted = operations.rosters.mark(case, marks, actor=caller)
    return jsonify(marked=noted)


@bp.get("/recruits")
@allow("operator", "approver")
@operation("本地学生被外地录取", query=("status", "limit", "cursor"))
def list_recruits() -> Any:
    require(actor().office_kind in queries.BUREAUS)
    status, limit, place = request.args.get("status"), limit_argument(), decode_cursor(2)
    if status and status not in set(ChildStatus):
        raise InvalidInput(sentence="status 不在可选范围内。", field="status")
    after = (int(place[0]), int(place[1])) if place else None
    children = recruits.wanted_elsewhere(actor(), status=status, after=after, limit=limit + 1)
    last = children[limit - 1] if len(children) > limit else None
    return jsonify(
        items=[
            {
                **roster_child_json(each),
                "case": each.roster.case.number,
                "school": office_brief(each.roster.plan.school.office),
                "entry_year": each.roster.plan.entry_year,
            }
            for each in children[:limit]
        ],
        next=encode_cursor([last.case_id, last.position]) if last else None,
    )
