"""Imports, for programs: send a workbook, wait until it is checked, read the verdicts, confirm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.access import actor, allow, require
from app.database import transaction
from app.errors import InvalidInput
from app.imports import operations, queries
from app.imports.kinds import kind_of, kinds_for
from app.imports.models import RowState
from app.imports.shown import columns_by_name, failed_workbook, file_json, row_shown, school_json
from app.imports.template import SPREADSHEET, template_of
from app.interface import encode_cursor, limit_argument, operation, read_json
from app.interface.lists import decode_cursor

bp = Blueprint("imports_api", __name__, url_prefix="/api/v1/imports")
CONFIRM = {
    "type": "object",
    "properties": {"with_warnings": {"type": "boolean", "title": "有提示的行也导入"}},
    "required": ["with_warnings"],
}


def _file(file_id: int) -> Any:
    file = queries.file_for(actor(), file_id)
    return file_json(file, kind_of(file.kind), queries.counts_of([file.id])[file.id])


def _names_school() -> bool:
    return actor().office_kind != "school"


@bp.get("/kinds")
@allow("operator")
@operation("可导入的事项")
def kinds() -> Any:
    items = [{"key": kind.key, "name": kind.name, "form": kind.form()} for kind in kinds_for(actor())]
    return jsonify(items=items, next=None)


@bp.get("/kinds/<key>/template")
@allow("operator")
@operation("下载模板（.xlsx）")
def template(key: str) -> Any:
    kind = kind_of(key)
    require(kind.offered_to(actor()))
    return Response(template_of(kind, names_school=_names_school()), mimetype=SPREADSHEET)


@bp.get("")
@allow("operator")
@operation("导入列表", query=("limit", "cursor"))
def files() -> Any:
    limit, place = limit_argument(), decode_cursor(1)
    found = queries.files_of(actor(), before=place[0] if place else None, limit=limit + 1)
    counts = queries.counts_of([each.id for each in found[:limit]])
    return jsonify(
        items=[file_json(each, kind_of(each.kind), counts[each.id]) for each in found[:limit]],
        next=encode_cursor([found[limit - 1].id]) if len(found) > limit else None,
    )


@bp.post("")
@allow("operator")
@operation("上传工作簿：请求正文为 .xlsx 文件", status=201, query=("kind", "name"))
def upload() -> Any:
    kind = kind_of(request.args.get("kind", ""))
    with transaction():
        name = request.args.get("name", "") or f"{kind.key}.xlsx"
        file_id = operations.receive(kind, name, request.get_data(), actor=actor()).id
    return jsonify(_file(file_id)), 201


@bp.get("/<int:file_id>")
@allow("operator")
@operation("一份导入")
def show(file_id: int) -> Any:
    return jsonify(_file(file_id))


@bp.get("/<int:file_id>/schools")
@allow("operator")
@operation("预演：对每所学校的影响")
def schools(file_id: int) -> Any:
    file = queries.file_for(actor(), file_id)
    return jsonify(items=[school_json(each) for each in queries.rehearse(file, kind_of(file.kind))], next=None)


@bp.get("/<int:file_id>/rows")
@allow("operator")
@operation("各行的检查结果", query=("state", "limit", "cursor"))
def rows(file_id: int) -> Any:
    file, limit, place = queries.file_for(actor(), file_id), limit_argument(), decode_cursor(1)
    wanted = request.args.get("state")
    if wanted and wanted not in set(RowState):
        raise InvalidInput(sentence="state 不在可选范围内。", field="state")
    state = RowState(wanted) if wanted else None
    found = queries.rows_of(file, state=state, after=place[0] if place else 0, limit=limit + 1)
    kind, cases = kind_of(file.kind), queries.case_numbers(found)
    columns = columns_by_name(kind)
    return jsonify(
        items=[row_shown(kind, columns, row, cases) for row in found[:limit]],
        next=encode_cursor([found[limit - 1].number]) if len(found) > limit else None,
    )


@bp.post("/<int:file_id>/confirm")
@allow("operator")
@operation("确认导入", body=CONFIRM)
def confirm(file_id: int) -> Any:
    typed = read_json(CONFIRM)
    with transaction():
        file = queries.file_for(actor(), file_id)
        operations.confirm(file, with_warnings=typed["with_warnings"], actor=actor())
    return jsonify(_file(file_id))


@bp.post("/<int:file_id>/discard")
@allow("operator")
@operation("放弃", status=204)
def discard(file_id: int) -> Any:
    with transaction():
        operations.discard(queries.file_for(actor(), file_id), actor=actor())
    return "", 204


@bp.post("/<int:file_id>/failed")
@allow("operator")
@operation("下载有问题的行（.xlsx）")
def failed(file_id: int) -> Any:
    with transaction():
        operations.hand_out_failed(queries.file_for(actor(), file_id), actor=actor())
    file = queries.file_for(actor(), file_id)
    return Response(failed_workbook(file, names_school=_names_school()), mimetype=SPREADSHEET)
