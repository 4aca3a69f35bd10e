"""Versions of processes, import and export, switching off and on, for programs."""

from __future__ import annotations

from flask import Response, request

from app import clock
from app.access import actor, allow, found
from app.database import end_reading, transaction
from app.definitions.models import Process
from app.definitions.operations import content_of
from app.studio.api.drafts import ANY_FILE, bp, draft_answer
from app.studio.operations import drafts as operations
from app.studio.operations import switching
from app.studio.presenters.catalogue import process_state, version_brief, version_json
from app.studio.presenters.json_types import (
    ProcessDraftJson,
    ProcessStateJson,
    VersionBriefJson,
    VersionJson,
)
from app.studio.presenters.step_figures import StepFiguresJson, figures_json
from app.studio.queries import catalogue
from app.studio.queries.drafts import draft_for, files_of, require_studio
from app.studio.queries.step_figures import steps_of, with_figures
from app.studio.rules.archives import archive_of, files_in
from app.studio.rules.files import checked_files, media_type_of
from app.studio.rules.files import content_of as content_of_files
from app.web import Asked, Page, one_page, operation, read_json, takes_files
from app.web.formatting import given_out

ZIP = "application/zip"
REASON = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "停用原因", "minLength": 1, "maxLength": 200}},
    "required": ["reason"],
}


@bp.get("/processes/<key>/versions")
@allow("analyst", "publisher")
@operation("一个流程的各个版本，新的在前")
def list_versions(key: str) -> Page[VersionBriefJson]:
    require_studio(actor())
    versions, running = catalogue.versions_of(key), catalogue.open_cases(key)
    current = catalogue.process_of(key).current_id
    return one_page([version_brief(each, current, running.get((key, each.id), 0)) for each in versions])


@bp.get("/processes/<key>/versions/<int:number>")
@allow("analyst", "publisher")
@operation("一个版本及其流程图、决策表和表单")
def show_version(key: str, number: int) -> VersionJson:
    require_studio(actor())
    version = catalogue.version_of(key, number)
    running = catalogue.open_cases(key).get((key, version.id), 0)
    return version_json(version, catalogue.process_of(key).current_id, running)


@bp.get("/processes/<key>/versions/<int:number>/files/<name>")
@allow("analyst", "publisher")
@operation("一个版本中的一个文件", gives=ANY_FILE)
def show_version_file(key: str, number: int, name: str) -> Response:
    require_studio(actor())
    text = found(content_of(catalogue.version_of(key, number)).texts().get(name))
    return given_out(name, media_type_of(name), text.encode())


@bp.get("/processes/<key>/versions/<int:number>/export")
@allow("analyst", "publisher")
@operation("导出一个版本的全部文件（.zip）", gives=ZIP)
def export_version(key: str, number: int) -> Response:
    require_studio(actor())
    content = content_of(catalogue.version_of(key, number))
    return given_out(f"{key}-v{number}.zip", ZIP, archive_of(key, content))


@bp.get("/processes/<key>/figures")
@allow("analyst", "publisher")
@operation(
    "各环节在办的数量（按时限）和用时，合计或一个版本；写明机构的，为该机构的本地版本",
    query={
        "version": {"type": "integer", "minimum": 1},
        "office": {"type": "string", "maxLength": 10, "description": "机构代码"},
    },
)
def show_figures(key: str, asked: Asked) -> Page[StepFiguresJson]:
    shown = steps_of(actor(), key, asked.get("version"), asked.get("office"))
    return one_page(figures_json(with_figures(actor(), shown, clock.now())))


@bp.get("/drafts/<int:draft_id>/export")
@allow("analyst", "publisher")
@operation("导出草稿的全部文件（.zip）", gives=ZIP)
def export_draft(draft_id: int) -> Response:
    draft = draft_for(actor(), draft_id)
    content = content_of_files(files_of(draft.id))
    return given_out(f"{draft.process_key}-draft-{draft.id}.zip", ZIP, archive_of(draft.process_key, content))


@bp.post("/drafts/<int:draft_id>/import")
@allow("analyst")
@takes_files(5)
@operation("把压缩包（.zip）中的流程图、决策表和表单导入草稿，同名的以其为准", media=ZIP)
def import_into_draft(draft_id: int) -> ProcessDraftJson:
    draft_for(actor(), draft_id)
    end_reading()
    texts = checked_files(files_in(request.get_data()))
    with transaction():
        operations.save_files(draft_id, texts, actor=actor())
    return draft_answer(draft_id)


@bp.post("/processes/<key>/off")
@allow("publisher")
@operation("停用流程：不能再发起（E-OFF），在办的照常办理", body=REASON)
def switch_process_off(key: str) -> ProcessStateJson:
    typed = read_json(REASON)
    with transaction():
        switching.switch_off(key, typed["reason"], actor=actor())
    return _state(catalogue.process_of(key))


@bp.post("/processes/<key>/on")
@allow("publisher")
@operation("启用流程")
def switch_process_on(key: str) -> ProcessStateJson:
    with transaction():
        switching.switch_on(key, actor=actor())
    return _state(catalogue.process_of(key))


def _state(process: Process) -> ProcessStateJson:
    return process_state(process, catalogue.current_number(process.key) or 0)
