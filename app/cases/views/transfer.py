"""Starting a transfer: first the child, by number and name; objections are shown before anything else is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.openings import transfer_objections
from app.cases.views.desk import bp
from app.database import db, transaction
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.interface import form_values, objections, takes_files, uploads_in
from app.processes.queries import APPLICATION, current_edition
from app.schools.models import GRADES, School
from app.students import queries as students
from app.students.models import Student
from workflows import Refusal

FIND = {
    "type": "object",
    "properties": {
        "main_number": {
            "type": "string",
            "title": "学籍主号",
            "format": "cn-id",
            "description": "即居民身份证号，18 位",
        },
        "name": {"type": "string", "title": "学生姓名", "format": "person-name", "maxLength": 36},
    },
    "required": ["main_number", "name"],
}


@bp.get("/cases/transfer/new")
@allow("operator")
def start_transfer() -> Any:
    """First the child, by number and name; objections are shown before anything else is typed."""
    _own_school()
    return render_template("cases/find_child.html", schema=FIND, values={}, errors=[])


def _own_school() -> School:
    school = db.session.get(School, actor().office_id)
    if school is None:
        raise Missing()
    return school


@bp.post("/cases/transfer/new")
@allow("operator")
def find_child() -> Any:
    school, values = _own_school(), form_values(FIND)
    errors: list[Any] = list(objections(FIND, values))
    if errors:
        return render_template("cases/find_child.html", schema=FIND, values=values, errors=errors), 422
    values["main_number"] = values["main_number"].upper()
    try:
        child = students.child_by_number(values["main_number"], values["name"])
    except Refused as refusal:
        return render_template("cases/find_child.html", schema=FIND, values=values, errors=[refusal]), 422
    against = transfer_objections(current_edition("transfer"), child, school, profile=operations.profile())
    return _application_page(school, {**values, "name": child.name}, child, against=against)


def _application_page(
    school: School,
    values: dict[str, Any],
    child: Student | None,
    *,
    against: Sequence[Refusal] = (),
    errors: Sequence[Refusal] = (),
) -> str:
    """The opening form, or what stands against the child's transfer; what was typed stays typed."""
    enrolment = (child.open_enrolment or child.last_enrolment) if child else None
    return render_template(
        "cases/application.html",
        schema=_application_form(),
        found={
            "name": values["name"],
            "main_number": values["main_number"],
            "school": enrolment.school.office.name if enrolment else "—",
            "grade": GRADES[enrolment.grade] if enrolment else "—",
        },
        school=school.office,
        objections=against,
        values=values,
        errors=errors,
        declared=request.form.get("declared") == "yes",
        key=operations.new_key(),
    )


def _application_form() -> dict[str, Any]:
    """The opening form without what is known already: the child, the school, the grade."""
    schema = current_edition("transfer").form(APPLICATION)
    known = ("main_number", "name", "to_school", "grade")
    asked = {name: part for name, part in schema["properties"].items() if name not in known}
    return {**schema, "properties": asked, "required": [name for name in schema["required"] if name in asked]}


@bp.post("/cases/transfer")
@allow("operator")
@takes_files(64)
def submit_transfer() -> Any:
    school, form = _own_school(), _application_form()
    application = {
        **form_values(form),
        "main_number": request.form.get("main_number", "").strip().upper(),
        "name": request.form.get("name", "").strip(),
        "to_school": school.office.code,
    }
    caller, (papers, unfit) = actor(), uploads_in("attachments")
    try:
        _check_typed(form, unfit)
        with transaction():
            case_id = operations.once(
                request.form.get("key"),
                [application, [each.sha256 for each in papers]],
                lambda: operations.open_with("transfer", application, papers, actor=caller),
                actor=caller,
            )
            number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        g.refusal = refusal
        return _application_page(school, application, _child_of(application), errors=objections_of(refusal)), 422
    flash(f"已提交，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def _check_typed(form: dict[str, Any], unfit: list[InvalidInput]) -> None:
    """Every fault of the typed application at once, the declaration's and the files' among them. Raises Objected."""
    faults = [*objections(form, form_values(form)), *unfit]
    if request.form.get("declared") != "yes":
        faults.append(InvalidInput(sentence="请确认监护人签名的转学申请已收存。", field="declared"))
    if faults:
        raise Objected(list(faults))


def _child_of(application: dict[str, Any]) -> Student | None:
    try:
        return students.child_by_number(application["main_number"], application["name"])
    except Refused:
        return None
