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
from app.studio.queries.drafts import require_studio
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
    """One case by its number; an empty number is never a whole process."""
    number, reason = typed_text("case"), typed_text("reason")
    if not number:
        return running_page([InvalidInput(sentence="请填写办件编号。", field="case")]), 422
    return _done(lambda: operations.halt_case(number, reason, actor=actor()), f"办件 {number} 已挂起。")


@bp.get("/running/halt-process")
@allow("publisher")
def confirm_halting_process() -> Any:
    """Names the process and how many cases stand still with it, before they do."""
    require_studio(actor())
    if not (key := request.args.get("process", "").strip()):
        return running_page([InvalidInput(sentence="请选择要挂起的流程。", field="process")])
    return _halting_page(key, "")


def _halting_page(key: str, reason: str, errors: Sequence[Any] = ()) -> str:
    process, open_cases = catalogue.process_of(key), sum(catalogue.open_cases(key).values())
    return render_template(
        "studio/confirm.html",
        heading=f"挂起流程：{process.name}",
        sentences=[
            f"流程“{process.name}”现有在办办件 {open_cases} 件，将全部挂起；新提出的申请也不能作出决定。",
            "挂起后任何机构都不能作出决定，申请机构仍可撤回；到期生效和名单办理也停下。恢复办理后继续。",
        ],
        lost=[],
        hidden={"process": key},
        reason=reason,
        act=url_for("studio.halt_process"),
        label=f"挂起流程“{process.name}”（在办 {open_cases} 件）",
        back=url_for("studio.running"),
        errors=errors,
    )


@bp.post("/running/halt-process")
@allow("publisher")
def halt_process() -> Any:
    """A whole process, as its page before has named it."""
    require_studio(actor())
    key, reason = typed_text("process"), typed_text("reason")
    try:
        with transaction():
            operations.halt_process(key, reason, actor=actor())
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _halting_page(key, reason, objections_of(refusal)), 422
    flash("流程已挂起，恢复之前不能作出决定。", "success")
    return redirect(url_for("studio.running"))


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
