"""What may be started, with which form, and what it would do, for programs."""

from __future__ import annotations

from app.access import actor, allow, found, require
from app.cases import operations, queries
from app.cases.api.cases import bp
from app.cases.presenters.cases import rehearsal_json
from app.cases.presenters.json_types import DraftJson, ProcessBriefJson, ProcessJson, RehearsalJson
from app.cases.presenters.proofs import asked_json
from app.cases.queries.proofs import proofs_of
from app.cases.queries.rehearsals import draft_for, rehearsal_for, rehearsal_of
from app.definitions.queries import APPLICATION, current_version, processes
from app.web import Page, one_page, operation


@bp.get("/processes")
@allow("operator", "approver", "analyst", "publisher")
@operation("可发起的流程")
def list_processes() -> Page[ProcessBriefJson]:
    caller = actor()
    on = [each for each in processes() if each.off_since is None]
    startable = [each for each in on if operations.is_startable(each.key, caller)]
    return one_page([{"key": each.key, "name": each.name} for each in startable])


@bp.get("/processes/<key>")
@allow("operator", "approver", "analyst", "publisher")
@operation("一个流程及其申请表单")
def show_process(key: str) -> ProcessJson:
    version = current_version(key, actor().office_id)
    asked = [asked_json(each) for each in proofs_of(version)]
    form = version.forms.get(APPLICATION)
    return {"key": key, "name": version.name, "version": version.number, "form": form, "proofs": asked}


@bp.get("/processes/<key>/draft")
@allow("operator")
@operation("申请表单中已有的内容，如待核对的各班名册人数")
def show_draft(key: str) -> DraftJson:
    require(operations.is_startable(current_version(key).key, actor()))
    return {"application": draft_for(key, actor())}


@bp.get("/processes/<key>/rehearsal")
@allow("operator")
@operation("预演：提交后哪些学生变动、哪些学生不随同办理")
def rehearse_process(key: str) -> RehearsalJson:
    require(operations.is_startable(current_version(key).key, actor()))
    return rehearsal_json(found(rehearsal_for(key, actor().office_id)))


@bp.get("/cases/<number>/rehearsal")
@allow("operator", "approver")
@operation("一个整校办件：哪些学生变动、哪些学生不随同办理")
def rehearse_case(number: str) -> RehearsalJson:
    case, view = queries.case_for(actor(), number)
    require(view.content)
    return rehearsal_json(found(rehearsal_of(case)))
