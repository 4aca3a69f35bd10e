"""Drafts and their files, for programs: the modeler in the browser saves through these calls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.access import actor, allow, found
from app.database import end_reading, transaction
from app.errors import InvalidInput
from app.studio.operations import drafts as operations
from app.studio.presenters.drafts import check_json, draft_brief, draft_json, file_json
from app.studio.presenters.json_types import CheckJson, DraftFileJson, ProcessDraftBriefJson, ProcessDraftJson
from app.studio.queries import drafts as queries
from app.studio.queries.findings import base_of, check
from app.studio.rules.files import checked_name, checked_text, etag_of, media_type_of
from app.web import Asked, Page, one_page, operation, read_json, takes_files

bp = Blueprint("studio_api", __name__, url_prefix="/api/v1")
ANY_FILE = "application/octet-stream"
CREATE = {
    "type": "object",
    "properties": {
        "process": {"type": "string", "title": "流程编号", "maxLength": 40},
        "version": {"type": "integer", "title": "版本号", "minimum": 1},
        "key": {"type": "string", "title": "新流程的编号", "maxLength": 40},
        "name": {"type": "string", "title": "新流程的名称", "maxLength": 60},
    },
}


def draft_answer(draft_id: int) -> ProcessDraftJson:
    """A draft as it is now. Raises NotAllowed, Missing."""
    draft = queries.draft_for(actor(), draft_id)
    return draft_json(draft, queries.open_proposal_of(draft.id))


@bp.get("/drafts")
@allow("analyst", "publisher")
@operation("流程草稿", query={"process": {"type": "string", "maxLength": 40, "description": "流程编号"}})
def list_process_drafts(asked: Asked) -> Page[ProcessDraftBriefJson]:
    drafts = queries.drafts_of(actor(), process=asked.get("process"))
    proposals = queries.open_proposals_of([each.id for each in drafts])
    return one_page([draft_brief(each, proposals.get(each.id)) for each in drafts])


@bp.post("/drafts")
@allow("analyst")
@operation("新建流程草稿：从已发布的流程（process，可指明 version），或新流程（key 和 name）", body=CREATE, status=201)
def create_process_draft() -> ProcessDraftJson:
    typed = read_json(CREATE)
    with transaction():
        if "process" in typed and not {"key", "name"} & typed.keys():
            draft_id = operations.create_from(typed["process"], typed.get("version"), actor=actor()).id
        elif {"key", "name"} == typed.keys():
            draft_id = operations.create_new(typed["key"], typed["name"], actor=actor()).id
        else:
            raise InvalidInput(sentence="请写明已发布的流程（process），或新流程的编号和名称（key、name）。")
    return draft_answer(draft_id)


@bp.get("/drafts/<int:draft_id>")
@allow("analyst", "publisher")
@operation("一份流程草稿")
def show_process_draft(draft_id: int) -> ProcessDraftJson:
    return draft_answer(draft_id)


@bp.delete("/drafts/<int:draft_id>")
@allow("analyst")
@operation("删除流程草稿；待审批的发布申请随之撤回", status=204)
def delete_process_draft(draft_id: int) -> None:
    with transaction():
        operations.delete_draft(draft_id, actor=actor())


@bp.get("/drafts/<int:draft_id>/files/<name>")
@allow("analyst", "publisher")
@operation("草稿中的一个文件；ETag 为其内容", gives=ANY_FILE)
def show_draft_file(draft_id: int, name: str) -> Response:
    draft = queries.draft_for(actor(), draft_id)
    file = found(queries.file_of(draft.id, name))
    response = Response(file.text, mimetype=media_type_of(name))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.set_etag(etag_of(file.text))
    return response


@bp.put("/drafts/<int:draft_id>/files/<name>")
@allow("analyst")
@takes_files(2)
@operation(
    "保存草稿中的一个文件：请求正文即文件内容；已有的文件须以 If-Match 写明据以修改的 ETag"
    "（没有写明的为 428，E-PRECONDITION；此后已改的为 412，E-CHANGED）",
    media=ANY_FILE,
    refuses=(412, 428),
    etag=True,
)
def save_draft_file(draft_id: int, name: str) -> DraftFileJson:
    raw = request.get_data()
    checked_name(name)
    queries.draft_for(actor(), draft_id)
    etags, is_new = _conditions()
    end_reading()
    text = checked_text(name, raw)
    with transaction():
        file = operations.save_file(draft_id, name, text, actor=actor(), etags=etags, is_new=is_new)
        answer = file_json(file)
    return _with_etag(answer)


@bp.delete("/drafts/<int:draft_id>/files/<name>")
@allow("analyst")
@operation("删除草稿中的一个文件", status=204, refuses=(412, 428), etag=True)
def delete_draft_file(draft_id: int, name: str) -> None:
    etags, _is_new = _conditions()
    with transaction():
        operations.delete_file(draft_id, name, actor=actor(), etags=etags)


def _with_etag(answer: DraftFileJson) -> Any:
    """The answer, naming the content as it is now."""
    return answer, 200, {"ETag": f'"{answer["etag"]}"'}


def _conditions() -> tuple[list[str] | None, bool]:
    """The contents that `If-Match` names, and whether there must be none yet (`If-None-Match: *`)."""
    said = request.headers.get("If-Match", "")
    named = [each.strip().removeprefix("W/").strip('"') for each in said.split(",") if each.strip()]
    return named or None, request.headers.get("If-None-Match", "").strip() == "*"


@bp.post("/drafts/<int:draft_id>/check")
@allow("analyst", "publisher")
@operation("检查草稿：流程图的检查结果，以及发布时会拒绝的其他问题")
def check_process_draft(draft_id: int) -> CheckJson:
    draft = queries.draft_for(actor(), draft_id)
    key, files, base = draft.process_key, queries.files_of(draft.id), base_of(draft)
    end_reading()  # looking over a diagram takes time, and no connection
    return check_json(check(key, files, base))
