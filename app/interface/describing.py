"""The programming interface describes itself: OpenAPI 3.1 collected from the views, and a page for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template

from app.access import ANYONE, allow

bp = Blueprint("interface", __name__, url_prefix="/api/v1", template_folder="templates")


def operation(
    summary: str,
    *,
    body: Mapping[str, Any] | None = None,
    status: int = 200,
    query: tuple[str, ...] = (),
    media: str = "application/json",
) -> Callable[[Any], Any]:
    """Describe an API view: one line, the JSON Schema of its body, the status of its success, query names."""

    def describe(view: Any) -> Any:
        view.operation = {"summary": summary, "body": body, "status": status, "query": query, "media": media}
        return view

    return describe


def operations() -> list[dict[str, Any]]:
    """Every described view: method, path, and what it says of itself."""
    found = []
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda each: each.rule):
        described = getattr(current_app.view_functions[rule.endpoint], "operation", None)
        if described:
            method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            found.append({"method": method, "path": re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), **described})
    return found


@bp.get("/openapi.json")
@allow(ANYONE)
def openapi() -> Any:
    """OpenAPI 3.1."""
    paths: dict[str, Any] = {}
    problem = {"description": "problem+json (RFC 9457)", "content": {"application/problem+json": {"schema": PROBLEM}}}
    for each in operations():
        names = re.findall(r"{(\w+)}", each["path"])
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
        parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in each["query"]]
        entry: dict[str, Any] = {
            "summary": each["summary"],
            "parameters": parameters,
            "responses": {str(each["status"]): {"description": each["summary"]}, "default": problem},
        }
        if each["body"]:
            entry["requestBody"] = {"required": True, "content": {each["media"]: {"schema": each["body"]}}}
        paths.setdefault(each["path"], {})[each["method"].lower()] = entry
    return jsonify(
        {
            "openapi": "3.1.0",
            "info": {"title": "学籍 Xueji", "version": "1"},
            "paths": paths,
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        }
    )


PROBLEM = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "objections": {"type": "array", "items": {"type": "object"}},
    },
}


@bp.get("/")
@allow(ANYONE)
def index() -> str:
    """The same for people."""
    return render_template("interface/index.html", operations=operations())
