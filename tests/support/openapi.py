"""Every answer of the programming interface, whatever test asked for it, is what its OpenAPI description says."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema_rs
import orjson
from flask import Flask, Response, request

from app.web.openapi import address, document

PROBLEM = "application/problem+json"


def watch(app: Flask) -> None:
    """Compare each answer of this application with its description, as it leaves; a test fails where they differ."""
    app.after_request(as_described)


def as_described(response: Response) -> Response:
    """The answer itself. Raises AssertionError for a status, header, field or type that the description lacks."""
    rule = request.url_rule
    if not request.path.startswith("/api/v1/") or request.method in ("HEAD", "OPTIONS"):
        return response
    operation = _operations().get((request.method, address(rule))) if rule else None
    if operation is None:
        assert response.status_code < 400 or response.mimetype == PROBLEM, f"{request.path}: {response.mimetype}"
        return response
    name, status = operation["operationId"], str(response.status_code)
    said = operation["responses"].get(status)
    assert said is not None, f"{name} does not say that it answers {status}: {response.get_data(as_text=True)[:300]}"
    said = document()["components"]["responses"][status] if "$ref" in said else said
    for header in said.get("headers", ()):
        assert header in response.headers, f"{name} answers {status} without {header}"
    _check_content(name, said.get("content"), response)
    if response.status_code < 300:
        _check_request(name, operation)
    return response


def _check_content(name: str, content: Any, response: Response) -> None:
    if content is None:
        assert not response.get_data(), f"{name} answers {response.status_code} with a content of which it says nothing"
        return
    ((media, said),) = content.items()
    if media == "application/octet-stream":
        return
    assert response.mimetype == media, f"{name} gives {response.mimetype}, not {media}"
    if media in ("application/json", PROBLEM):
        _conforms(said["schema"], response.get_data(), f"{name} answers {response.status_code}")


def _check_request(name: str, operation: dict[str, Any]) -> None:
    """What was taken is what it says that it takes."""
    known = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
    assert set(request.args) <= known, f"{name} took {set(request.args) - known}"
    body = operation.get("requestBody", {"content": {}})["content"].get("application/json")
    if body and request.mimetype == "application/json":
        _conforms(body["schema"], request.get_data(), f"{name} took")


def _conforms(schema: Any, content: bytes, what: str) -> None:
    faults = [
        f"{'.'.join(map(str, fault.instance_path))}: {fault.message}"
        for fault in _validator(orjson.dumps(schema)).iter_errors(orjson.loads(content))
    ]
    assert not faults, f"{what} what is not described: {faults[:5]}"


@functools.cache
def _operations() -> dict[tuple[str, str], Any]:
    """The operations by method and path; the same for every application."""
    paths = document()["paths"]
    return {(method.upper(), path): each for path, item in paths.items() for method, each in item.items()}


@functools.cache
def _validator(schema: bytes) -> Any:
    whole = {**orjson.loads(schema), "components": {"schemas": _closed(document()["components"]["schemas"])}}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _closed(part: Any) -> Any:
    """The same with every object closed: a field that is not described is found."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(each) for name, each in part.items()}
    if isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
