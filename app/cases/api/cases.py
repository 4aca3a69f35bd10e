"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, request

from app import clock
from app.access import Actor, actor, allow
from app.cases import hooks, operations, queries
from app.cases.models import Outcome, RowStatus, TaskClaim
from app.cases.operations import Answer
from app.cases.presenters.cases import (
    attachment_json,
    case_brief,
    case_json,
    compiled_version_of,
    has_list,
    paused_json,
    row_json,
    task_json,
)
from app.cases.presenters.json_types import (
    CaseBriefJson,
    CaseJson,
    CaseWithPapersJson,
    RowJson,
    TaskJson,
)
from app.cases.presenters.proofs import proofs_of_case
from app.cases.presenters.task_claims import claim_json
from app.cases.presenters.task_json_types import InboxItemJson
from app.cases.presenters.task_lists import CONDITIONS, PLACE, asked_list, place_in
from app.cases.queries import View, case_reading, proofs
from app.cases.queries.parts_read import (
    CaseRead,
)
from app.cases.queries.row_repairs import row_to_repair
from app.cases.queries.seen import is_seen_first, seen_first
from app.cases.queries.task_claims import claims_of
from app.cases.rules import light, time_left
from app.cases.transactions import decide_once, submit_once, work_at_once
from app.database import end_reading, transaction
from app.definitions.queries import current_version
from app.divisions.models import OfficeKind
from app.errors import Missing, Objected
from app.identity.models import Duty
from app.web import (
    Asked,
    Page,
    answered_in_brief,
    instant,
    operation,
    page_of,
    read_json,
    takes_files,
    wants_brief,
)

bp = Blueprint("cases_api", __name__, url_prefix="/api/v1")

PROCESS = {"type": "string", "maxLength": 40, "description": "流程"}
NAME_OR_NUMBER = {"type": "string", "maxLength": 60, "description": "学生姓名或办件编号"}
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
        "outcome": {"title": "办理结果", "enum": list(Outcome)},
        "reason_code": {"type": ["string", "null"], "title": "原因", "maxLength": 30},
        "opinion": {"type": ["string", "null"], "title": "意见", "maxLength": 2000, "x-widget": "textarea"},
        "form": {"type": ["object", "null"], "title": "表单"},
        "lacks": {
            "type": ["array", "null"],
            "title": "须补正的材料",
            "items": {"type": "string", "maxLength": 40},
            "description": "退回补正时告知的材料类别；不写的为全部未附的材料",
        },
    },
    "required": ["outcome"],
}
REPAIRED_ROW = {
    "type": "object",
    "properties": {"row": {"type": "object", "title": "申报信息，身份除外；没有写的即为空，证件号不写的不变"}},
    "required": ["row"],
}
REASON = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "title": "原因", "minLength": 1, "maxLength": 200, "x-widget": "textarea"}
    },
    "required": ["reason"],
}


@bp.post("/cases")
@allow("operator")
@operation(
    "提交申请；有证明材料的以 multipart/form-data 提交，文件放在 attachments.<kind> 中",
    body=CASE,
    part="case",
    status=201,
    idempotent=True,
)
@takes_files(64)
def open_case() -> CaseWithPapersJson:
    typed, caller = read_json(CASE, part="case"), actor()
    version = current_version(typed["process"], caller.office_id)
    papers, faults = proofs.papers_in(version)
    if faults := [*faults, *proofs.unknown_kinds(version, request.files)]:
        raise Objected(list(faults))
    if papers and operations.is_startable(version.key, caller):
        operations.keep_papers(papers)
    case_id = submit_once(
        request.headers.get("Idempotency-Key"),
        [typed, [[each.kind, each.sha256] for each in papers]] if papers else typed,
        lambda: operations.open_with(
            typed["process"], typed["application"], papers, actor=caller, rows=typed.get("rows")
        ),
        actor=caller,
    )
    return answer_of(caller, case_id)


def case_answer(caller: Actor, number: str) -> CaseWithPapersJson:
    return _with_papers(*case_reading.read_case(caller, number))


def answer_of(caller: Actor, case_id: int) -> CaseWithPapersJson:
    """The same of a case on which the caller has just acted."""
    return _with_papers(*case_reading.read_case_of(caller, case_id))


def _with_papers(case: CaseRead, view: View) -> CaseWithPapersJson:
    papers = [attachment_json(each) for each in case.attachments] if view.whole else None
    return {
        **case_json(case, view),
        "paused": paused_json(case, view),
        "attachments": papers,
        "proofs": proofs_of_case(case) if view.whole else None,
    }


@bp.get("/cases")
@allow("operator", "approver")
@operation(
    "办件列表",
    query={
        "box": {"type": "string", "enum": ["applied", "running", "closed"], "description": "我发起的、在办、办结"},
        "process": PROCESS,
        "q": NAME_OR_NUMBER,
    },
    cursor=(int,),
)
def list_cases(asked: Asked) -> Page[CaseJson]:
    caller = actor()
    rows = queries.cases_for(
        caller,
        box=asked.get("box"),
        process=asked.get("process"),
        q=asked.get("q"),
        after=asked["after"],
        limit=asked["limit"] + 1,
    )
    return page_of(
        case_reading.read_cases([each.id for each in rows]),
        asked["limit"],
        lambda each: case_json(each, queries.view_of(caller, each)),
        lambda each: [each.id],
    )


@bp.get("/cases/<number>")
@allow("operator", "approver")
@operation("一个办件")
def show_case(number: str) -> CaseWithPapersJson:
    caller = actor()
    case, view = case_reading.read_case(caller, number)
    if first := seen_first(case, caller):
        end_reading()
        with transaction():
            operations.mark_seen(first)
        case, view = case_reading.read_case(caller, number)
    return _with_papers(case, view)


@bp.post("/cases/<number>/recall")
@allow("operator", "approver")
@operation("撤回申请", body=REASON)
def recall_case(number: str) -> CaseWithPapersJson:
    typed, caller = read_json(REASON), actor()
    what = ["recall", number, typed]
    submit_once(None, what, lambda: operations.recall(number, typed["reason"], actor=caller), actor=caller)
    return case_answer(caller, number)


@bp.get("/tasks")
@allow("operator", "approver")
@operation(
    "待办与已办",
    query={
        "box": {"type": "string", "enum": ["waiting", "done"], "description": "默认 waiting"},
        **CONDITIONS,
    },
    cursor=PLACE,
)
def list_tasks(asked: Asked) -> Page[InboxItemJson]:
    caller, now, limit = actor(), clock.now(), asked["limit"]
    wanted = asked_list(asked, asked.get("box", "waiting"))
    rows = queries.inbox(caller, wanted.listed, after=place_in(wanted, asked["after"]), limit=limit + 1)
    claims = claims_of([each.task_id for each in rows[:limit]])
    return {
        "items": [_inbox_item(each, caller, now, claims.get(each.task_id)) for each in rows[:limit]],
        "next": wanted.after(rows[limit - 1]) if len(rows) > limit else None,
    }


def _inbox_item(row: queries.InboxRow, caller: Actor, now: dt.datetime, claim: TaskClaim | None) -> InboxItemJson:
    return {
        "claimed": claim_json(claim),
        "id": row.task_id,
        "key": row.key,
        "name": row.task_name,
        "case": row.number,
        "process": row.process_key,
        "student": row.student,
        "receiving": row.receiving,
        "releasing": row.releasing,
        "returned": row.returned,
        "urged_at": instant(row.urged_at),
        "assignee": row.assignee or None,
        "arrived_at": instant(row.arrived_at),
        "deadline": instant(row.deadline),
        "light": light(row.deadline, now, paused=row.paused),
        "left": time_left(row.deadline, now, paused=row.paused),
        "office": {"code": caller.office_code, "name": caller.office_name, "kind": OfficeKind(caller.office_kind)},
        "duty": Duty(caller.duty),
    }


@bp.get("/tasks/<int:task_id>")
@allow("operator", "approver")
@operation("一个环节")
def show_task(task_id: int) -> TaskJson:
    task = queries.task_for(actor(), task_id)
    if is_seen_first(task, task.case, actor()):
        end_reading()
        with transaction():
            operations.mark_seen([task_id])
        task = queries.task_for(actor(), task_id)
    return task_json(task, compiled_version_of(task.case), actor())


@bp.post("/tasks/<int:task_id>/decision")
@allow("operator", "approver")
@operation("办理", body=DECISION, idempotent=True, in_brief=True)
def decide(task_id: int) -> CaseWithPapersJson | CaseBriefJson:
    typed, caller = read_json(DECISION), actor()
    answer = Answer(
        typed["outcome"],
        typed.get("reason_code"),
        typed.get("opinion") or "",
        typed.get("form") or {},
        typed.get("lacks"),
    )
    key, content = request.headers.get("Idempotency-Key"), [task_id, typed]
    case_id = decide_once(key, task_id, content, lambda: operations.decide(task_id, answer, actor=caller), actor=caller)
    case, view = case_reading.read_case_of(caller, case_id)
    if has_list(case):
        work_at_once(case_id)
        case, view = case_reading.read_case_of(caller, case_id)
    return answered_in_brief(case_brief(case)) if wants_brief() else _with_papers(case, view)


@bp.get("/cases/<number>/rows")
@allow("operator", "approver")
@operation("办件名单：逐名的办理结果", query={"status": {"type": "string", "enum": list(RowStatus)}}, cursor=(int,))
def list_rows(number: str, asked: Asked) -> Page[RowJson]:
    case, view = queries.case_for(actor(), number)
    if not view.content:
        raise Missing()
    limit = asked["limit"]
    rows = queries.rows_of(case.id, status=asked.get("status"), after=asked["after"] or 0, limit=limit + 1)
    more = hooks.row_fields.of(case.process_key)
    said = more(case, [row.position for row in rows[:limit]]) if more else {}
    return page_of(
        rows,
        limit,
        lambda each: {**row_json(each), **said.get(each.position, {})},  # type: ignore[typeddict-item]
        lambda each: [each.position],
    )


@bp.post("/cases/<number>/rows/<int:position>")
@allow("operator")
@operation("办件名单：补正时更正一名学生的申报信息", body=REPAIRED_ROW)
def repair_row(number: str, position: int) -> RowJson:
    typed, caller = read_json(REPAIRED_ROW), actor()
    with transaction():
        operations.repair_row(number, position, typed["row"], actor=caller)
    case, _view = queries.case_for(caller, number)
    return row_json(row_to_repair(case, position))
