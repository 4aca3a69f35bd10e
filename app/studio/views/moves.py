"""环节调整: where a case stands, propose where it is to wait, approve or return as another person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases.models import Move, MoveStatus
from app.database import transaction
from app.errors import InvalidInput, Missing, NotAllowed, Refused, Stale, objections_of
from app.studio.operations import moves as operations
from app.studio.presenters.labels import MOVE_STATUSES
from app.studio.queries import moves as queries
from app.studio.queries.catalogue import process_of
from app.studio.transactions import decide_move
from app.studio.views.catalogue import bp
from app.studio.views.halts import running_page
from app.web import typed_text


@bp.get("/running/position")
@allow("analyst", "publisher")
def position() -> Any:
    number = request.args.get("case", "").strip()
    if not number:
        return running_page([InvalidInput(sentence="请填写办件编号。")])
    try:
        return _position_page(number)
    except Missing:
        return running_page(objections_of(Missing())), 404


@bp.post("/moves")
@allow("analyst")
def propose_move() -> Any:
    number, place, reason = (typed_text(name) for name in ("case", "place", "reason"))
    key, _arrow, to = place.partition(">")
    try:
        if not to:
            raise InvalidInput(sentence="请选择要调整到的环节。", field="place")
        with transaction():
            move_id = operations.propose(number, key, to, reason, actor=actor()).id
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _position_page(number, objections_of(refusal)), 422
    flash("已提出环节调整，待发布员审批。", "success")
    return redirect(url_for("studio.move", move_id=move_id))


def _position_page(number: str, errors: Sequence[Any] = ()) -> str:
    found = queries.position_of(actor(), number)
    return render_template(
        "studio/position.html",
        position=found,
        moves=queries.moves(actor(), case=number),
        statuses=MOVE_STATUSES,
        proposes=actor().duty == "analyst" and bool(found.waits_at),
        errors=errors,
        typed=request.form,
    )


@bp.get("/moves/<int:move_id>")
@allow("analyst", "publisher")
def move(move_id: int) -> Any:
    return _page(queries.move_for(actor(), move_id))


def _page(shown: Move, errors: Sequence[Any] = ()) -> str:
    caller = actor()
    waits, own = shown.status is MoveStatus.PROPOSED, caller.user_id == shown.proposed_by_id
    return render_template(
        "studio/move.html",
        move=shown,
        process=process_of(shown.case.process_key),
        status=MOVE_STATUSES[shown.status],
        decides=waits and caller.duty == "publisher" and not own,
        own=waits and caller.duty == "publisher" and own,
        withdraws=waits and caller.duty == "analyst",
        errors=errors,
        typed=request.form,
    )


@bp.post("/moves/<int:move_id>/decision")
@allow("publisher")
def decide_on_move(move_id: int) -> Any:
    outcome = "agree" if request.form.get("outcome") == "agree" else "send_back"
    try:
        decide_move(move_id, outcome, typed_text("opinion"), actor=actor())
    except (Missing, NotAllowed, Stale):
        raise
    except Refused as refusal:
        return _page(queries.move_for(actor(), move_id), objections_of(refusal)), 422
    flash("已调整办理环节。" if outcome == "agree" else "已退回流程管理员。", "success")
    return redirect(url_for("studio.move", move_id=move_id))


@bp.post("/moves/<int:move_id>/withdraw")
@allow("analyst")
def withdraw_move(move_id: int) -> Any:
    with transaction():
        operations.withdraw(move_id, actor=actor())
    flash("已撤回环节调整。", "success")
    return redirect(url_for("studio.move", move_id=move_id))
