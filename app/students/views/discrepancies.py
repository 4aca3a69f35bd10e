"""人籍不符: what the verification of a roll has found, until the school has settled it. Pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.access import actor, allow, require
from app.database import transaction
from app.errors import Objected
from app.students import queries
from app.students.models.cohorts import DISCREPANCY_NAMES, Discrepancy
from app.students.operations import verification
from app.students.rules.permissions import BELOW_THE_PROVINCE
from app.students.rules.verification import class_name
from app.web import (
    add_menu,
    after_id,
    encode_cursor,
    objections,
    typed_text,
)

bp = Blueprint("discrepancies", __name__, template_folder="../templates")
SETTLE = {
    "type": "object",
    "properties": {
        "how": {"type": "string", "title": "处理情况", "minLength": 1, "maxLength": 200, "x-widget": "textarea"}
    },
    "required": ["how"],
}
PAGE = 20

# whom a school has found missing is no basic record: the province has no list of it
add_menu("学籍", "人籍不符", "discrepancies.index", ("operator", "approver"), kinds=BELOW_THE_PROVINCE)


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
    found = own_discrepancy(discrepancy_id)
    settle_as_typed(found, {"how": typed_text("how")})
    flash("已登记处理情况。", "success")
    return redirect(url_for("discrepancies.index"))


def own_discrepancy(discrepancy_id: int) -> Discrepancy:
    """A discrepancy of the actor's own school: nobody else settles it. Raises Missing, NotAllowed."""
    found = queries.discrepancy_for(actor(), discrepancy_id)
    require(found.school_id == actor().office_id)
    return found


def settle_as_typed(found: Discrepancy, typed: dict[str, Any]) -> None:
    """Write down how it was settled, by SETTLE. Raises Objected."""
    if faults := objections(SETTLE, typed):
        raise Objected(list(faults))
    with transaction():
        verification.settle(found, typed["how"], actor=actor())
