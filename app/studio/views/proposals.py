"""发布申请: the difference to the version before, the findings, and the decision of another person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.access import actor, allow, found
from app.cases.rules.routing import role_name
from app.database import transaction
from app.definitions.models import ProcessVersion
from app.errors import Missing, NotAllowed, Refused, Stale, objections_of
from app.studio.models import Proposal, ProposalStatus
from app.studio.operations import proposals as operations
from app.studio.presenters.labels import KINDS, PROPOSAL_STATUSES, SEVERITIES
from app.studio.queries import drafts as queries
from app.studio.queries.proposals import check_of, differences_of, version_before
from app.studio.queries.variants import steps_of_draft
from app.studio.rules.things import ADDED, CHANGED, CHANGES, MOVED, REMOVED, Difference
from app.studio.transactions import decide_proposal
from app.studio.views.catalogue import bp
from app.web import typed_text
from app.web.formatting import moment

SIGNS = {ADDED: "增", CHANGED: "改", MOVED: "移", REMOVED: "删"}  # beside what a picture shows in a colour
COLOURS = {"added": "green", "removed": "red", "changed": "blue", "moved": "grey"}


@bp.get("/proposals")
@allow("analyst", "publisher")
def proposals() -> Any:
    return render_template("studio/proposals.html", proposals=queries.proposals_of(actor()), statuses=PROPOSAL_STATUSES)


@bp.get("/proposals/<int:proposal_id>")
@allow("analyst", "publisher")
def proposal(proposal_id: int) -> Any:
    return _page(queries.proposal_for(actor(), proposal_id))


def _page(shown: Proposal, errors: Sequence[Any] = ()) -> str:
    caller, differences, before = actor(), differences_of(shown), version_before(shown)
    own = caller.user_id in {shown.proposed_by_id, *shown.editor_ids}
    is_open = shown.status is ProposalStatus.OPEN
    return render_template(
        "studio/proposal.html",
        proposal=shown,
        status=PROPOSAL_STATUSES[shown.status],
        checked=check_of(shown),
        differences=[each for each in differences if each.change != MOVED],
        moved=[each for each in differences if each.change == MOVED],
        changes=CHANGES,
        colours=COLOURS,
        diagrams=[name for name in shown.files if name.endswith(".bpmn")],
        scenarios=sum(name.endswith(".scenario") for name in shown.files),
        replays=shown.base is not None or shown.draft.based_on is not None,
        marks={name: _marks(differences, name, (ADDED, CHANGED, MOVED)) for name in shown.files} if before else {},
        marks_before={name: _marks(differences, name, (REMOVED, CHANGED, MOVED)) for name in _drawn(before)},
        signs=SIGNS,
        stale=is_open and queries.edited_since(shown),
        decides=is_open and caller.duty == "publisher" and not own,
        own=is_open and caller.duty == "publisher" and own,
        withdraws=is_open and caller.duty == "analyst",
        severities=SEVERITIES,
        kinds=KINDS,
        variant_of=shown.draft.based_on,
        steps=steps_of_draft(shown.draft, shown.files),
        role_name=role_name,
        errors=errors,
        typed=request.form,
    )


def _marks(differences: Sequence[Difference], name: str, changes: Sequence[str]) -> dict[str, str]:
    """What stands out in a picture, and how it differs: element -> one of `changes`."""
    shown = [each for each in differences if each.file == name and each.change in changes]
    return {each.element: each.change for each in shown if each.element}


def _drawn(version: ProcessVersion | None) -> list[str]:
    return [name for name in version.files if name.endswith(".bpmn")] if version else []


@bp.get("/proposals/<int:proposal_id>/diagrams/<name>")
@allow("analyst", "publisher")
def proposal_diagram(proposal_id: int, name: str) -> Any:
    """A diagram as it was proposed, for the picture on the page."""
    return Response(found(queries.proposal_for(actor(), proposal_id).files.get(name)), mimetype="application/xml")


@bp.get("/proposals/<int:proposal_id>/before/<name>")
@allow("analyst", "publisher")
def diagram_before(proposal_id: int, name: str) -> Any:
    """A diagram of the version that a proposal changes, for the picture of what is removed."""
    before = found(version_before(queries.proposal_for(actor(), proposal_id)))
    return Response(found(before.files.get(name)), mimetype="application/xml")


@bp.post("/proposals/<int:proposal_id>/decision")
@allow("publisher")
def decide(proposal_id: int) -> Any:
    outcome = "agree" if request.form.get("outcome") == "agree" else "send_back"
    try:
        decide_proposal(proposal_id, outcome, typed_text("opinion"), actor=actor())
    except (Missing, NotAllowed, Stale):
        raise
    except Refused as refusal:
        return _page(queries.proposal_for(actor(), proposal_id), objections_of(refusal)), 422
    shown = queries.proposal_for(actor(), proposal_id)
    said = f"已发布为第 {shown.version.number} 版。" if shown.version else "已退回流程管理员。"
    flash(said, "success")
    return redirect(url_for("studio.proposal", proposal_id=proposal_id))


@bp.post("/proposals/<int:proposal_id>/withdraw")
@allow("analyst")
def withdraw(proposal_id: int) -> Any:
    with transaction():
        shown = operations.withdraw(proposal_id, actor=actor())
        at, draft_id = moment(shown.decided_at), shown.draft_id
    flash(f"发布申请已于 {at} 撤回，草稿可以继续修改。", "success")
    return redirect(url_for("studio.draft", draft_id=draft_id))
