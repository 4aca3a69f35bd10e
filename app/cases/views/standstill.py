"""暂停, 恢复, 终止: the forms of a case's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.access import actor, allow
from app.cases import operations
from app.cases.views.blueprint import bp
from app.cases.views.case import do_once
from app.web import typed_text


@bp.post("/cases/<number>/pause")
@allow("operator", "approver")
def pause(number: str) -> Any:
    return _done(number, "pause", operations.pause, "已暂停办理，办理时限暂停计算，申请单位将收到通知。")


@bp.post("/cases/<number>/resume")
@allow("operator", "approver")
def resume(number: str) -> Any:
    return _done(number, "resume", operations.resume, "已恢复办理，办理时限继续计算。")


@bp.post("/cases/<number>/terminate")
@allow("approver")
def terminate(number: str) -> Any:
    return _done(number, "terminate", operations.terminate_by_office, "已终止办理，申请单位将收到通知。")


def _done(number: str, what: str, act: Callable[..., int], done: str) -> Any:
    caller, reason = actor(), typed_text("reason")
    return do_once(number, [what, number, reason], lambda: act(number, reason, actor=caller), done)
