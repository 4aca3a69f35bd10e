"""人籍不符, for programs."""

from __future__ import annotations

from typing import TypedDict

from app.access import actor, allow, require
from app.schools.api import Grade
from app.students import queries
from app.students.api.students import bp
from app.students.models import Discrepancy, DiscrepancyKind
from app.students.views.discrepancies import SETTLE, own_discrepancy, settle_as_typed
from app.web import Asked, Instant, Page, instant, operation, page_of, read_json


class DiscrepancyJson(TypedDict):
    """人籍不符: a child who is missing in a class, or there without a record (`student` null)."""

    id: int
    school: str
    kind: DiscrepancyKind
    student: int | None
    name: str
    grade: Grade
    class_number: int
    found_at: Instant
    settled_at: Instant | None
    settled_how: str | None


@bp.get("/discrepancies")
@allow("operator", "approver")
@operation(
    "人籍不符的学生",
    query={"show": {"type": "string", "enum": ["open", "all"], "description": "all 则连同已处理的；默认 open"}},
    cursor=(int,),
)
def list_discrepancies(asked: Asked) -> Page[DiscrepancyJson]:
    require(actor().office_kind != "province")
    rows = queries.discrepancies_for(
        actor(), everything=asked.get("show") == "all", after=asked["after"] or 0, limit=asked["limit"] + 1
    )
    return page_of(rows, asked["limit"], discrepancy_json, lambda each: [each.id])


@bp.post("/discrepancies/<int:discrepancy_id>/settle")
@allow("operator")
@operation("登记处理情况", body=SETTLE)
def settle_discrepancy(discrepancy_id: int) -> DiscrepancyJson:
    found = own_discrepancy(discrepancy_id)
    settle_as_typed(found, read_json(SETTLE))
    return discrepancy_json(queries.discrepancy_for(actor(), discrepancy_id))


def discrepancy_json(each: Discrepancy) -> DiscrepancyJson:
    """A discrepancy as programs read it."""
    return {
        "id": each.id,
        "school": each.school.office.code,
        "kind": each.kind,
        "student": each.student_id,
        "name": each.name,
        "grade": each.grade,
        "class_number": each.class_number,
        "found_at": instant(each.found_at),
        "settled_at": instant(each.settled_at),
        "settled_how": each.settled_how,
    }
