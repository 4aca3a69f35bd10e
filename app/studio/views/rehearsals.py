"""试运行: choose who takes part, type the application, act for each office in turn; the script stays in the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.definitions.queries import ROW
from app.errors import Missing, NotAllowed, Objected, Refused, objections_of
from app.studio.models import ProcessDraft
from app.studio.operations.rehearsals import rehearse
from app.studio.operations.rehearsed_desks import Desk
from app.studio.operations.rehearsed_record import Rehearsal
from app.studio.presenters.rehearsal_forms import cast_form, default_cast, read_cast
from app.studio.presenters.rehearsal_values import prefilled_application
from app.studio.queries import drafts as queries
from app.studio.queries.runnable_drafts import rehearsable
from app.studio.rules.counter_examples import ENDS
from app.studio.rules.scenario_names import described, resolved
from app.studio.rules.scenarios import Script, Step, script_of
from app.studio.transactions import keep_rehearsal
from app.studio.views.catalogue import bp
from app.web import form_values, objections, typed_text
from app.web.validation import parse_json


@dataclass(frozen=True)
class Shown:
    """A rehearsal as its page shows it; errors, typed -- what was refused of what somebody has typed."""

    script: Script
    went: Rehearsal
    errors: Sequence[Any] = ()
    typed: Mapping[str, Any] | None = None
    is_filling: bool = False  # the application was typed, and is open again
    source: str = ""  # where what stands in the application comes from, in words


@bp.get("/drafts/<int:draft_id>/rehearsal")
@allow("analyst", "publisher")
def rehearsal(draft_id: int) -> Any:
    """The form in which those who take part are chosen."""
    draft = queries.draft_for(actor(), draft_id)
    try:
        values = default_cast(rehearsable(draft.process_key, queries.files_of(draft.id)))
    except Refused as refusal:
        return _cast_page(draft, {}, objections_of(refusal)), 422
    return _cast_page(draft, values)


def _cast_page(draft: ProcessDraft, values: Mapping[str, str], errors: Sequence[Any] = (), choices: Any = None) -> str:
    return render_template(
        "studio/rehearsal_cast.html", draft=draft, schema=cast_form(choices or {}), values=values, errors=errors
    )


@bp.post("/drafts/<int:draft_id>/rehearsal")
@allow("analyst", "publisher")
def rehearse_draft(draft_id: int) -> Any:
    """What the script says, with what was typed now."""
    draft = queries.draft_for(actor(), draft_id)
    key, files, act = draft.process_key, queries.files_of(draft.id), request.form.get("x-act", "")
    if act == "cast":
        return _begin(draft, key, files)
    try:
        script = script_of(parse_json(request.form.get("x-script", "").encode()))
        shown = _acted(key, files, script, act)
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _cast_page(draft, default_cast(rehearsable(key, files)), objections_of(refusal)), 422
    if act == "keep" and not shown.errors:
        return _keep(draft, shown)
    return _page(draft, shown), 422 if shown.errors else 200


def _begin(draft: ProcessDraft, key: str, files: Mapping[str, str]) -> Any:
    typed = form_values(cast_form({}))
    try:
        if faults := objections(cast_form({}), typed):
            raise Objected(list(faults))
        script, choices, unclear = read_cast(actor(), typed)
        if script is None:
            return _cast_page(draft, typed, unclear, choices), 422
        went = rehearse(key, files, script, actor=actor())
    except NotAllowed:
        raise
    except Refused as refusal:
        return _cast_page(draft, typed, objections_of(refusal)), 422
    values, source = prefilled_application(went, key, files, request.form.get("x-last", ""))
    return _page(draft, Shown(script, went, typed=values, source=source))


def _acted(key: str, files: Mapping[str, str], script: Script, act: str) -> Shown:
    """The script with the act that was typed: the application, a decision, a day that comes, a step taken back."""
    match act:
        case "apply":
            return _applied(key, files, script)
        case "back" if not script.steps:
            went = rehearse(key, files, replace(script, application=None), actor=actor())
            return _filling(script, went)
        case "back":
            script = replace(script, steps=script.steps[:-1])
    went = rehearse(key, files, script, actor=actor())
    if went.opened is None:
        return _filling(script, went) if script.application is not None else Shown(script, went)
    if went.refused:  # of a script that goes no further on this draft
        return Shown(replace(script, steps=script.steps[: went.taken]), went, went.refused)
    match act:
        case "decide":
            return _decided(key, files, script, went)
        case "day":
            return _tried(key, files, script, went, Step(waits=True), {})
    return Shown(script, went)


def _filling(script: Script, went: Rehearsal) -> Shown:
    said = {**(script.application or {}), **(script.row or {})}
    typed = resolved(said, went.known, went.today)
    return Shown(replace(script, application=None, row=None), went, went.refused, typed, is_filling=True)


def _applied(key: str, files: Mapping[str, str], script: Script) -> Shown:
    """The application, typed into its form."""
    empty = rehearse(key, files, replace(script, application=None, row=None, steps=()), actor=actor())
    assert empty.form is not None  # nothing is opened without an application
    typed = form_values(empty.form.schema)
    said = described({**empty.form.told, **typed}, {**empty.known, **_shown_names(empty)}, empty.today)
    papers, row = tuple(request.form.getlist("x-paper"))[:40], None
    if own := rehearsable(key, files).forms.get(ROW):
        row = {name: each for name, each in said.items() if name in own["properties"]}
        said = {name: each for name, each in said.items() if name not in row}
    script = replace(script, application=said, row=row, papers=papers, steps=())
    went = rehearse(key, files, script, actor=actor())
    if went.opened is None:
        return Shown(replace(script, application=None, row=None), empty, _of_the_form(went.refused), typed)
    return Shown(script, went)


def _shown_names(went: Rehearsal) -> dict[str, Any]:
    """What had gone before under which number when the form was shown."""
    try:
        shown = parse_json(request.form.get("x-names", "{}").encode())
    except Refused:
        return {}
    return {name: each for name, each in shown.items() if name in went.names and isinstance(each, str | int)}


def _of_the_form(refused: Sequence[Any]) -> Sequence[Any]:
    for each in refused:  # the only child of a list is not counted
        each.field = (each.field or "").removeprefix("rows.0.") or None
    return refused


def _decided(key: str, files: Mapping[str, str], script: Script, went: Rehearsal) -> Shown:
    """What the office says whose form was sent."""
    desk = _desk_in(went)
    if desk is None:
        return Shown(script, went)
    form = form_values(desk.schema)
    opinion = typed_text("opinion")
    reason = request.form.get("reason_code") or None
    step = Step(
        desk.task,
        request.form.get("outcome", ""),
        desk.process,
        reason,
        opinion,
        described(form, went.known, went.today),
        tuple(request.form.getlist("x-paper"))[:40],
    )
    return _tried(key, files, script, went, step, {**form, "opinion": opinion, "reason_code": reason})


def _tried(
    key: str, files: Mapping[str, str], script: Script, went: Rehearsal, step: Step, typed: Mapping[str, Any]
) -> Shown:
    """The script with one more step, or as it was with why the step was refused."""
    further = script_of(replace(script, steps=(*script.steps, step)).as_json())
    after = rehearse(key, files, further, actor=actor())
    if after.refused:
        return Shown(script, went, after.refused, typed)
    return Shown(further, after)


def _desk_in(went: Rehearsal) -> Desk | None:
    """The task that was chosen, else the first."""
    process, _, task = request.form.get("x-desk", "").rpartition("/")
    chosen = [each for each in went.desks if (each.process, each.task) == (process, task)]
    return next(iter([*chosen, *went.desks]), None)


def _keep(draft: ProcessDraft, shown: Shown) -> Any:
    """A finished rehearsal, under a name; over the scenario that it began with, where it began with one."""
    name, file = typed_text("x-name"), request.form.get("x-file") or None
    try:
        kept = keep_rehearsal(draft.id, name, shown.script, actor=actor(), file=file)
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        again = queries.draft_for(actor(), draft.id)
        return _page(again, replace(shown, errors=objections_of(refusal))), 422
    flash(f"已保存演练用例“{name.strip()}”。", "success")
    return redirect(url_for("studio.scenario", draft_id=draft.id, name=kept))


def _page(draft: ProcessDraft, shown: Shown) -> str:
    went = shown.went
    return render_template(
        "studio/rehearsal.html",
        draft=draft,
        went=went,
        script=json.dumps(shown.script.as_json(), ensure_ascii=False),
        steps=len(shown.script.steps),
        papers=shown.script.papers,
        desk=_desk_in(went) if went.form is None else None,
        errors=shown.errors,
        typed=shown.typed,
        source=shown.source,
        ends=ENDS,
        draws=actor().duty == "analyst",
        name=typed_text("x-name"),
        file=request.form.get("x-file", ""),
    )
