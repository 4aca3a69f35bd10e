"""Offices, schools and quotas, for programs."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

import sqlalchemy as sa
from flask import Blueprint
from msgspec import Meta

from app.access import SIGNED_IN, actor, allow, found
from app.database import db
from app.divisions import queries
from app.divisions.models import Office, OfficeKind, Reorganisation, ReorganisationKind
from app.schools.arguments import YEAR
from app.schools.models import GRADES, Ownership, Quota, School, Stage
from app.web import Asked, Day, Page, operation, page_of

bp = Blueprint("schools_api", __name__, url_prefix="/api/v1")

OFFICE_CODE = {"type": "string", "maxLength": 12, "description": "机构代码"}
GRADE = {"type": "string", "enum": list(GRADES), "description": "年级"}
Grade = Annotated[str, Meta(extra_json_schema={"enum": list(GRADES)})]


class OfficeJson(TypedDict):
    """An office; `stages` and `ownership` are a school's."""

    code: str
    name: str
    kind: OfficeKind
    superior: str | None
    division: str | None
    stages: list[str]
    ownership: Ownership | None


class OfficeHistoryJson(TypedDict):
    """What became of an office on a day; `before` and `after` hold what differs."""

    office: str
    kind: ReorganisationKind
    successor: str | None
    effective_on: Day
    basis: str
    before: dict[str, Any]
    after: dict[str, Any]


class OfficeWithHistoryJson(OfficeJson):
    """An office with what became of it."""

    closed_on: Day | None
    history: list[OfficeHistoryJson]


class QuotaJson(TypedDict):
    """The seats of one cohort; `outside` and `recruited` are those of children from other areas."""

    school: str
    stage: Stage
    year: int
    total: int
    used: int
    reserved: int
    outside: int | None
    recruited: int


def office_json(office: Office, school: School | None) -> OfficeJson:
    """An office as programs read it."""
    return {
        "code": office.code,
        "name": office.name,
        "kind": office.kind,
        "superior": office.superior.code if office.superior else None,
        "division": None if office.kind is OfficeKind.ZONE else office.division_code,
        "stages": school.stages.split(",") if school else [],
        "ownership": school.ownership if school else None,
    }


def _schools(offices: list[Office]) -> dict[int, School]:
    ids = [office.id for office in offices if office.kind is OfficeKind.SCHOOL]
    return (
        {school.id: school for school in db.session.scalars(sa.select(School).where(School.id.in_(ids)))} if ids else {}
    )


@bp.get("/offices")
@allow(SIGNED_IN)
@operation(
    "机构名录",
    query={
        "kind": {"type": "string", "enum": list(OfficeKind), "description": "机构类别"},
        "superior": {**OFFICE_CODE, "description": "上级机构的代码"},
        "q": {"type": "string", "maxLength": 60, "description": "名称的一部分，或代码的开头"},
    },
    cursor=(int,),
)
def list_offices(asked: Asked) -> Page[OfficeJson]:
    rows = queries.offices(
        kind=asked.get("kind"),
        superior=asked.get("superior"),
        q=asked.get("q"),
        after=asked["after"] or 0,
        limit=asked["limit"] + 1,
    )
    schools = _schools(list(rows))
    return page_of(rows, asked["limit"], lambda each: office_json(each, schools.get(each.id)), lambda each: [each.id])


@bp.get("/offices/<code>")
@allow(SIGNED_IN)
@operation("一个机构")
def show_office(code: str) -> OfficeWithHistoryJson:
    one = found(queries.office_by_code(code))
    return {
        **office_json(one, _schools([one]).get(one.id)),
        "closed_on": one.closed_on.isoformat() if one.closed_on else None,
        "history": [_history_json(each) for each in queries.history_of(one.id)],
    }


def _history_json(each: Reorganisation) -> OfficeHistoryJson:
    return {
        "office": each.office.code,
        "kind": each.kind,
        "successor": each.successor.code if each.successor else None,
        "effective_on": each.effective_on.isoformat(),
        "basis": each.basis,
        "before": each.before,
        "after": each.after,
    }


@bp.get("/quotas")
@allow("operator", "approver")
@operation("新生学籍总数", query={"school": OFFICE_CODE, "year": {**YEAR, "description": "入学年份"}}, cursor=(int,))
def list_quotas(asked: Asked) -> Page[QuotaJson]:
    """Bureaus see the schools they answer for, a school its own."""
    query = (
        sa.select(Quota, Office.code)
        .join(Office, Office.id == Quota.school_id)
        .where(queries.inside(actor()), Quota.id > (asked["after"] or 0))
        .order_by(Quota.id)
        .limit(asked["limit"] + 1)
    )
    if "school" in asked:
        query = query.where(Office.code == asked["school"])
    if "year" in asked:
        query = query.where(Quota.entry_year == asked["year"])
    rows = db.session.execute(query).all()
    return page_of(rows, asked["limit"], lambda row: _quota_json(*row), lambda row: [row[0].id])


def _quota_json(quota: Quota, code: str) -> QuotaJson:
    return {
        "school": code,
        "stage": quota.stage,
        "year": quota.entry_year,
        "total": quota.total,
        "used": quota.used,
        "reserved": quota.reserved,
        "outside": quota.outside,
        "recruited": quota.recruited,
    }
