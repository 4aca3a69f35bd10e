"""补正名单: one child of a list that was sent back, to be corrected by its applicant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.access import actor, allow, require
from app.cases import operations, queries
from app.cases.presenters.cases import compiled_version_of
from app.cases.presenters.choices import with_names
from app.cases.presenters.prefilled_forms import with_named_places
from app.cases.queries.row_repairs import repair_task_of, row_repair_form, row_to_repair, shown_to_repair
from app.cases.views.blueprint import bp
from app.cases.views.present import labels_of
from app.database import end_reading, transaction
from app.errors import Objected
from app.web import form_values


@bp.get("/cases/<number>/rows/<int:position>")
@allow("operator")
def row(number: str, position: int) -> Any:
    return _page(number, position)


@bp.post("/cases/<number>/rows/<int:position>")
@allow("operator")
def repair_row(number: str, position: int) -> Any:
    case, _view = queries.case_for(actor(), number)
    require(repair_task_of(case, actor()) is not None)
    typed = form_values(row_repair_form(compiled_version_of(case)))
    row_to_repair(case, position)  # or there is none
    end_reading()
    try:
        with transaction():
            operations.repair_row(number, position, typed, actor=actor())
    except Objected as refusal:
        return _page(number, position, typed=typed, errors=refusal.objections), 422
    flash(f"已保存第 {position} 号学生的申报信息；全部更正后，请在办件页再次提交。", "success")
    return redirect(url_for("cases.rows", number=number))


def _page(number: str, position: int, *, typed: dict[str, Any] | None = None, errors: Sequence[Any] = ()) -> str:
    case, _view = queries.case_for(actor(), number)
    require(repair_task_of(case, actor()) is not None)
    child = row_to_repair(case, position)
    form = row_repair_form(compiled_version_of(case))
    named = with_names(form, case.process_key, None, actor(), given=typed)
    return render_template(
        "cases/row.html",
        case=case,
        row=child,
        form=named,
        labels=labels_of(named),
        values=with_named_places(form, shown_to_repair(child, form) if typed is None else typed),
        errors=errors,
    )
