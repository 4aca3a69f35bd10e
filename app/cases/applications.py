"""发起办件: every process the office may start, the child it is about, its opening form from the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from app.access import actor, allow, require
from app.cases import operations, queries
from app.cases.forms import destination
from app.cases.openings import CHOICES, draft_for, rehearsal_for
from app.database import transaction
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.interface import add_menu, form_values, objections, takes_files, uploads_in
from app.processes.queries import APPLICATION, ROW, Edition, current_edition, processes
from app.schools.models import GRADES
from app.students import queries as students
from app.students.cohorts import LEFT_OUT_TEXTS
from app.students.models import STANDING_NAMES, Student
from workflows import Refusal

bp = Blueprint("applications", __name__, url_prefix="/apply", template_folder="templates")
OWN_DOOR = {
    "transfer": "cases.start_transfer",  # begins with a child of another school, by number and name
    "recruitment_roster": "cases.new_roster",  # begins with a filed plan and a list
}

add_menu("办事", "发起办件", "applications.index", ("operator",))


@bp.get("/")
@allow("operator")
def index() -> Any:
    """What this office may start, by category, each with its conditions in a sentence."""
    child = _child(request.args["student"]) if request.args.get("student") else None
    startable = [current_edition(each.key) for each in processes() if operations.is_startable(each.key, actor())]
    if child:
        startable = [each for each in startable if _about_a_child(each)]
    categories: dict[str, list[Edition]] = {}
    for each in startable:
        categories.setdefault(each.diagrams.properties.get("category", "转学"), []).append(each)
    return render_template("cases/start/index.html", categories=categories, address=address_of, child=child)


def address_of(chosen: Edition, student_id: int | None = None) -> str:
    """Where an application of that process begins."""
    if chosen.key in OWN_DOOR:
        return url_for(OWN_DOOR[chosen.key])
    return url_for("applications.start", key=chosen.key, student=student_id)


@bp.get("/<key>")
@allow("operator")
def start(key: str) -> Any:
    chosen = _startable(key)
    if key in OWN_DOOR:
        return redirect(address_of(chosen))
    if not _about_a_child(chosen):
        return _form(chosen, None, values=draft_for(key, actor()))
    if not request.args.get("student"):
        return _children(chosen)
    return _form(chosen, _child(request.args["student"]))


def _startable(key: str) -> Edition:
    if not any(each.key == key for each in processes()):
        raise Missing()
    require(operations.is_startable(key, actor()))
    return current_edition(key)


def _about_a_child(chosen: Edition) -> bool:
    return "student" in chosen.form(APPLICATION)["properties"]


def _child(text: str) -> Student:
    if not text.isdecimal():
        raise Missing()
    return students.student_for(actor(), int(text))


def _children(chosen: Edition) -> str:
    """The school's own children, by name: the first step where the child is not chosen yet."""
    q = request.args.get("q", "").strip()
    found = students.students_of(actor(), name=q, limit=50) if q else []
    return render_template(
        "cases/start/children.html", chosen=chosen, q=q, students=found, grades=GRADES, standings=STANDING_NAMES
    )


def _form(
    chosen: Edition,
    child: Student | None,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[Refusal] = (),
) -> str:
    return render_template(
        "cases/start/form.html",
        chosen=chosen,
        schema=_asked(chosen, child),
        child=child,
        enrolment=(child.open_enrolment or child.last_enrolment) if child else None,
        grades=GRADES,
        standings=STANDING_NAMES,
        values=values or {},
        errors=errors,
        rehearsal=rehearsal_for(chosen.key, actor().office_id, values),
        destination=destination,
        left_out_texts=LEFT_OUT_TEXTS,
        key=operations.new_key(),
    )


def _asked(chosen: Edition, child: Student | None) -> dict[str, Any]:
    """The opening form without the child, who is chosen already; with what may be chosen about this one.

    Where the process is about a list, with the form of its first child.
    """
    schema = chosen.form(APPLICATION)
    if ROW in chosen.forms:
        row = chosen.form(ROW)
        properties = {**row["properties"], **schema["properties"]}
        return {**schema, "properties": properties, "required": [*row["required"], *schema["required"]]}
    asked = {name: part for name, part in schema["properties"].items() if name != "student"}
    if child is not None:
        for name, choices in CHOICES.get(chosen.key, {}).items():
            offered = [{"const": value, "title": words} for value, words in choices(child, actor())]
            asked[name] = {**asked[name], "oneOf": offered}
    return {**schema, "properties": asked, "required": [name for name in schema["required"] if name in asked]}


@bp.post("/<key>")
@allow("operator")
@takes_files(64)
def submit(key: str) -> Any:
    chosen, caller = _startable(key), actor()
    child = _child(request.form.get("student", "")) if _about_a_child(chosen) else None
    application = form_values(_asked(chosen, child))
    if child is not None:
        application["student"] = child.id
    asked, rows = _split(chosen, application)
    papers, unfit = uploads_in("attachments")
    try:
        form = _asked(chosen, None) if rows else chosen.form(APPLICATION)
        faults: list[InvalidInput] = [*objections(form, application), *unfit]
        if faults:
            raise Objected(list(faults))
        with transaction():
            case_id = operations.once(
                request.form.get("key"),
                [application, [each.sha256 for each in papers]],
                lambda: operations.open_with(key, asked, papers, actor=caller, rows=rows),
                actor=caller,
            )
            number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        g.refusal = refusal
        again = _child(str(child.id)) if child else None
        return _form(chosen, again, values=application, errors=_of_the_form(refusal)), 422
    flash(f"已提交，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def _split(chosen: Edition, typed: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """The application, and the list of the one child that was typed with it."""
    if ROW not in chosen.forms:
        return typed, None
    own = chosen.form(APPLICATION)["properties"]
    child = {name: value for name, value in typed.items() if name not in own}
    return {name: value for name, value in typed.items() if name in own}, [child]


def _of_the_form(refusal: Refused) -> list[Refusal]:
    """The objections with the fields as the page names them: the only child is not counted."""
    objected = objections_of(refusal)
    for each in objected:
        each.field = (each.field or "").removeprefix("rows.0.") or None
    return objected
