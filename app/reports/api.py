"""The same tables for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from app.access import actor, allow, require
from app.interface import decode_cursor, encode_cursor, instant, limit_argument, operation
from app.reports import queries
from app.reports.arguments import NAMES_CHILDREN, WATCHES, stage_wanted, year_wanted

bp = Blueprint("reports_api", __name__, url_prefix="/api/v1")


@bp.get("/registrations/plan")
@allow("operator", "approver")
@operation("核定数与注册数：下级各机构", query=("office", "stage", "year"))
def plan() -> Any:
    require(actor().office_kind in WATCHES)
    office = queries.office_to_watch(actor(), request.args.get("office"))
    lines = queries.plan_and_registered(office, stage_wanted(), year_wanted())
    return jsonify(
        items=[
            {
                "office": {"code": each.office.code, "name": each.office.name, "kind": each.office.kind.value},
                "total": each.total,
                "used": each.used,
                "reserved": each.reserved,
                "free": each.free,
                "refused": each.refused,
            }
            for each in lines
        ],
        next=None,
    )


@bp.get("/registrations/refused")
@allow("operator", "approver")
@operation("未能注册的学生", query=("year", "all", "limit", "cursor"))
def refused() -> Any:
    require(actor().office_kind in NAMES_CHILDREN)
    limit, place = limit_argument(), decode_cursor(2)
    rows = queries.refused_children(
        actor(),
        year=year_wanted(),
        unplaced=request.args.get("all") != "true",
        after=(int(place[0]), int(place[1])) if place else None,
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return jsonify(
        items=[
            {
                "case": each.case,
                "position": each.position,
                "name": each.name,
                "main_number": each.number,
                "school": each.school,
                "guardian": {"name": each.guardian, "phone": each.phone},
                "code": each.code,
                "detail": each.detail,
                "at": instant(each.at),
                "placed_at": each.placed_at or None,
            }
            for each in rows[:limit]
        ],
        next=encode_cursor(queries.place_of(last.case, last.position)) if last else None,
    )
