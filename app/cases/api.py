"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, jsonify, request

from app import clock
from app.access import Actor, actor, allow, found, require
from app.cases import operations, queries
from app.cases.edge import work_at_once
from app.cases.forms import (
    attachment_json,
    case_json,
    directive_json,
    edition_of,
    rehearsal_json,
    roster_child_json,
    row_json,
    task_json,
)
from app.cases.models import RowStatus
from app.cases.openings import draft_for, rehearsal_for, rehearsal_of
from app.cases.operations import Answer
from app.cases.recruits import children_of
from app.cases.rules import light, time_left
from app.database import db, transaction
from app.errors import InvalidInput, Missing
from app.interface import (
    after_id,
    decode_cursor,
    encode_cursor,
    instant,
    limit_argument,
    operation,
    read_json,
)
from app.processes.queries import APPLICATION, current_edition, processes
from app.students import queries as students
from app.students.models import DirectiveStatus

bp = Blueprint("cases_api", __name__, url_prefix="/api/v1")

ANY_OBJECT = {"type": "object"}
CASE = {
    "type": "object",
    "properties": {
        "process": {"type": "string", "title": "流程", "maxLength": 40},
        "application": {"type": "object", "title": "申请"},
        "rows": {"type": "array", "title": "名单", "items": {"type": "object"}},
    },
    "required": ["process", "application"],
}
DECISION = {
    "type": "object",
    "properties": {
        "outcome": {"title": "办理结果", "enum": ["agree", "refuse", "send_back", "acknowledge"]},
        "reason_code": {"type": ["string", "null"], "title": "原因", "maxLength": 30},
        "opinion": {"type": ["string", "null"], "title": "意见", "maxLength": 2000, "x-widget": "textarea"},
        "form": {"type": ["object", "null"], "title": "表单"},
    },
    "required": ["outcome"],
}
REASON = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "title": "原因", "minLength": 1, "maxLength": 200, "x-widget": "textarea"}
    },
    "required": ["reason"],
}


@bp.get("/processes")
@allow("operator", "approver", "analyst", "publisher")
@operation("可发起的流程")
def list_processes() -> Any:
    caller = actor()
    startable = [each for each in processes() if operations.is_startable(each.key, caller)]
    return jsonify(items=[{"key": each.key, "name": each.name} for each in startable], next=None)


@bp.get("/processes/<key>")
@allow("operator", "approver", "analyst", "publisher")
@operation("一个流程及其申请表单")
def show_process(key: str) -> Any:
    chosen = current_edition(key)
    return jsonify(key=key, name=chosen.name, version=chosen.number, form=chosen.forms.get(APPLICATION))


@bp.get("/processes/<key>/draft")
@allow("operator")
@operation("申请表单中已有的内容，如待核对的各班名册人数")
def draft(key: str) -> Any:
    require(operations.is_startable(current_edition(key).key, actor()))
    return jsonify(application=draft_for(key, actor()))


@bp.get("/processes/<key>/rehearsal")
@allow("operator")
@operation("预演：提交后哪些学生变动、哪些学生不随同办理")
def rehearse(key: str) -> Any:
    require(operations.is_startable(current_edition(key).key, actor()))
    return jsonify(rehearsal_json(found(rehearsal_for(key, actor().office_id))))


@bp.get("/cases/<number>/rehearsal")
@allow("operator", "approver")
@operation("一个整校办件：哪些学生变动、哪些学生不随同办理")
def case_rehearsal(number: str) -> Any:
    case, view = queries.case_for(actor(), number)
    require(view.content)
    return jsonify(rehearsal_json(found(rehearsal_of(case))))


@bp.post("/cases")
@allow("operator")
@operation("提交申请", body=CASE, status=201)
def open_case() -> Any:
    typed, caller = read_json(CASE), actor()
    with transaction():
        case_id = operations.once(
            request.headers.get("Idempotency-Key"),
            typed,
            lambda: (
                operations.open_case(typed["process"], typed["application"], actor=caller, rows=typed.get("rows")).id
            ),
            actor=caller,
        )
    return case_answer(caller, queries.case_number(case_id)), 201


def case_answer(caller: Actor, number: str) -> Any:
    case, view = queries.case_for(caller, number)
    papers = [attachment_json(each) for each in case.attachments] if view.whole else None
    return jsonify({**case_json(case, caller, view), "attachments": papers})


@bp.get("/cases")
@allow("operator", "approver")
@operation("办件列表", query=("box", "process", "q", "limit", "cursor"))
def list_cases() -> Any:
    caller, limit, box = actor(), limit_argument(), request.args.get("box")
    if box not in (None, "applied", "running", "closed"):
        raise InvalidInput(sentence="box 不在可选范围内。", field="box")
    place = decode_cursor(1)
    rows = queries.cases_for(
        caller,
        box=box,
        process=request.args.get("process"),
        q=request.args.get("q"),
        after=place[0] if place else None,
        limit=limit + 1,
    )
    return jsonify(
        items=[case_json(each, caller, queries.view_of(caller, each)) for each in rows[:limit]],
        next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    )


@bp.get("/cases/<number>")
@allow("operator", "approver")
@operation("一个办件")
def show_case(number: str) -> Any:
    return case_answer(actor(), number)


@bp.post("/cases/<number>/recall")
@allow("operator", "approver")
@operation("撤回申请", body=REASON)
def recall(number: str) -> Any:
    typed, caller = read_json(REASON), actor()
    with transaction():
        operations.recall(number, typed["reason"], actor=caller)
    return case_answer(caller, number)


@bp.get("/tasks")
@allow("operator", "approver")
@operation("待办与已办", query=("box", "process", "q", "light", "limit", "cursor"))
def list_tasks() -> Any:
    caller, limit, now = actor(), limit_argument(), clock.now()
    box = request.args.get("box", "waiting")
    if box not in ("waiting", "done"):
        raise InvalidInput(sentence="box 只能是 waiting 或 done。", field="box")
    place = decode_cursor(2)
    before, since = deadline_bounds(request.args.get("light"), now)
    rows = queries.inbox(
        caller,
        box=box,
        process=request.args.get("process"),
        q=request.args.get("q"),
        before=before,
        since=since,
        after=(dt.datetime.fromisoformat(place[0]), int(place[1])) if place else None,
        limit=limit + 1,
    )
    items = [
        {
            "id": row.task_id,
            "key": row.key,
            "name": row.task_name,
            "case": row.number,
            "process": row.process_key,
            "student": row.student,
            "receiving": row.receiving,
            "releasing": row.releasing,
            "arrived_at": instant(row.arrived_at),
            "deadline": instant(row.deadline),
            "light": light(row.deadline, now, paused=row.paused),
            "left": time_left(row.deadline, now, paused=row.paused),
            "office": {"code": caller.office_code, "name": caller.office_name, "kind": caller.office_kind},
            "duty": caller.duty,
        }
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    return jsonify(items=items, next=encode_cursor([last.deadline.isoformat(), last.task_id]) if last else None)


def deadline_bounds(wanted: str | None, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The deadlines that show a light: (before, since). Raises InvalidInput for no light we know."""
    soon = clock.end_of(clock.add_working_days(clock.local(now).date(), 3)) + dt.timedelta(seconds=1)
    match wanted:
        case None | "":
            return None, None
        case "red":
            return now, None
        case "yellow":
            return soon, now
        case "green":
            return None, soon
        case "paused":
            return dt.datetime(1970, 1, 1, tzinfo=dt.UTC), None
    raise InvalidInput(sentence="light 不在可选范围内。", field="light")


def deadline_place() -> tuple[dt.datetime, int] | None:
    """The place in a list by deadline that the cursor names. Raises InvalidInput."""
    place = decode_cursor(2)
    try:
        return (dt.datetime.fromisoformat(place[0]), int(place[1])) if place else None
    except (TypeError, ValueError) as error:
        raise InvalidInput(sentence="cursor 不是本系统给出的。", field="cursor") from error


@bp.get("/tasks/<int:task_id>")
@allow("operator", "approver")
@operation("一个环节")
def show_task(task_id: int) -> Any:
    task = queries.task_for(actor(), task_id)
    return jsonify(task_json(task, edition_of(task.case)))


@bp.post("/tasks/<int:task_id>/decision")
@allow("operator", "approver")
@operation("办理", body=DECISION)
def decide(task_id: int) -> Any:
    typed, caller = read_json(DECISION), actor()
    answer = Answer(typed["outcome"], typed.get("reason_code"), typed.get("opinion") or "", typed.get("form") or {})
    with transaction(reads_first=True):
        case_id = operations.once(
            request.headers.get("Idempotency-Key"),
            [task_id, typed],
            lambda: operations.decide(task_id, answer, actor=caller),
            actor=caller,
        )
    return case_answer(caller, work_at_once(case_id))


@bp.get("/cases/<number>/rows")
@allow("operator", "approver")
@operation("办件名单：逐名的办理结果", query=("status", "limit", "cursor"))
def list_rows(number: str) -> Any:
    case, view = queries.case_for(actor(), number)
    if not view.content:
        raise Missing()
    status, limit = request.args.get("status"), limit_argument()
    if status and status not in set(RowStatus):
        raise InvalidInput(sentence="status 不在可选范围内。", field="status")
    rows = queries.rows_of(case.id, status=status, after=after_id(), limit=limit + 1)
    recruits = {each.position: each for each in children_of(case.id, only=[row.position for row in rows], limit=limit)}
    return jsonify(
        items=[
            roster_child_json(recruits[each.position]) if each.position in recruits else row_json(each)
            for each in rows[:limit]
        ],
        next=encode_cursor([rows[limit - 1].position]) if len(rows) > limit else None,
    )


@bp.get("/directives")
@allow("operator", "approver")
@operation("指令", query=("student", "status", "limit", "cursor"))
def directives() -> Any:
    limit, student, status = limit_argument(), request.args.get("student"), request.args.get("status")
    if student and not student.isdecimal():
        raise InvalidInput(sentence="student 须为学生的编号。", field="student")
    if status and status not in set(DirectiveStatus):
        raise InvalidInput(sentence="status 不在可选范围内。", field="status")
    rows = students.directives_for(
        actor(), student=int(student) if student else None, status=status, after=after_id(), limit=limit + 1
    )
    return jsonify(
        items=[directive_json(each) for each in rows[:limit]],
        next=encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None,
    )


@bp.post("/directives/<number>/revoke")
@allow("operator", "approver")
@operation("撤销指令", body=REASON)
def revoke(number: str) -> Any:
    typed, caller = read_json(REASON), actor()
    with transaction():
        directive = found(students.directive_by_number(number))
        if not (caller.answers_for(directive.issuer.path) or caller.answers_for(directive.to_school.office.path)):
            raise Missing()
        operations.revoke_directive(directive, typed["reason"], actor=caller)
    db.session.refresh(directive)
    return jsonify(directive_json(directive))
