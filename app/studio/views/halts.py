"""运行管理: what is halted, what has failed, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.database import transaction
from app.errors import InvalidInput, Missing, NotAllowed, Refused, objections_of
from app.studio.operations import halts as operations
from app.studio.presenters.labels import MOVE_STATUSES
from app.studio.queries import catalogue
from app.studio.queries import halts as queries
from app.studio.queries.moves import moves
from app.studio.views.catalogue import bp
from app.web import add_menu, typed_text

RECENT = 20  # moves on this page; those of a case stand on its own
add_menu("流程", "运行管理", "studio.running", ("analyst", "publisher"), kinds=("province",))


@bp.get("/running")
@allow("analyst", "publisher")
def running() -> Any:
    return running_page()


def running_page(errors: Sequence[Any] = ()) -> str:
    """运行管理, with what stands against an act."""
    return render_template(
        "studio/running.html",
        halts=queries.halts(actor()),
        incidents=queries.incidents(actor()),
        moves=moves(actor(), most=RECENT),
        statuses=MOVE_STATUSES,
        processes=[each.process for each in catalogue.processes()],
        acts=actor().duty == "publisher",
        errors=errors,
        typed=request.form,
    )


def _done(act: Callable[[], object], said: str) -> Any:
    """The page after an act, or with what stands against it."""
    try:
        with transaction():
            act()
    except NotAllowed:
        raise
    except Missing:
        return running_page(objections_of(Missing())), 422
    except Refused as refusal:
        return running_page(objections_of(refusal)), 422
    flash(said, "success")
    return redirect(url_for("studio.running"))


@bp.post("/running/halt")
@allow("publisher")
def halt() -> Any:
    """A process, or one case by its number."""
    number, key, reason = (typed_text(name) for name in ("case", "process", "reason"))
    if number:
        return _done(lambda: operations.halt_case(number, reason, actor=actor()), f"办件 {number} 已挂起。")
    if not key:
        nothing = InvalidInput(sentence="请选择流程，或者填写办件编号。", field="process")
        return running_page([nothing]), 422
    return _done(lambda: operations.halt_process(key, reason, actor=actor()), "流程已挂起，恢复之前不能作出决定。")


@bp.post("/running/resume")
@allow("publisher")
def resume() -> Any:
    number, key = (typed_text(name) for name in ("case", "process"))
    if number:
        return _done(lambda: operations.resume_case(number, actor=actor()), f"办件 {number} 已恢复办理。")
    return _done(lambda: operations.resume_process(key, actor=actor()), "流程已恢复办理。")


@bp.post("/running/retry")
@allow("publisher")
def retry() -> Any:
    number = typed_text("case")
    return _done(lambda: operations.retry(number, actor=actor()), f"办件 {number} 已重新办理。")
