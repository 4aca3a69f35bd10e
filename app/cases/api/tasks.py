"""Papers, urges, supervisions and notices of cases, for programs."""

from __future__ import annotations

import datetime as dt

from flask import Response, request

from app import clock
from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import REASON, answer_of, bp, case_answer
from app.cases.models import Task
from app.cases.operations.task_acts import ACTS
from app.cases.presenters.cases import notice_json, task_brief
from app.cases.presenters.json_types import CaseWithPapersJson, NoticeJson, OverdueTaskJson
from app.cases.queries import oversight
from app.cases.queries.cases import children_seen
from app.cases.transactions import submit_once
from app.database import end_reading, transaction
from app.errors import Objected
from app.schools.api import OFFICE_CODE
from app.web import FORM, Asked, Page, given_out, operation, page_of, read_json, takes_files, uploads_in

SUPERVISION = {
    "type": "object",
    "properties": {"opinion": {"type": "string", "title": "督办意见", "maxLength": 500, "x-widget": "textarea"}},
    "required": ["opinion"],
}
FILES = {
    "type": "object",
    "properties": {
        "attachments": {"type": "array", "items": {"type": "string", "format": "binary"}},
        "kind": {"type": "string", "title": "材料类别", "maxLength": 40, "description": "流程的 proofs 中的一类"},
    },
    "required": ["attachments"],
}


@bp.post("/cases/<number>/attachments")
@allow("operator", "approver")
@operation("上传附件（PDF、JPEG、PNG，各不超过 10 MB）", body=FILES, status=201, media=FORM)
@takes_files(64)
def attach_papers(number: str) -> CaseWithPapersJson:
    papers, faults = uploads_in("attachments", kind=request.form.get("kind", "").strip())
    if faults:
        raise Objected(list(faults))
    caller = actor()
    operations.may_attach_to(number, papers, actor=caller)
    operations.keep_papers(papers)
    with transaction():
        operations.attach_to(number, papers, actor=caller)
    return case_answer(caller, number)


@bp.get("/cases/<number>/attachments/<int:attachment_id>")
@allow("operator", "approver")
@operation("一个附件的内容", gives="application/octet-stream")
def show_attachment(number: str, attachment_id: int) -> Response:
    paper, content = operations.read_attachment(number, attachment_id, actor=actor())
    name, media_type = paper.name, paper.media_type
    end_reading()
    with transaction():
        operations.note_reading(number, attachment_id, actor=actor())
    return given_out(name, media_type, content)


@bp.post("/cases/<number>/call-off")
@allow("operator", "approver")
@operation("撤销核准：在生效日之前", body=REASON)
def call_off_change(number: str) -> CaseWithPapersJson:
    typed, caller = read_json(REASON), actor()
    what = ["call-off", number, typed["reason"]]
    submit_once(None, what, lambda: operations.call_off(number, typed["reason"], actor=caller), actor=caller)
    return case_answer(caller, number)


@bp.post("/tasks/<int:task_id>/urge")
@allow("operator", "approver")
@operation("催办")
def urge_task(task_id: int) -> CaseWithPapersJson:
    caller = actor()
    with transaction():
        case_id = operations.urge(task_id, actor=caller)
    return answer_of(caller, case_id)


@bp.post("/tasks/<int:task_id>/acts/<key>")
@allow("operator", "approver")
@operation("办理以外的操作：" + "、".join(f"{each.key} {each.says}" for each in ACTS.values()))
def act_on_task(task_id: int, key: str) -> CaseWithPapersJson:
    caller = actor()
    with transaction():
        case_id = operations.act_on(task_id, key, actor=caller)
    return answer_of(caller, case_id)


@bp.post("/tasks/<int:task_id>/supervision")
@allow("operator", "approver")
@operation("督办逾期的下级机构", body=SUPERVISION)
def supervise_task(task_id: int) -> CaseWithPapersJson:
    typed, caller = read_json(SUPERVISION), actor()
    opinion = typed["opinion"]
    what = ["supervise", task_id, opinion]
    case_id = submit_once(None, what, lambda: operations.supervise(task_id, opinion, actor=caller), actor=caller)
    return answer_of(caller, case_id)


@bp.get("/overdue")
@allow("operator", "approver")
@operation("下级机构逾期的环节", query={"office": OFFICE_CODE}, cursor=(dt.datetime, int))
def list_overdue(asked: Asked) -> Page[OverdueTaskJson]:
    now = clock.now()
    rows = oversight.overdue_below(
        actor(), now, office=asked.get("office"), after=asked["after"], limit=asked["limit"] + 1
    )
    return page_of(rows, asked["limit"], lambda each: _overdue(each, now), lambda each: [each.deadline, each.id])


def _overdue(task: Task, now: dt.datetime) -> OverdueTaskJson:
    return {**task_brief(task, now), "case": task.case.number}


@bp.get("/notices")
@allow("operator", "approver")
@operation(
    "本机构的通知，新的在前",
    query={"unread": {"type": "boolean", "description": "true 则只列未读的"}},
    cursor=(int,),
)
def list_notices(asked: Asked) -> Page[NoticeJson]:
    rows = oversight.notices_for(
        actor(), unread=asked.get("unread", False), before=asked["after"], limit=asked["limit"] + 1
    )
    children = children_seen({each.case_id for each in rows}, actor())
    return page_of(rows, asked["limit"], lambda each: notice_json(each, children), lambda each: [each.id])


@bp.post("/notices/<int:notice_id>/read")
@allow("operator", "approver")
@operation("标为已读")
def read_notice(notice_id: int) -> NoticeJson:
    with transaction():
        notice = operations.read_notice(notice_id, actor=actor())
        return notice_json(notice, children_seen({notice.case_id}, actor()))
