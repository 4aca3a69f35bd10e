"""What the caller has typed and not sent, for programs; pages save themselves with the same calls."""

from __future__ import annotations

from typing import Any

from flask import request

from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import bp
from app.cases.presenters.form_drafts import FormDraftJson, TypedFormJson, draft_json, typed_json
from app.cases.queries.form_drafts import Field, draft_line, drafts_of
from app.cases.rules.form_drafts import LONGEST, MOST_FIELDS, DraftPlace, DraftTooLong
from app.database import transaction
from app.errors import InvalidInput, Objected
from app.web import Asked, Page, canonical, objections, one_page, operation
from app.web.validation import parse_json

MOST_BYTES = 1_000_000
PLACE: dict[str, Any] = {
    "task": {"type": "integer", "minimum": 1, "title": "环节"},
    "process": {"type": "string", "minLength": 1, "maxLength": 40, "title": "流程"},
    "student": {"type": "integer", "minimum": 1, "title": "学生"},
    "about": {"type": "string", "maxLength": 32, "title": "同一流程有多份草稿时的区分"},
}
DRAFT: dict[str, Any] = {
    "type": "object",
    "properties": {
        **PLACE,
        "revision": {"type": "integer", "minimum": 0, "title": "填写者所见草稿的 revision，没有草稿为 0"},
        "fields": {
            "type": "array",
            "title": "填写的内容",
            "maxItems": MOST_FIELDS,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "minLength": 1, "maxLength": 200, "title": "栏目"},
                    "value": {"type": "string", "title": "内容"},
                },
                "required": ["name", "value"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["revision", "fields"],
    "additionalProperties": False,
}
OF_ONE = {name: {**part, "description": part["title"]} for name, part in PLACE.items()}


@bp.get("/drafts/mine")
@allow("operator", "approver")
@operation("草稿：本人在当前岗位填写而未提交的申请和办理意见，可只查某一张表单的", query=OF_ONE)
def list_typed(asked: Asked) -> Page[FormDraftJson]:
    place = _place(asked) if any(asked.get(name) for name in PLACE) else None
    return one_page([draft_json(each) for each in drafts_of(actor(), place=place)])


@bp.put("/drafts/mine")
@allow("operator", "approver")
@operation("保存草稿；另一窗口已更新、提交或删除的为 409（E-FORM-DRAFT），不被覆盖", body=DRAFT)
def save_typed() -> FormDraftJson:
    body = _typed()
    fields: list[Field] = [(each["name"], each["value"]) for each in body["fields"]]
    caller, place = actor(), _place(body)
    with transaction():
        draft = operations.keep_draft(place, fields, revision=body["revision"], actor=caller)
        return draft_json(draft_line(draft.id, caller))


@bp.get("/drafts/mine/<int:draft_id>")
@allow("operator", "approver")
@operation("一份草稿及其内容")
def show_typed(draft_id: int) -> TypedFormJson:
    return typed_json(draft_line(draft_id, actor()))


@bp.delete("/drafts/mine/<int:draft_id>")
@allow("operator", "approver")
@operation("删除本人的草稿", status=204)
def delete_typed(draft_id: int) -> None:
    with transaction():
        operations.forget_draft(draft_id, actor=actor())


def _place(given: Any) -> DraftPlace:
    """Raises InvalidInput unless it names a task or a process."""
    if (given.get("task") is None) == (not given.get("process")):
        raise InvalidInput(sentence="请写明环节（task），或流程（process），两者之一。", field="task")
    if given.get("task") is not None:
        return DraftPlace(task=given["task"])
    return DraftPlace(process=given["process"], student=given.get("student"), about=given.get("about", ""))


def _typed() -> dict[str, Any]:
    """The body, whose texts are taken as they were typed: they are no input yet. Raises InvalidInput, Objected."""
    if (request.content_length or 0) > MOST_BYTES:
        raise DraftTooLong(most=LONGEST)
    raw = parse_json(request.get_data())
    fields: Any = raw.get("fields")
    shape = [_without_text(each) for each in fields] if isinstance(fields, list) else fields
    checked = canonical.values(DRAFT, {**raw, "fields": shape} if "fields" in raw else raw)
    if faults := objections(DRAFT, checked):
        raise Objected(list(faults))
    return {**checked, "fields": fields}


def _without_text(field: Any) -> Any:
    plain = isinstance(field, dict) and isinstance(field.get("value"), str)
    return {**field, "value": ""} if plain else field
