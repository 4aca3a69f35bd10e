"""发起办件: every process the office may start, the child it is about, its opening form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.access import actor, allow, found, require
from app.cases import hooks, operations, queries
from app.cases.presenters.application_forms import (
    asked_form,
    initial_values,
    is_about_a_child,
    split_row,
)
from app.cases.presenters.cases import destination
from app.cases.presenters.choices import not_taught, with_names
from app.cases.queries.early_objections import with_rules
from app.cases.queries.proofs import kinds_sent, missing, papers_in, proofs_of
from app.cases.queries.rehearsals import draft_for, rehearsal_for
from app.cases.queries.standard_precheck import against_child_of
from app.cases.queries.windows import objections_to_windows
from app.cases.rules.form_drafts import DraftPlace
from app.cases.transactions import submit_once
from app.cases.views.form_drafts import draft_shown, forget_sent, with_draft
from app.cases.views.present import closed_fields, labels_of, with_present
from app.definitions.queries import (
    APPLICATION,
    ROW,
    CompiledVersion,
    current_version,
    processes,
    startable_version,
    switched_off,
)
from app.definitions.rules.refusals import NO_ANSWER
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.schools.models import GRADES
from app.students import queries as students
from app.students.models import STANDING_NAMES, Student
from app.students.models.cohorts import LEFT_OUT_TEXTS
from app.students.queries.search import students_of
from app.students.rules.children import ContestedRecord, OpenCase
from app.students.rules.corrections import FIELDS_OF_PROCESS
from app.web import add_menu, form_values, objections, takes_files, whole_number
from app.web.errors import record_refused
from workflows import Refusal

bp = Blueprint("applications", __name__, url_prefix="/apply", template_folder="../templates")
LAST_PLACE = 10_000
QUOTED = re.compile("“([^”]+)”")
OF_THE_CHILD = (OpenCase, ContestedRecord)  # what keeps several processes from a child at once

add_menu("办事", "发起办件", "applications.index", ("operator",))


@bp.get("/")
@allow("operator")
def index() -> Any:
    """What this office may start, by category and in the order that the diagrams state, each with its conditions.

    For one child: what may be opened for it now, by the rules that its opening asks.
    """
    child = _child(request.args["student"]) if request.args.get("student") else None
    offered = [each for each in processes() if operations.is_startable(each.key, actor())]
    off = {each.key: switched_off(each).detail for each in offered if each.off_since is not None}
    startable = [current_version(each.key, actor().office_id) for each in offered if not (child and each.key in off)]
    in_the_way: dict[str, None] = {}
    if child:
        against = {each.key: _against(each, child) for each in startable if is_about_a_child(each)}
        startable = [each for each in startable if not against.get(each.key, True)]
        in_the_way = dict.fromkeys(
            each.detail for said in against.values() for each in said if isinstance(each, OF_THE_CHILD)
        )
    categories: dict[str, list[CompiledVersion]] = {}
    for each in sorted(startable, key=_place):
        categories.setdefault(each.diagrams.properties.get("category", "其他"), []).append(each)
    closed = {} if child else {each.key: said for each in startable if (said := _closed_today(each))} | off
    return render_template(
        "cases/start/index.html",
        categories=categories,
        address=address_of,
        child=child,
        closed=closed,
        in_the_way=in_the_way,
    )


def _closed_today(version: CompiledVersion) -> str:
    """Why this office can submit no application of the process today; empty where it may try."""
    if titles := not_taught(version.form(APPLICATION), actor()):
        return f"本校没有{'、'.join(titles)}。"
    return next((each.detail for each in _not_today(version)), "")


def _place(version: CompiledVersion) -> tuple[int, str]:
    """Where the process stands in the list; one whose diagram says nothing comes last."""
    stated = version.diagrams.properties.get("start_order", "")
    return int(stated) if stated.isdecimal() else LAST_PLACE, version.name


def _against(version: CompiledVersion, child: Student) -> Sequence[Refused]:
    asks = against_child_of(version)
    return asks(version, child, operations.profile(), actor()) if asks else ()


def _said_of(version: CompiledVersion, child: Student | None) -> Sequence[Refused]:
    """What stands against the child whatever is typed; without what must not be told apart from nothing."""
    return [each for each in _against(version, child) if not isinstance(each, Missing)] if child else ()


def address_of(version: CompiledVersion, student_id: int | None = None) -> str:
    """Where an application of that process begins."""
    if version.key in hooks.start_page:
        return url_for(hooks.start_page[version.key])
    return url_for("applications.start", key=version.key, student=student_id)


@bp.get("/<key>")
@allow("operator")
def start(key: str) -> Any:
    version = _startable(key)
    if key in hooks.start_page:
        return redirect(address_of(version))
    if not is_about_a_child(version):
        return _form(version, None, values={**initial_values(version), **(draft_for(key, actor()) or {})})
    if not request.args.get("student"):
        return _children(version)
    return _form(version, _child(request.args["student"]))


def _startable(key: str) -> CompiledVersion:
    if not any(each.key == key for each in processes()):
        raise Missing()
    require(operations.is_startable(key, actor()))
    return startable_version(key, actor().office_id)


def _child(text: str) -> Student:
    return students.student_for(actor(), found(whole_number(text)))


def _children(version: CompiledVersion) -> str:
    """The school's own children, by name: the first step where the child is not chosen yet."""
    q = request.args.get("q", "").strip()
    children = students_of(actor(), q=q, limit=50) if q else []
    return render_template(
        "cases/start/children.html", version=version, q=q, students=children, grades=GRADES, standings=STANDING_NAMES
    )


def _form(
    version: CompiledVersion,
    child: Student | None,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[Refusal] = (),
) -> str:
    closed = closed_fields(version, child, actor())
    today = [*_not_today(version), *_said_of(version, child)] if not errors else []
    named = with_names(asked_form(version, child, actor()), version.key, child, actor(), given=values)
    draft = draft_shown(_draft_place(version, child))
    text = render_template(
        "cases/start/form.html",
        version=version,
        schema=with_present(named, version, child, closed),
        labels=labels_of(named),
        corrects=child is not None and version.key in FIELDS_OF_PROCESS,
        closed=closed,
        child=child,
        enrolment=(child.open_enrolment or child.last_enrolment) if child else None,
        grades=GRADES,
        standings=STANDING_NAMES,
        values=values or {},
        errors=errors,
        not_today=today,
        nothing=_nothing_to_choose(named),
        ways=_ways(today),
        address=address_of,
        panel=beside(actor()) if (beside := hooks.beside_form.of(version.key)) else None,
        rehearsal=rehearsal_for(version.key, actor().office_id, values),
        destination=destination,
        left_out_texts=LEFT_OUT_TEXTS,
        proofs=proofs_of(version),
        key=operations.new_key(),
        draft=draft,
    )
    return with_draft(text, draft, url_for("applications.submit", key=version.key))


def _draft_place(version: CompiledVersion, child: Student | None) -> DraftPlace:
    return DraftPlace(process=version.key, student=child.id if child else None)


def _nothing_to_choose(schema: Mapping[str, Any]) -> list[str]:
    """The titles of what must be chosen and has nothing to be chosen from: such a form is not shown."""
    asked = [schema["properties"][name] for name in schema.get("required", ())]
    return [str(each.get("title", "")) for each in asked if each.get("oneOf") == []]


def _not_today(version: CompiledVersion) -> Sequence[Refused]:
    """What no application of this process can be submitted for today, whatever it says."""
    asked, closed = hooks.objections_today.of(version.key), objections_to_windows(version, actor())
    try:
        return [*closed, *(asked(version, operations.profile(), actor()) if asked else ())]
    except NO_ANSWER as refusal:
        return (refusal,)


def _ways(objections: Sequence[Refused]) -> list[CompiledVersion]:
    """The processes that the objections name, perhaps by the first words, and this office may start instead."""
    words = tuple(QUOTED.findall("".join(each.detail for each in objections)))
    on = [each.key for each in processes() if words and each.off_since is None]
    ways = [current_version(key, actor().office_id) for key in on if operations.is_startable(key, actor())]
    return [each for each in ways if each.name.startswith(words)]


def prepared(key: str, student_id: int, values: dict[str, Any]) -> str:
    """The opening form about a child with what another package knows filled in; the person sends it like any other.

    Raises Missing, NotAllowed.
    """
    return _form(_startable(key), _child(str(student_id)), values=values)


@bp.post("/<key>")
@allow("operator")
@takes_files(64)
def submit(key: str) -> Any:
    version, caller = _startable(key), actor()
    child = _child(request.form.get("student", "")) if is_about_a_child(version) else None
    application = form_values(asked_form(version, child, actor()))
    if child is not None:
        application["student"] = child.id
    asked, rows = split_row(version, application)
    papers, unfit = papers_in(version)

    def opened() -> int:
        case_id = operations.open_with(key, asked, papers, actor=caller, rows=rows)
        forget_sent(_draft_place(version, child))
        return case_id

    try:
        form = asked_form(version, None, actor()) if rows else version.form(APPLICATION)
        faults: list[InvalidInput] = [*objections(form, application), *unfit]
        lacks = missing(version, asked, kinds_sent(papers, unfit))
        if faults and rows is None:
            against = with_rules(version, application, faults, profile=operations.profile(), actor=caller)
            raise Objected([*against, *lacks])
        if faults:
            raise Objected([*faults, *lacks])
        operations.keep_papers(papers)
        case_id = submit_once(
            request.form.get("key"),
            [key, application, [[each.kind, each.sha256] for each in papers]],
            opened,
            actor=caller,
        )
        number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        record_refused(refusal)
        again = _child(str(child.id)) if child else None
        return _form(version, again, values=_as_typed(version, application), errors=_of_the_form(refusal)), 422
    flash(f"已提交，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def _as_typed(version: CompiledVersion, application: dict[str, Any]) -> dict[str, Any]:
    """What comes back into the form of a refused application: a place as it was written, not by its code."""
    places = {*_places(version.form(APPLICATION)), *(_places(version.form(ROW)) if ROW in version.forms else ())}
    return {name: request.form.get(name, value) if name in places else value for name, value in application.items()}


def _places(schema: Mapping[str, Any]) -> list[str]:
    return [name for name, part in schema["properties"].items() if part.get("format") in ("cn-division", "country")]


def _of_the_form(refusal: Refused) -> list[Refusal]:
    """The objections with the fields as the page names them: the only child is not counted."""
    objected = objections_of(refusal)
    for each in objected:
        each.field = (each.field or "").removeprefix("rows.0.") or None
    return objected
