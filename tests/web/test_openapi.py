"""The programming interface describes itself, and keeps to what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import pytest
from flask import Flask, jsonify
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.access import ANYONE, allow
from app.database import Model, db
from app.web import operation
from app.web.openapi import document
from tests.conftest import make_app
from tests.support import openapi
from tests.support.client import Client, apart
from tests.support.transfer_case import Story


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description; no database is asked."""
    with make_app("sqlite://").app_context():
        return document()


class NumberJson(TypedDict):
    """What the planted call says that it answers."""

    number: str


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", each) for path, item in described["paths"].items() for method, each in item.items()
    ]


def test_it_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_no_shape_is_named_after_a_module_of_the_code(described: dict[str, Any]) -> None:
    assert [name for name in described["components"]["schemas"] if "." in name] == [], "two shapes share a name"


def test_every_operation_says_what_it_takes_and_gives(described: dict[str, Any]) -> None:
    ids = [each["operationId"] for _call, each in operations(described)]
    assert len(ids) == len(set(ids)) >= 57
    for call, each in operations(described):
        success = [status for status in each["responses"] if status < "300"]
        assert len(success) == 1, call
        content = each["responses"][success[0]].get("content")
        assert (content is None) == (success[0] == "204"), call
        assert content is None or next(iter(content.values()))["schema"] or "application/json" not in content, call
        assert "422" in each["responses"], call
        signed = each.get("security") != []
        headers = {parameter["name"] for parameter in each["parameters"] if parameter["in"] == "header"}
        assert not signed or {"401", "403"} <= set(each["responses"]), call
        assert ("X-Post" in headers) == signed, call
        for parameter in each["parameters"]:
            schema = parameter["schema"]
            assert schema["type"] != "integer" or {"minimum", "maximum"} <= set(schema), (call, parameter["name"])
            assert (
                parameter["in"] != "query"
                or {"enum", "maxLength", "maximum", "format"} & set(schema)
                or (schema["type"] == "boolean")
            ), (call, parameter["name"], "a text without an end")


def test_the_two_headers_and_the_challenge_are_described(described: dict[str, Any]) -> None:
    keyed = {
        call
        for call, each in operations(described)
        if any(parameter["name"] == "Idempotency-Key" for parameter in each["parameters"])
    }

    assert keyed == {
        "POST /api/v1/cases",
        "POST /api/v1/tasks/{task_id}/decision",
        "POST /api/v1/tasks/bulk",
    }
    assert "WWW-Authenticate" in described["components"]["responses"]["401"]["headers"]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["components"]["schemas"]["Problem"]["required"] == ["code", "detail", "status", "title", "type"]


def test_every_object_that_is_answered_is_described_to_its_leaves(described: dict[str, Any]) -> None:
    """An object without properties is a form, an application or a counting: nothing else may hide there."""
    open_ended = {
        f"{name}.{field}"
        for name, schema in described["components"]["schemas"].items()
        for field, part in schema.get("properties", {}).items()
        for each in (part, *part.get("anyOf", ()))
        if each.get("type") == "object" and "additionalProperties" not in each
    }

    assert open_ended == {
        "AuditLine.after", "AuditLine.before", "Case.application", "CaseWithPapers.application", "Draft.application",
        "DraftRehearsal.script", "ImportKindWithForm.form", "OfficeHistory.after", "OfficeHistory.before",
        "Process.form", "RehearsedDesk.form", "RehearsedDesk.values", "Task.form", "Task.values",
        "VariantVersion.forms", "Version.forms",
    }  # fmt: skip


def test_a_401_says_how_to_sign_in(app: Flask) -> None:
    http = app.test_client()
    wrong = {"username": "nobody", "password": "wrong"}

    for answer in (apart(http.get, "/api/v1/me"), apart(http.post, "/api/v1/session", json=wrong)):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_name_that_a_query_does_not_know_is_refused_with_those_it_knows(story: Story) -> None:
    program = story.program("receiving_bureau")

    misspelt = program.get("/students?garde=13&standing=active")
    twice = program.get("/students?grade=13&grade=14")
    both = program.get("/cases?box=mine&utm=1&limit=0")

    assert misspelt.status == 422
    known = "school、grade、standing、name、q、limit、cursor"
    assert f"没有名为“garde”的查询参数（可用：{known}）" in misspelt.json["detail"]
    assert (twice.status, "只能出现一次" in twice.json["detail"]) == (422, True)
    assert {each["field"] for each in both.json["objections"]} == {"box", "utm", "limit"}, "all at once"
    assert program.get("/me?x=1").status == 422


def test_a_page_passes_over_a_name_it_does_not_know(story: Story) -> None:
    """Whoever sends a link around adds some."""
    browser = Client(story.client.app).sign_in(story.people["receiving_bureau"].approver)

    assert browser.get("/students?utm_source=mail").status == 200


def test_the_page_for_people_names_every_call(client: Client, described: dict[str, Any]) -> None:
    page = client.get("/api/v1/")

    assert all(path in page.text for path in described["paths"])
    assert apart(client.browser.get, "/api/v1/openapi.json").get_json() == described


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda: ({"number": 1}, 200), "is not of type"),
        (lambda: ({"number": "1", "more": 1}, 200), "more"),
        (lambda: ({"number": "1"}, 202), "does not say that it answers 202"),
        (lambda: (jsonify(number="1"), 418), "does not say that it answers 418"),
    ],
    ids=["wrong type", "field not described", "status not described", "refusal not described"],
)
def test_the_comparison_finds_an_answer_that_is_not_described(answer: Any, fault: str, tmp_path: Path) -> None:
    """Every test of the suite compares; this one sees that the comparison would find something."""
    house = make_app(f"sqlite:///{tmp_path}/planted.sqlite")
    with house.app_context():
        Model.metadata.create_all(db.engine)  # a request may ask for the calendar

    def planted() -> NumberJson:
        return answer()

    house.add_url_rule("/api/v1/planted", view_func=allow(ANYONE)(operation("试验")(planted)))
    openapi._operations.cache_clear()
    openapi._validator.cache_clear()
    try:
        with pytest.raises(AssertionError, match=fault):
            apart(house.test_client().get, "/api/v1/planted")
    finally:
        openapi._operations.cache_clear()
        openapi._validator.cache_clear()
