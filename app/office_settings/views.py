"""设置: what may be set, one page for each kind and process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from app import clock
from app.access import actor, allow
from app.database import transaction
from app.definitions.queries import CompiledVersion
from app.divisions.models import WATCHES
from app.errors import Objected, Refused, objections_of
from app.office_settings import operations, queries
from app.office_settings.presenters import history_lines, kind_of, lines_of_kind, profile, settable_version
from app.office_settings.rules import KINDS, Kind, form_of
from app.web import add_menu, form_values, objections
from app.web.home import Tile, add_tiles

bp = Blueprint("office_settings", __name__, template_folder="templates", url_prefix="/settings")
add_menu("系统", "办理设置", "office_settings.index", ("approver",))
add_tiles(
    lambda _caller: [Tile("office_settings", "办理设置", url_for("office_settings.index"), text="查看")],
    ("approver",),
    kinds=WATCHES,
)


@bp.get("")
@allow("approver")
def index() -> Any:
    """Every kind of setting, and what is set of it for this office today."""
    caller = actor()
    kinds = [
        (kind, queries.settings_by_process(kind.key, caller.office_path), operations.why_not_set(kind, caller) is None)
        for kind in KINDS.values()
    ]
    return render_template("office_settings/index.html", kinds=kinds)


@bp.get("/<kind>")
@allow("approver")
def processes(kind: str) -> Any:
    asked = kind_of(kind)
    return render_template(
        "office_settings/processes.html",
        kind=asked,
        lines=lines_of_kind(asked, actor()),
        not_mine=operations.why_not_set(asked, actor()),
    )


@bp.get("/<kind>/<process>")
@allow("approver")
def setting(kind: str, process: str) -> Any:
    asked = kind_of(kind)
    return _page(asked, settable_version(asked, process), None, [])


@bp.post("/<kind>/<process>")
@allow("approver")
def change(kind: str, process: str) -> Any:
    """Set it for this office from a day on."""
    asked, caller = kind_of(kind), actor()
    version, form = settable_version(asked, process), form_of(asked)
    typed = form_values(form)
    try:
        if faults := objections(form, typed):
            raise Objected(list(faults))
        starts_on = dt.date.fromisoformat(typed["starts_on"])
        lines = [typed["lines"]] if asked.choices and "lines" in typed else typed.get("lines", [])
        with transaction():
            operations.change(asked, version, lines, starts_on, typed["note"], profile=profile(), actor=caller)
    except Refused as refusal:
        return _page(asked, version, typed, objections_of(refusal)), 422
    flash(f"“{version.name}”的{asked.title}自 {starts_on:%Y-%m-%d} 起按新的设定办理。", "success")
    return redirect(url_for("office_settings.setting", kind=kind, process=process))


def _page(kind: Kind, version: CompiledVersion, typed: Mapping[str, Any] | None, errors: list[Any]) -> str:
    caller, base = actor(), queries.shipped(kind, version, profile())
    value, by = queries.held(kind, version.key, caller.office_path, base)
    own = queries.own_value(kind.key, version.key, caller.office_id, clock.today())
    present = kind.lines(own) if own else kind.lines(value) if kind.begins_with_present else []
    rows = queries.history(kind.key, version.key, caller.office_path)
    return render_template(
        "office_settings/setting.html",
        kind=kind,
        version=version,
        lines=kind.lines(value),
        by=by,
        shipped=kind.lines(base),
        not_mine=operations.why_not_set(kind, caller),
        form=form_of(kind),
        values=typed
        if typed is not None
        else {"lines": present[0] if kind.choices and present else present, "starts_on": f"{clock.today()}"},
        errors=errors,
        history=history_lines(kind, rows),
    )
