"""暂停, 恢复, 终止, 催办 of a case, for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import answer_of, bp
from app.cases.operations.reminders import OPINION
from app.cases.operations.standstill import REASON
from app.cases.presenters.json_types import CaseWithPapersJson
from app.cases.transactions import submit_once
from app.web import operation, read_json

WITH_REASON: dict[str, Any] = {**REASON, "required": ["reason"]}
URGE: dict[str, Any] = {
    "type": "object",
    "properties": {"opinion": {**OPINION["properties"]["opinion"], "description": "督办时必填，催办时不填"}},
}


@bp.post("/cases/<number>/pause")
@allow("operator", "approver")
@operation("暂停办理：恢复之前不能办理（E-HALTED），办理时限暂停计算", body=WITH_REASON)
def pause_case(number: str) -> CaseWithPapersJson:
    reason = read_json(WITH_REASON)["reason"]
    return _done(["pause", number, reason], lambda: operations.pause(number, reason, actor=actor()))


@bp.post("/cases/<number>/resume")
@allow("operator", "approver")
@operation("恢复办理：由暂停的机构恢复，办理时限继续计算", body=REASON)
def resume_paused_case(number: str) -> CaseWithPapersJson:
    reason = _typed(REASON).get("reason", "")
    return _done(["resume", number, reason], lambda: operations.resume(number, reason, actor=actor()))


@bp.post("/cases/<number>/terminate")
@allow("approver")
@operation("终止办理，不可恢复", body=WITH_REASON)
def terminate_case(number: str) -> CaseWithPapersJson:
    reason = read_json(WITH_REASON)["reason"]
    return _done(["terminate", number, reason], lambda: operations.terminate_by_office(number, reason, actor=actor()))


@bp.post("/cases/<number>/urge")
@allow("operator", "approver")
@operation("催办由申请单位提出，督办由超期机构的上级提出：该件现有的各个环节", body=URGE)
def urge_case(number: str) -> CaseWithPapersJson:
    opinion = _typed(URGE).get("opinion", "")
    return _done(["urge", number, opinion], lambda: operations.urge_case(number, opinion, actor=actor()))


def _typed(schema: dict[str, Any]) -> dict[str, Any]:
    """What was sent, where anything needs to be."""
    return read_json(schema) if request.content_length else {}


def _done(content: list[Any], act: Callable[[], int]) -> CaseWithPapersJson:
    caller = actor()
    return answer_of(caller, submit_once(None, content, act, actor=caller))
