"""Kept lists, for programs."""

from __future__ import annotations

from flask import Blueprint

from app.access import actor, allow
from app.cases.presenters.task_lists import CONDITIONS, asked_list
from app.database import transaction
from app.inbox import operations
from app.inbox.presenters import SavedListJson, saved_list_json
from app.inbox.queries import saved_lists
from app.web import Page, one_page, operation, read_json

bp = Blueprint("inbox_api", __name__, url_prefix="/api/v1")
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


@bp.post("/views")
@allow("operator", "approver")
@operation("保存待办视图；同名的被替换", body=SAVED, status=201)
def save() -> SavedListJson:
    typed, caller = read_json(SAVED), actor()
    asked_list(typed["parameters"])  # an order or an office that there is not is refused now, not when it is opened
    with transaction():
        kept = operations.save_list(typed["name"], typed["parameters"], shared=typed.get("shared", False), actor=caller)
        return saved_list_json(kept, caller)


@bp.delete("/views/<int:list_id>")
@allow("operator", "approver")
@operation("删除本人保存的待办视图", status=204)
def forget(list_id: int) -> None:
    with transaction():
        operations.forget_list(list_id, actor=actor())
