"""人籍不符: what the verification of a roll has found, until the school has settled it. Pages and interface."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for

from app.access import actor, allow, require
from app.database import transaction
from app.errors import Objected
from app.interface import add_menu, after_id, encode_cursor, instant, limit_argument, objections, operation, read_json
from app.students import queries
from app.students.cohorts import DISCREPANCY_NAMES, Discrepancy
from app.students.operations import verification
from app.students.rules.verification import class_name

bp = Blueprint("discrepancies", __name__, template_folder="templates")
SETTLE = {
    "type": "object",
    "properties": {
        "how": {"type": "string", "title": "处理情况", "minLength": 1, "maxLength": 200, "x-widget": "textarea"}
    },
    "required": ["how"],
}
PAGE = 20

# whom a school has found missing is no basic record: the province has no list of it
add_menu(
    "学籍", "人籍不符", "discrepancies.index", ("operator", "approver"), kinds=("school", "county", "zone", "city")
)


@bp.get("/discrepancies")
@allow("operator", "approver")
def index() -> Any:
    require(actor().office_kind != "province")
    everything = request.args.get("show") == "all"
    rows = queries.discrepancies_for(actor(), everything=everything, after=after_id(), limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "students/discrepancies.html",
        rows=rows[:PAGE],
        everything=everything,
        kinds=DISCREPANCY_NAMES,
        class_name=class_name,
        may_settle=actor().duty == "operator" and actor().office_kind == "school",
        next=url_for("discrepancies.index", cursor=following, show="all" if everything else None)
        if following
        else None,
    )


@bp.post("/discrepancies/<int:discrepancy_id>/settle")
@allow("operator")
def settle(discrepancy_id: int) -> Any:
    found = _own(discrepancy_id)
    _settle(found, {"how": request.form.get("how", "").replace("\r\n", "\n").strip()})
    flash(f"{found.name}：已登记处理情况。", "success")
    return redirect(url_for("discrepancies.index"))


@bp.get("/api/v1/discrepancies")
@allow("operator", "approver")
@operation("人籍不符的学生", query=("show", "limit", "cursor"))
def listed() -> Any:
    require(actor().office_kind != "province")
    limit, everything = limit_argument(), request.args.get("show") == "all"
    rows = queries.discrepancies_for(actor(), everything=everything, after=after_id(), limit=limit + 1)
    return jsonify(
        items=[discrepancy_json(each) for each in rows[:limit]],
        next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    )


@bp.post("/api/v1/discrepancies/<int:discrepancy_id>/settle")
@allow("operator")
@operation("登记处理情况", body=SETTLE)
def settled(discrepancy_id: int) -> Any:
    found = _own(discrepancy_id)
    _settle(found, read_json(SETTLE))
    return jsonify(discrepancy_json(queries.discrepancy_for(actor(), discrepancy_id)))


def _own(discrepancy_id: int) -> Discrepancy:
    """A discrepancy of the actor's own school: nobody else settles it. Raises Missing, NotAllowed."""
    found = queries.discrepancy_for(actor(), discrepancy_id)
    require(found.school_id == actor().office_id)
    return found


def _settle(found: Discrepancy, typed: dict[str, Any]) -> None:
    if faults := objections(SETTLE, typed):
        raise Objected(list(faults))
    with transaction():
        verification.settle(found, typed["how"], actor=actor())


def discrepancy_json(each: Discrepancy) -> dict[str, Any]:
    """A discrepancy as programs read it."""
    return {
        "id": each.id,
        "school": each.school.office.code,
        "kind": each.kind.value,
        "student": each.student_id,
        "name": each.name,
        "grade": each.grade,
        "class_number": each.class_number,
        "found_at": instant(each.found_at),
        "settled_at": instant(each.settled_at) if each.settled_at else None,
        "settled_how": each.settled_how,
    }
