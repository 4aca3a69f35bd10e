"""OpenAPI 3.1 from what the views declare and the types they return, and a page for people."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Sequence
from typing import Any, NotRequired, TypedDict

import msgspec
from flask import Blueprint, current_app, jsonify, render_template
from werkzeug.routing import Rule

from app.access import ANYONE, allow
from app.web.api_description import JSON, Operation, operations
from app.web.pagination import CURSOR, LIMIT
from app.web.validation import FORM, closed_schema

bp = Blueprint("interface", __name__, url_prefix="/api/v1", template_folder="templates")

TOKEN = "token"
SHAPES = "#/components/schemas/"
ID = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
X_POST = {
    "name": "X-Post",
    "in": "header",
    "description": "有多个岗位的人以哪个岗位办理：GET /me 中的 id；不写则为第一个",
    "schema": {"type": "string", "pattern": "^[0-9]{1,10}$"},
}
X_DELEGATION = {
    "name": "X-Delegation",
    "in": "header",
    "description": "受委托的人代委托人办理：GET /me 中 delegations 的 id",
    "schema": {"type": "string", "pattern": "^[0-9]{1,10}$"},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "同一键的重复请求只办一次；同一键而内容不同的为 409（E-KEY）",
    "schema": {"type": "string", "maxLength": 80},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "据以修改的内容的 ETag；其后他人已改的为 412（E-CHANGED）",
    "schema": {"type": "string", "maxLength": 400},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "*：须是新的，已有的为 412（E-CHANGED）",
    "schema": {"type": "string", "maxLength": 400},
}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "return=minimal：只回答编号、状态和待办环节（RFC 7240）",
    "schema": {"type": "string", "maxLength": 80},
}
REFUSALS = {
    400: "以不属于本系统的网址请求（E-HOST），或请求不成形",
    401: "没有登录，或登录已失效",
    403: "可以看到，但不能办理",
    404: "没有，或不在管辖范围内",
    409: "已由他人办理（E-STALE），或同一键而内容不同（E-KEY）",
    412: "其后已由他人修改（E-CHANGED）",
    413: "提交的内容过大",
    422: "不符合规则或填写有误，objections 中一次列出各项原因",
    423: "已锁定",
    428: "已有的内容，须写明据以修改的 ETag（E-PRECONDITION）",
    429: "过于频繁，请在 Retry-After 秒后再试",
    503: "暂时不能办理（数据库不可用、磁盘已满或请求过多），操作没有生效，请在 Retry-After 秒后再试",
}


class ObjectionJson(TypedDict):
    """One reason why not, and the field it is about."""

    code: str
    detail: str
    field: str | None


class ProblemJson(TypedDict):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    objections: NotRequired[list[ObjectionJson]]


@bp.get("/openapi.json")
@allow(ANYONE)
def openapi() -> Any:
    """OpenAPI 3.1."""
    return jsonify(document())


@bp.get("/")
@allow(ANYONE)
def index() -> str:
    """The same for people."""
    return render_template("interface/index.html", operations=operations(), address=address)


def document() -> dict[str, Any]:
    """The description of this application's programming interface; made once."""
    kept: dict[str, Any] | None = current_app.extensions.get("openapi")
    if kept is None:
        kept = current_app.extensions["openapi"] = _document()
    return kept


def _document() -> dict[str, Any]:
    declared = operations()
    kinds = [kind for _method, _rule, each in declared for kind in _kinds(each)]
    shapes, components = msgspec.json.schema_components([ProblemJson, *kinds], ref_template=SHAPES + "{name}")
    shape_of = dict(zip(map(repr, kinds), shapes[1:], strict=True))
    paths: dict[str, Any] = {}
    for method, rule, each in declared:
        paths.setdefault(address(rule), {})[method.lower()] = _operation(method, rule, each, shape_of)
    return _renamed(
        {
            "openapi": "3.1.0",
            "info": {"title": "学籍 Xueji", "version": "1", "description": "学籍业务办理平台的编程接口"},
            "servers": [{"url": "/"}],
            "paths": paths,
            "components": {
                "securitySchemes": {TOKEN: {"type": "http", "scheme": "bearer"}},
                "schemas": components,
                "responses": {str(status): _refusal(status) for status in REFUSALS},
            },
            "security": [{TOKEN: []}],
        }
    )


def _kinds(each: Operation) -> Sequence[Any]:
    """The types of what it may answer, none where that is a file or nothing."""
    if each.gives != JSON or each.status == 204:
        return ()
    either = typing.get_origin(each.answer) in (types.UnionType, typing.Union)
    return typing.get_args(each.answer) if either else (each.answer,)


def address(rule: Rule) -> str:
    """The path of a rule as OpenAPI writes it: `/students/{student_id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def _operation(method: str, rule: Rule, each: Operation, shape_of: dict[str, Any]) -> dict[str, Any]:
    view: Any = current_app.view_functions[rule.endpoint]
    duties = view.allowed
    success: dict[str, Any] = {"description": each.summary}
    if each.status != 204:
        shapes = [shape_of[repr(kind)] for kind in _kinds(each)]
        schema = {"anyOf": shapes} if len(shapes) > 1 else shapes[0] if shapes else {}
        success["content"] = {each.gives: {"schema": schema}}
    entry: dict[str, Any] = {
        "operationId": each.view.__name__,
        "summary": each.summary,
        "tags": [rule.rule.split("/")[3]],
        "parameters": [*_parameters(rule, each)] + ([] if ANYONE in duties else [X_POST, X_DELEGATION]),
        "responses": {str(each.status): success, **_refusals(method, rule, each, duties)},
        "x-duties": list(duties),
    }
    if ANYONE in duties:
        entry["security"] = []
    if each.body is not None:
        body = closed_schema(each.body)
        content = {each.media: {"schema": body}}
        if each.part:
            content[FORM] = _with_files(each.part, body)
        entry["requestBody"] = {"required": True, "content": content}
    elif each.media != JSON:
        entry["requestBody"] = {"required": True, "content": {each.media: {"schema": {}}}}
    return entry


def _with_files(part: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body in one field of a form, files in others: `attachments`, or `attachments.<kind>` as the process asks."""
    papers = {"type": "array", "items": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "properties": {part: body, "attachments": papers}, "required": [part]}
    named = {"patternProperties": {r"^attachments\.[a-z_]+$": papers}, "additionalProperties": False}
    return {"schema": {**schema, **named}, "encoding": {part: {"contentType": JSON}}}


def _parameters(rule: Rule, each: Operation) -> Iterator[dict[str, Any]]:
    for converter, name in re.findall(r"<(?:(\w+):)?(\w+)>", rule.rule):
        schema = ID if converter == "int" else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    listed = {"limit": LIMIT, "cursor": CURSOR} if each.cursor else {}
    for name, said in {**each.query, **listed}.items():
        schema = closed_schema({key: value for key, value in said.items() if key != "description"})
        described = {"description": said["description"]} if "description" in said else {}
        yield {"name": name, "in": "query", **described, "schema": schema}
    if each.idempotent:
        yield IDEMPOTENCY_KEY
    if each.etag:
        yield IF_MATCH
        yield IF_NONE_MATCH
    if each.in_brief:
        yield PREFER


def _refusals(method: str, rule: Rule, each: Operation, duties: tuple[str, ...]) -> dict[str, Any]:
    """How it may say no: an unknown name in the query is always 422, the rest by what it takes and does."""
    has_body = each.body is not None or each.media != JSON
    statuses = {400, 422, 503, *each.refuses}
    if ANYONE not in duties:
        statuses |= {401, 403}
        if rule.arguments or each.query or has_body:
            statuses.add(404)
        if method != "GET":
            statuses.add(409)
    if has_body:
        statuses.add(413)
    found: dict[str, Any] = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}
    return {**found, "5XX": {"description": "系统故障，操作没有生效", "content": PROBLEM}}


PROBLEM = {"application/problem+json": {"schema": {"$ref": SHAPES + "ProblemJson"}}}


def _refusal(status: int) -> dict[str, Any]:
    described: dict[str, Any] = {"description": REFUSALS[status], "content": PROBLEM}
    if status == 401:
        described["headers"] = {
            "WWW-Authenticate": {"description": "Bearer", "required": True, "schema": {"type": "string"}}
        }
    if status in (429, 503):
        described["headers"] = {
            "Retry-After": {"description": "秒", "required": True, "schema": {"type": "integer", "minimum": 1}}
        }
    return described


def _renamed(part: Any) -> Any:
    """The document with its shapes under the glossary's names: `Case` for what `CaseJson` is in the code."""
    match part:
        case dict():
            return {_renamed(name): _renamed(each) for name, each in part.items()}
        case list():
            return [_renamed(each) for each in part]
        case str() if "Json" in part:
            return part.replace("Json", "").rstrip("_")
    return part
