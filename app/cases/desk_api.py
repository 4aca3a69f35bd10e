"""Papers, urges, supervisions and notices of cases, for programs."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request

from app import clock
from app.access import actor, allow
from app.cases import operations, queries, watching
from app.cases.api import bp, case_answer, deadline_place
from app.cases.forms import notice_json, task_brief
from app.database import transaction
from app.errors import InvalidInput, Objected
from app.interface import (
    after_id,
    encode_cursor,
    given_out,
    limit_argument,
    operation,
    read_json,
    takes_files,
    uploads_in,
)

SUPERVISION = {
    "type": "object",
    "properties": {"opinion": {"type": "string", "title": "督办意见", "maxLength": 500, "x-widget": "textarea"}},
    "required": ["opinion"],
}
FILES = {
    "type": "object",
    "properties": {"attachments": {"type": "array", "items": {"type": "string", "format": "binary"}}},
    "required": ["attachments"],
}


@bp.post("/cases/<number>/attachments")
@allow("operator", "approver")
@operation("上传附件（PDF、JPEG、PNG，各不超过 10 MB）", body=FILES, status=201, media="multipart/form-data")
@takes_files(64)
def attach(number: str) -> Any:
    papers, faults = uploads_in("attachments")
    if faults:
        raise Objected(list(faults))
    caller = actor()
    with transaction():
        operations.attach_to(number, papers, actor=caller)
    return case_answer(caller, number), 201


@bp.get("/cases/<number>/attachments/<int:attachment_id>")
@allow("operator", "approver")
@operation("一个附件的内容")
def attachment(number: str, attachment_id: int) -> Any:
    with transaction():
        paper, content = operations.read_attachment(number, attachment_id, actor=actor())
        name, media_type = paper.name, paper.media_type
    return given_out(name, media_type, content)


@bp.post("/tasks/<int:task_id>/urge")
@allow("operator", "approver")
@operation("催办")
def urge(task_id: int) -> Any:
    caller = actor()
    with transaction():
        case_id = operations.urge(task_id, actor=caller)
    return case_answer(caller, queries.case_number(case_id))


@bp.post("/tasks/<int:task_id>/supervision")
@allow("operator", "approver")
@operation("督办逾期的下级机构", body=SUPERVISION)
def supervise(task_id: int) -> Any:
    typed, caller = read_json(SUPERVISION), actor()
    with transaction():
        case_id = operations.supervise(task_id, typed["opinion"], actor=caller)
    return case_answer(caller, queries.case_number(case_id))


@bp.get("/overdue")
@allow("operator", "approver")
@operation("下级机构逾期的环节", query=("office", "limit", "cursor"))
def overdue() -> Any:
    caller, limit, now = actor(), limit_argument(), clock.now()
    place = deadline_place()
    rows = watching.overdue_below(caller, now, office=request.args.get("office"), after=place, limit=limit + 1)
    items = [{**task_brief(each, now), "case": each.case.number} for each in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return jsonify(items=items, next=encode_cursor([last.deadline.isoformat(), last.id]) if last else None)


@bp.get("/notices")
@allow("operator", "approver")
@operation("本机构的通知，新的在前", query=("unread", "limit", "cursor"))
def list_notices() -> Any:
    limit, unread = limit_argument(), request.args.get("unread", "false")
    if unread not in ("true", "false"):
        raise InvalidInput(sentence="unread 只能是 true 或 false。", field="unread")
    rows = watching.notices_for(actor(), unread=unread == "true", before=after_id() or None, limit=limit + 1)
    return jsonify(
        items=[notice_json(each) for each in rows[:limit]],
        next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    )


@bp.post("/notices/<int:notice_id>/read")
@allow("operator", "approver")
@operation("标为已读")
def read_notice(notice_id: int) -> Any:
    with transaction():
        shown = notice_json(operations.read_notice(notice_id, actor=actor()))
    return jsonify(shown)
