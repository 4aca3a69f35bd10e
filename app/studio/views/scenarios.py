"""演练用例: all of a draft or of a proposal, run; and one of them step by step."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.access import actor, allow, found
from app.database import end_reading, transaction
from app.errors import Refused, objections_of
from app.studio.operations import scenarios as operations
from app.studio.operations.rehearsals import rehearse
from app.studio.queries import drafts as queries
from app.studio.queries.runnable_drafts import runnable
from app.studio.rules.counter_examples import ENDS
from app.studio.views.catalogue import bp


@bp.get("/drafts/<int:draft_id>/scenarios")
@allow("analyst", "publisher")
def scenarios(draft_id: int) -> Any:
    """Every scenario of a draft, run on it."""
    draft = queries.draft_for(actor(), draft_id)
    key, files = draft.process_key, queries.files_of(draft.id)
    return _results(key, files, draft=draft_id, name=draft.name)


@bp.get("/proposals/<int:proposal_id>/scenarios")
@allow("analyst", "publisher")
def proposed_scenarios(proposal_id: int) -> Any:
    """Every scenario of what was proposed, run on it."""
    shown = queries.proposal_for(actor(), proposal_id)
    return _results(shown.process_key, shown.files, proposal=proposal_id, name=shown.draft.name)


def _results(key: str, files: Any, *, name: str, draft: int | None = None, proposal: int | None = None) -> Any:
    results, errors = [], []
    end_reading()
    try:
        results = operations.results_of(key, files, actor=actor())
    except Refused as refusal:
        errors = list(objections_of(refusal))
    shown = render_template(
        "studio/scenarios.html", results=results, errors=errors, name=name, draft=draft, proposal=proposal
    )
    return (shown, 422) if errors else shown


@bp.get("/drafts/<int:draft_id>/scenarios/<name>")
@allow("analyst", "publisher")
def scenario(draft_id: int, name: str) -> Any:
    """One scenario: who takes part, what it says step by step, and how it goes on the draft."""
    draft = queries.draft_for(actor(), draft_id)
    key, files = draft.process_key, queries.files_of(draft.id)
    shown = found(operations.scenarios_in(files).get(name))
    errors: list[Any] = []
    went, where, words = None, "", []
    try:
        version = runnable(key, files)
        words = [operations.event_words(version, each) for each in shown.expected]
        went = rehearse(key, files, shown.script, actor=actor())
        where = operations.difference(version, shown, went)
    except Refused as refusal:
        errors = list(objections_of(refusal))
    page = render_template(
        "studio/scenario.html",
        draft=queries.draft_for(actor(), draft_id),
        file=name,
        scenario=shown,
        script=json.dumps(shown.script.as_json(), ensure_ascii=False),
        words=words,
        ends=ENDS,
        went=went,
        where=where,
        draws=actor().duty == "analyst",
        errors=errors,
    )
    return (page, 422) if errors else page


@bp.get("/drafts/<int:draft_id>/scenarios/<name>/delete")
@allow("analyst")
def confirm_deleting_scenario(draft_id: int, name: str) -> Any:
    """What is lost with a scenario, before it is."""
    draft = queries.draft_for(actor(), draft_id)
    shown = found(operations.scenarios_in(queries.files_of(draft.id)).get(name))
    return render_template(
        "studio/confirm.html",
        heading=f"删除演练用例：{shown.name}",
        sentences=[
            f"草稿“{draft.name}”的演练用例“{shown.name}”有 {len(shown.expected)} 步，删除后不能恢复。",
            "删除后，提出和发布时不再照此走一遍。",
        ],
        lost=[],
        hidden={},
        reason=None,
        act=url_for("studio.delete_scenario", draft_id=draft.id, name=name),
        label="删除用例",
        back=url_for("studio.scenario", draft_id=draft.id, name=name),
        errors=[],
    )


@bp.post("/drafts/<int:draft_id>/scenarios/<name>/delete")
@allow("analyst")
def delete_scenario(draft_id: int, name: str) -> Any:
    with transaction():
        operations.delete(draft_id, name, actor=actor())
    flash("已删除演练用例。", "success")
    return redirect(url_for("studio.scenarios", draft_id=draft_id))
