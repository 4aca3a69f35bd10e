"""The system administrator's page: which years there are, and the notice of a new one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app import clock
from app.access import actor, allow, require
from app.calendars import operations, queries
from app.calendars.rules import WEEKDAYS, Reading
from app.database import transaction
from app.errors import Refused, objections_of
from app.web import add_menu, typed_text, whole_number

bp = Blueprint("calendars", __name__, template_folder="templates")
add_menu("系统", "工作日历", "calendars.index", ("sysadmin",), kinds=("province",))


@bp.get("/calendar")
@allow("sysadmin")
def index() -> Any:
    require(actor().office_kind == "province")
    return _page({}, [], None)


@bp.post("/calendar")
@allow("sysadmin")
def import_year() -> Any:
    """Check the notice and show how it was read, or import it."""
    require(actor().office_kind == "province")
    typed = {name: typed_text(name) for name in ("year", "notice", "text")}
    year = whole_number(typed["year"], least=1000, most=9999) or 0
    given = (year, typed["notice"], typed["text"])
    try:
        if request.form.get("act") != "import":
            return _page(typed, [], operations.checked(*given))
        with transaction():
            reading = operations.import_year(*given, actor=actor())
    except Refused as refusal:
        return _page(typed, objections_of(refusal), None), 422
    queries.tell_the_clock()
    flash(f"已导入 {year} 年工作日历，共 {len(reading.exceptions)} 个例外日。", "success")
    return redirect(url_for("calendars.index"))


def _page(typed: dict[str, str], errors: list[Any], reading: Reading | None) -> str:
    this = clock.today().year
    return render_template(
        "calendars/index.html",
        typed={"year": str(this + 1), "notice": "", "text": "", **typed},
        years=(this, this + 1),
        errors=errors,
        reading=reading,
        weekdays=WEEKDAYS,
        imported=queries.imported(),
        shipped=clock.shipped_years(),
        warnings=queries.warnings(),
    )
