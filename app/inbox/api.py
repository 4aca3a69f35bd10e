"""Kept lists and their columns, for programs."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint

from app import clock
from app.access import actor, allow
from app.cases.presenters.forecasts import ForeseenJson, foreseen_json
from app.cases.presenters.task_lists import CONDITIONS, asked_list
from app.cases.queries.forecasts import foreseen_late
from app.database import transaction
from app.errors import InvalidInput, Missing
from app.inbox import operations
from app.inbox.presenters.saved_lists import ColumnsJson, SavedListJson, saved_list_json
from app.inbox.queries import columns_of, saved_lists
from app.inbox.rules import BOXES, COLUMNS
from app.web import Asked, Page, encode_cursor, one_page, operation, read_json

bp = Blueprint("inbox_api", __name__, url_prefix="/api/v1")
CHOICE = {
    "type": "object",
    "properties": {
        "columns": {
            "type": "array",
            "title": "列",
            "maxItems": 30,
            "items": {"type": "string", "title": "列", "maxLength": 20},
        }
    },
    "required": ["columns"],
    "additionalProperties": False,
}
SAVED = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "名称", "minLength": 1, "maxLength": 20},
        "parameters": {
            "type": "object",
            "title": "次序与条件",
            "properties": {name: {**part, "title": part["description"]} for name, part in CONDITIONS.items()},
            "additionalProperties": False,
        },
        "shared": {"type": "boolean", "title": "本机构共用"},
    },
    "required": ["name", "parameters"],
}


@bp.get("/views")
@allow("operator", "approver")
@operation("本人保存的和本机构共用的待办视图")
def list_saved() -> Page[SavedListJson]:
    caller = actor()
    return one_page([saved_list_json(each, caller) for each in saved_lists(caller)])


@bp.get("/forecast")
@allow("operator", "approver")
@operation(
    "预计超期的环节：未超期，按办理机构近 90 天的用时多半不能按期办结",
    query={"below": {"type": "string", "enum": ["yes"], "description": "看下级机构的"}},
    cursor=(dt.datetime, int),
)
def list_foreseen(asked: Asked) -> Page[ForeseenJson]:
    now, after = clock.now(), asked["after"]
    page = foreseen_late(actor(), now, below=asked.get("below") == "yes", after=after)
    return {
        "items": [foreseen_json(each, now) for each in page.late],
        "next": encode_cursor(list(page.last)) if page.last else None,
    }


@bp.post("/views")
@allow("operator", "approver")
@operation("保存待办视图；同名的被替换", body=SAVED, status=201)
def save() -> SavedListJson:
    typed, caller = read_json(SAVED), actor()
    asked_list(typed["parameters"])  # an order or an office that there is not is refused now, not when it is opened
    with transaction():
        kept = operations.save_list(typed["name"], typed["parameters"], shared=typed.get("shared", False), actor=caller)
        return saved_list_json(kept, caller)


@bp.get("/columns/<box>")
@allow("operator", "approver")
@operation(
    "本人所见列表的列，按显示的次序：待办（waiting）、已办（done）、在办（running）、办结（closed）、我发起的（applied）、全部办件（all）"
)
def show_columns(box: str) -> ColumnsJson:
    return {"box": _box(box), "columns": columns_of(box, actor()), "offered": list(COLUMNS[box])}


@bp.put("/columns/<box>")
@allow("operator", "approver")
@operation("选择列表的列及其次序；办件编号总是显示", body=CHOICE)
def choose_columns(box: str) -> ColumnsJson:
    wanted = read_json(CHOICE)["columns"]
    if unknown := [each for each in wanted if each not in COLUMNS[_box(box)]]:
        raise InvalidInput(sentence=f"没有这一列：{unknown[0]}。", field="columns")
    with transaction():
        kept = operations.choose_columns(box, wanted, actor=actor())
    return {"box": box, "columns": kept, "offered": list(COLUMNS[box])}


def _box(box: str) -> str:
    if box not in BOXES:
        raise Missing()
    return box


@bp.delete("/views/<int:list_id>")
@allow("operator", "approver")
@operation("删除本人保存的待办视图", status=204)
def forget(list_id: int) -> None:
    with transaction():
        operations.forget_list(list_id, actor=actor())
