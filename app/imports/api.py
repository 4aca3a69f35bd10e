"""Imports, for programs: send a workbook, wait until it is checked, read the verdicts, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.access import actor, allow, require
from app.database import end_reading, transaction
from app.imports import operations, queries
from app.imports.import_types import kind_of, kinds_for
from app.imports.models import RowState
from app.imports.presenters.imports import (
    CaptionJson,
    ImportJson,
    ImportKindJson,
    ImportRowJson,
    ImportSchoolJson,
    columns_by_name,
    failed_workbook,
    file_json,
    row_shown,
    school_json,
)
from app.imports.presenters.workbooks import SPREADSHEET, template_of
from app.web import Asked, Page, one_page, operation, page_of, read_json

bp = Blueprint("imports_api", __name__, url_prefix="/api/v1/imports")
CONFIRM = {
    "type": "object",
    "properties": {"with_warnings": {"type": "boolean", "title": "有提示的行也导入"}},
    "required": ["with_warnings"],
}

CAPTION = {"type": "string", "title": "表头", "maxLength": 60}
MATCH = {
    "type": "object",
    "properties": {
        "captions": {
            "type": "array",
            "title": "表头对应",
            "maxItems": 256,
            "items": {
                "type": "object",
                "properties": {"caption": CAPTION, "field": {"type": "string", "title": "项目", "maxLength": 60}},
                "required": ["caption", "field"],
            },
        }
    },
    "required": ["captions"],
}
FORGET = {"type": "object", "properties": {"caption": CAPTION}, "required": ["caption"]}


class ImportKindWithFormJson(ImportKindJson):
    """A kind of import with the form of one row (JSON Schema)."""

    form: dict[str, Any]


def _file(file_id: int) -> ImportJson:
    file = queries.file_for(actor(), file_id)
    return file_json(file, kind_of(file.kind, file.office_id), queries.counts_of([file.id])[file.id])


def _names_school() -> bool:
    return actor().office_kind != "school"


@bp.get("/kinds")
@allow("operator")
@operation("可导入的事项")
def list_import_kinds() -> Page[ImportKindWithFormJson]:
    return one_page([{"key": kind.key, "name": kind.name, "form": dict(kind.form())} for kind in kinds_for(actor())])


@bp.get("/kinds/<key>/template")
@allow("operator")
@operation("下载模板（.xlsx）", gives=SPREADSHEET)
def show_import_template(key: str) -> Response:
    kind = kind_of(key, actor().office_id)
    require(kind.offered_to(actor()))
    return Response(template_of(kind, names_school=_names_school()), mimetype=SPREADSHEET)


@bp.get("")
@allow("operator")
@operation("导入列表", cursor=(int,))
def list_imports(asked: Asked) -> Page[ImportJson]:
    found = queries.files_of(actor(), before=asked["after"], limit=asked["limit"] + 1)
    counts = queries.counts_of([each.id for each in found])
    return page_of(
        found,
        asked["limit"],
        lambda each: file_json(each, kind_of(each.kind, each.office_id), counts[each.id]),
        lambda each: [each.id],
    )


@bp.post("")
@allow("operator")
@operation(
    "上传文件：请求正文为 .xlsx、.xls 或 .csv 文件",
    media=SPREADSHEET,
    status=201,
    query={
        "kind": {"type": "string", "maxLength": 40, "description": "事项，见 GET /imports/kinds"},
        "name": {"type": "string", "maxLength": 255, "description": "文件名"},
    },
)
def upload_import(asked: Asked) -> ImportJson:
    kind = kind_of(asked.get("kind", ""), actor().office_id)
    name = asked.get("name") or f"{kind.key}.xlsx"
    looked = operations.look_at(kind, name, request.get_data(), actor=actor())
    end_reading()
    with transaction():
        file_id = operations.receive(looked, actor=actor()).id
    return _file(file_id)


@bp.get("/<int:file_id>")
@allow("operator")
@operation("一份导入")
def show_import(file_id: int) -> ImportJson:
    return _file(file_id)


@bp.get("/<int:file_id>/schools")
@allow("operator")
@operation("预演：对每所学校的影响")
def list_import_schools(file_id: int) -> Page[ImportSchoolJson]:
    file = queries.file_for(actor(), file_id)
    return one_page([school_json(each) for each in queries.rehearse(file, kind_of(file.kind, file.office_id))])


@bp.get("/<int:file_id>/rows")
@allow("operator")
@operation("各行的检查结果", query={"state": {"type": "string", "enum": list(RowState)}}, cursor=(int,))
def list_import_rows(file_id: int, asked: Asked) -> Page[ImportRowJson]:
    file, state = queries.file_for(actor(), file_id), asked.get("state")
    found = queries.rows_of(
        file, state=RowState(state) if state else None, after=asked["after"] or 0, limit=asked["limit"] + 1
    )
    kind, cases = kind_of(file.kind, file.office_id), queries.case_numbers(found)
    columns = columns_by_name(kind)
    return page_of(found, asked["limit"], lambda row: row_shown(kind, columns, row, cases), lambda row: [row.number])


@bp.post("/<int:file_id>/captions")
@allow("operator")
@operation("对应不认识的表头，并重新检查；本机构以后的文件照此对应", body=MATCH)
def match_import_captions(file_id: int) -> ImportJson:
    typed = read_json(MATCH)
    with transaction():
        chosen = {each["caption"]: each["field"] for each in typed["captions"]}
        operations.match(queries.file_for(actor(), file_id), chosen, actor=actor())
    return _file(file_id)


@bp.get("/kinds/<key>/captions")
@allow("operator")
@operation("本机构手工对应过的表头")
def list_import_captions(key: str) -> Page[CaptionJson]:
    matched = queries.matches_of(actor().office_id, kind_of(key).key)
    return one_page([CaptionJson(caption=caption, field=field) for caption, field in matched.items()])


@bp.post("/kinds/<key>/captions/forget")
@allow("operator")
@operation("删除一条表头对应", body=FORGET, status=204)
def forget_import_caption(key: str) -> None:
    typed = read_json(FORGET)
    with transaction():
        operations.forget(kind_of(key), typed["caption"], actor=actor())


@bp.post("/<int:file_id>/confirm")
@allow("operator")
@operation("确认导入", body=CONFIRM)
def confirm_import(file_id: int) -> ImportJson:
    typed = read_json(CONFIRM)
    with transaction():
        file = queries.file_for(actor(), file_id)
        operations.confirm(file, with_warnings=typed["with_warnings"], actor=actor())
    return _file(file_id)


@bp.post("/<int:file_id>/discard")
@allow("operator")
@operation("放弃", status=204)
def discard_import(file_id: int) -> None:
    with transaction():
        operations.discard(queries.file_for(actor(), file_id), actor=actor())


@bp.post("/<int:file_id>/failed")
@allow("operator")
@operation("下载有问题的行（.xlsx）", gives=SPREADSHEET)
def show_failed_rows(file_id: int) -> Response:
    with transaction():
        operations.hand_out_failed(queries.file_for(actor(), file_id), actor=actor())
    file = queries.file_for(actor(), file_id)
    return Response(failed_workbook(file, names_school=_names_school()), mimetype=SPREADSHEET)
