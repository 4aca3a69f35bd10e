"""Offices, schools and quotas, for programs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify, request

from app.access import SIGNED_IN, actor, allow, found
from app.database import db
from app.divisions import queries
from app.divisions.models import Office, OfficeKind, Reorganisation
from app.errors import InvalidInput
from app.interface import after_id, encode_cursor, limit_argument, operation
from app.schools.models import Quota, School

bp = Blueprint("schools_api", __name__, url_prefix="/api/v1")


def office_json(office: Office, school: School | None) -> dict[str, Any]:
    """An office as programs read it."""
    return {
        "code": office.code,
        "name": office.name,
        "kind": office.kind.value,
        "superior": office.superior.code if office.superior else None,
        "division": None if office.kind is OfficeKind.ZONE else office.division_code,
        "stages": school.stages.split(",") if school else [],
        "ownership": school.ownership.value if school else None,
    }


def _schools(offices: list[Office]) -> dict[int, School]:
    ids = [office.id for office in offices if office.kind is OfficeKind.SCHOOL]
    return (
        {school.id: school for school in db.session.scalars(sa.select(School).where(School.id.in_(ids)))} if ids else {}
    )


@bp.get("/offices")
@allow(SIGNED_IN)
@operation("机构名录", query=("kind", "superior", "q", "limit", "cursor"))
def offices() -> Any:
    kind, limit = request.args.get("kind"), limit_argument()
    if kind and kind not in set(OfficeKind):
        raise InvalidInput(sentence="kind 不在可选范围内。", field="kind")
    rows = list(
        queries.offices(
            kind=kind, superior=request.args.get("superior"), q=request.args.get("q"), after=after_id(), limit=limit + 1
        )
    )
    schools = _schools(rows[:limit])
    items = [office_json(office, schools.get(office.id)) for office in rows[:limit]]
    return jsonify(items=items, next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None)


@bp.get("/offices/<code>")
@allow(SIGNED_IN)
@operation("一个机构")
def office(code: str) -> Any:
    one = found(queries.office_by_code(code))
    shown = office_json(one, _schools([one]).get(one.id))
    closed_on = one.closed_on.isoformat() if one.closed_on else None
    return jsonify(**shown, closed_on=closed_on, history=[_history_json(each) for each in queries.history_of(one.id)])


def _history_json(each: Reorganisation) -> dict[str, Any]:
    return {
        "office": each.office.code,
        "kind": each.kind.value,
        "successor": each.successor.code if each.successor else None,
        "effective_on": each.effective_on.isoformat(),
        "basis": each.basis,
        "before": each.before,
        "after": each.after,
    }


@bp.get("/quotas")
@allow("operator", "approver")
@operation("新生学籍总数", query=("school", "year", "limit", "cursor"))
def quotas() -> Any:
    """Bureaus see the schools they answer for, a school its own."""
    limit = limit_argument()
    query = (
        sa.select(Quota, Office.code)
        .join(Office, Office.id == Quota.school_id)
        .where(queries.inside(actor()), Quota.id > after_id())
        .order_by(Quota.id)
        .limit(limit + 1)
    )
    if request.args.get("school"):
        query = query.where(Office.code == request.args["school"])
    if request.args.get("year"):
        if not request.args["year"].isdecimal():
            raise InvalidInput(sentence="year 须为年份。", field="year")
        query = query.where(Quota.entry_year == int(request.args["year"]))
    rows = db.session.execute(query).all()
    items = [
        {
            "school": code,
            "stage": quota.stage.value,
            "year": quota.entry_year,
            "total": quota.total,
            "used": quota.used,
            "reserved": quota.reserved,
            "outside": quota.outside,
            "recruited": quota.recruited,
        }
        for quota, code in rows[:limit]
    ]
    return jsonify(items=items, next=encode_cursor([rows[limit - 1][0].id]) if len(rows) > limit else None)
