"""Starting a transfer: first the child, by number and name; objections are shown before anything else is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app import clock
from app.access import actor, allow
from app.cases import operations, queries
from app.cases.queries.early_objections import with_rules
from app.cases.queries.form_drafts import fields_of, texts_of
from app.cases.queries.proofs import papers_in, proofs_of
from app.cases.rules.form_drafts import DraftPlace
from app.cases.transactions import submit_once
from app.cases.views.form_drafts import draft_of_address, draft_shown, forget_sent, with_draft
from app.database import db
from app.definitions.queries import APPLICATION, current_version
from app.encryption import keyed_hash
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.identity.views.resumed_forms import unsent_form
from app.processes.quotas.presenters import seats_panel
from app.processes.transfer.precheck import transfer_objections
from app.processes.transfer.search import child_anywhere
from app.schools.models import GRADES, School
from app.schools.queries import seats_by_grade
from app.schools.rules import objections_to_full
from app.students import queries as students
from app.students.models import Student
from app.web import add_menu, form_values, objections, takes_files
from app.web.errors import record_refused
from app.web.rate_limits import TooMany
from app.web.refilled_forms import written_on
from workflows import Refusal

bp = Blueprint("transfer", __name__, template_folder="templates")
add_menu("办事", "发起转学", "transfer.start_transfer", ("operator",), kinds=("school",))

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
    school, unsent, draft = _own_school(), unsent_form(), draft_of_address("transfer")
    if draft is not None:
        return _of_child(school, {"main_number": "", "name": "", **texts_of(fields_of(draft), FIND["properties"])})
    if unsent is not None and unsent.path == url_for("transfer.submit_transfer"):  # the second page has no address
        typed = dict(unsent.fields)
        found = {"main_number": typed.get("main_number", ""), "name": typed.get("name", "")}
        if child := _child_of(found):
            return _application_page(school, {**found, "name": child.name}, child)
    return _find_page({})


def _find_page(values: dict[str, Any], errors: Sequence[Refusal] = ()) -> str:
    """The first page, with the seats that the school has left."""
    full = objections_to_full(seats_by_grade(_own_school(), clock.school_year(clock.today())).values())
    return render_template(
        "transfer/find_child.html",
        schema=FIND,
        values=values,
        errors=errors,
        full=[] if errors else full,
        panel=seats_panel(actor()),
    )


@written_on("transfer.submit_transfer")
def page_of_transfer() -> str:
    """The second page is reached through the first."""
    return url_for("transfer.start_transfer")


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
        return _find_page(values, errors), 422
    return _of_child(school, values)


def _of_child(school: School, values: dict[str, Any]) -> Any:
    """The second page for the child of that number and name, or why there is none; asked no oftener than allowed."""
    try:
        child = child_anywhere(values["main_number"], values["name"], actor())
    except Refused as refusal:
        status = 429 if isinstance(refusal, TooMany) else 422
        return _find_page(values, [refusal]), status
    against = transfer_objections(current_version("transfer", school.id), child, school, profile=operations.profile())
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
    draft = draft_shown(_draft_place(values["main_number"]))
    text = render_template(
        "transfer/application.html",
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
        proofs=proofs_of(current_version("transfer", actor().office_id)),
        key=operations.new_key(),
        draft=draft,
    )
    return with_draft(text, draft, url_for("transfer.submit_transfer"))


def _draft_place(main_number: str) -> DraftPlace:
    """A draft for each child, who is of another school: by a keyed hash, so that the number stands nowhere."""
    return DraftPlace(process="transfer", about=keyed_hash(f"draft {main_number}")[:32])


def _application_form() -> dict[str, Any]:
    """The opening form without what is known already: the child, the school, the grade."""
    schema = current_version("transfer", actor().office_id).form(APPLICATION)
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
        "main_number": "",
        "name": "",
        **form_values(FIND),
        "to_school": school.office.code,
    }
    caller, (papers, unfit) = actor(), papers_in(current_version("transfer", actor().office_id))

    def opened() -> int:
        case_id = operations.open_with("transfer", application, papers, actor=caller)
        forget_sent(_draft_place(application["main_number"]))
        return case_id

    try:
        _check_typed(form, unfit, application)
        operations.keep_papers(papers)
        case_id = submit_once(
            request.form.get("key"),
            [application, [[each.kind, each.sha256] for each in papers]],
            opened,
            actor=caller,
        )
        number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        record_refused(refusal)
        return _application_page(school, application, _child_of(application), errors=objections_of(refusal)), 422
    flash(f"已提交，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def _check_typed(form: dict[str, Any], unfit: list[InvalidInput], application: dict[str, Any]) -> None:
    """Every fault at once: the form's, the files', the declaration's, and the rules'. Raises Objected."""
    faults = [*objections(form, form_values(form)), *unfit]
    if request.form.get("declared") != "yes":
        faults.append(InvalidInput(sentence="请确认监护人签名的转学申请已收存。", field="declared"))
    if faults:
        version = current_version("transfer", actor().office_id)
        raise Objected(with_rules(version, application, faults, profile=operations.profile(), actor=actor()))


def _child_of(application: dict[str, Any]) -> Student | None:
    try:
        return students.child_by_number(application["main_number"], application["name"])
    except Refused:
        return None
