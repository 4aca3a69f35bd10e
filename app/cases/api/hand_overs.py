"""转办, 抄送 and 待阅, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.api.cases import answer_of, bp
from app.cases.operations.hand_overs import REASON, REMARK
from app.cases.presenters.hand_overs import copy_json
from app.cases.presenters.json_types import CaseWithPapersJson
from app.cases.presenters.task_json_types import CopyJson, PeopleJson
from app.cases.queries.colleagues import colleagues_at
from app.cases.queries.hand_overs import copies_for, hand_over_offer, why_not_hand_over
from app.cases.transactions import note_task_seen, submit_once
from app.database import transaction
from app.web import Asked, Page, operation, page_of, read_json

HAND_OVER = {
    "type": "object",
    "properties": {
        "to": {"type": "integer", "title": "转给", "minimum": 1, "description": "本机构同一岗位人员的编号"},
        **REASON["properties"],
    },
    "required": ["to", "reason"],
}
COPY = {
    "type": "object",
    "properties": {
        "to": {"type": "array", "title": "抄送给", "items": {"type": "string", "maxLength": 20}},
        **REMARK["properties"],
    },
    "required": ["to"],
}


@bp.get("/tasks/<int:task_id>/colleagues")
@allow("operator", "approver")
@operation("可以转办的人员：本机构同一岗位，且不须回避", refuses=(409,))
def list_colleagues(task_id: int) -> PeopleJson:
    caller = actor()
    note_task_seen(caller, task_id)
    task = queries.task_for(caller, task_id)
    people = hand_over_offer(task, colleagues_at(task.office_id)) if why_not_hand_over(task, caller) is None else ()
    return {"people": [{"id": each.id, "name": each.name} for each in people]}


@bp.post("/tasks/<int:task_id>/hand-over")
@allow("operator", "approver")
@operation("转办给本机构同一岗位的人员", body=HAND_OVER)
def hand_task_over(task_id: int) -> CaseWithPapersJson:
    typed, caller = read_json(HAND_OVER), actor()
    to_user, reason = typed["to"], typed["reason"]

    def act() -> int:
        return operations.hand_over(task_id, to_user, reason, actor=caller)

    return answer_of(caller, submit_once(None, ["hand-over", task_id, to_user, reason], act, actor=caller))


@bp.post("/tasks/<int:task_id>/copy")
@allow("operator", "approver")
@operation("抄送给本件所涉的其他机构", body=COPY)
def copy_to_parties(task_id: int) -> CaseWithPapersJson:
    typed, caller = read_json(COPY), actor()
    offices, remark = typed["to"], typed.get("remark", "")
    number = queries.case_number_of_task(task_id)

    def act() -> int:
        return operations.copy_case(number, offices, remark, actor=caller)

    return answer_of(caller, submit_once(None, ["copy", number, sorted(offices), remark], act, actor=caller))


@bp.get("/copies")
@allow("operator", "approver")
@operation(
    "抄送给本机构的办件，新的在前",
    query={"unread": {"type": "boolean", "description": "true 则只列待阅的"}},
    cursor=(int,),
)
def list_copies(asked: Asked) -> Page[CopyJson]:
    rows = copies_for(actor(), unread=asked.get("unread", False), before=asked["after"], limit=asked["limit"] + 1)
    return page_of(rows, asked["limit"], copy_json, lambda each: [each.id])


@bp.post("/copies/<int:copy_id>/read")
@allow("operator", "approver")
@operation("已阅")
def read_copy(copy_id: int) -> CopyJson:
    with transaction():
        return copy_json(operations.read_copy(copy_id, actor=actor()))
