"""收回, 退回到已办环节, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.api.cases import answer_of, bp
from app.cases.operations.returns import REASON
from app.cases.presenters.json_types import CaseWithPapersJson
from app.cases.presenters.send_back_targets import target_json
from app.cases.presenters.task_json_types import TargetsJson
from app.cases.queries.step_backs import last_task_of
from app.cases.transactions import note_task_seen, submit_once
from app.web import operation, read_json

SEND_BACK = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "title": "退回到的环节", "maxLength": 40},
        "reason_code": {
            "type": ["string", "null"],
            "title": "原因",
            "maxLength": 30,
            "description": "流程的 reasons 中的一项，可不填",
        },
        "opinion": REASON["properties"]["reason"],
    },
    "required": ["to", "opinion"],
}


@bp.post("/tasks/<int:task_id>/take-back")
@allow("operator", "approver")
@operation("收回本人刚办理的环节")
def take_back_task(task_id: int) -> CaseWithPapersJson:
    caller = actor()
    what = ["take-back", task_id]
    case_id = submit_once(None, what, lambda: operations.take_back(task_id, actor=caller), actor=caller)
    return answer_of(caller, case_id)


@bp.post("/cases/<number>/take-back")
@allow("operator", "approver")
@operation("收回本人在该办件中最后办理的环节")
def take_back_last_step(number: str) -> CaseWithPapersJson:
    caller = actor()
    task_id = last_task_of(queries.case_for(caller, number)[0], caller)
    what = ["take-back", task_id]
    case_id = submit_once(None, what, lambda: operations.take_back(task_id, actor=caller), actor=caller)
    return answer_of(caller, case_id)


@bp.get("/tasks/<int:task_id>/return-targets")
@allow("operator", "approver")
@operation("可以退回到的已办环节，各附退回后作废的内容", refuses=(409,))
def list_targets(task_id: int) -> TargetsJson:
    note_task_seen(actor(), task_id)
    _task, targets = operations.targets_for(task_id, actor=actor())
    return {"targets": [target_json(each) for each in targets]}


@bp.post("/tasks/<int:task_id>/return")
@allow("operator", "approver")
@operation("退回到本机构已办的环节", body=SEND_BACK)
def send_task_back(task_id: int) -> CaseWithPapersJson:
    typed, caller = read_json(SEND_BACK), actor()
    to, code, reason = typed["to"], typed.get("reason_code") or None, typed["opinion"]
    what = ["send-back", task_id, to, code, reason]

    def act() -> int:
        return operations.send_back_to(task_id, to, reason, reason_code=code, actor=caller)

    return answer_of(caller, submit_once(None, what, act, actor=caller))
