"""The quick yes never says yes where the validator would find a fault, and says it to what is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.definitions.operations import SOURCES
from app.web.fast_validation import acceptor
from app.web.text_faults import beyond_the_schema
from app.web.validation import checked_form
from tests.processes.registration.test_registration import a_row

FORMS = sorted(path for path in (SOURCES / "forms").glob("*/*.json") if path.stem not in ("proofs", "reasons"))
SCALARS = some.one_of(
    some.none(), some.booleans(), some.integers(-5, 200), some.floats(allow_nan=False, allow_infinity=False),
    some.text(max_size=40), some.sampled_from(["1", "01", "2026-09-01", "13800000000", "primary", "330106", ""]),
)  # fmt: skip


def compiled(path: Path) -> tuple[Any, Any]:
    form = checked_form(json.loads(path.read_bytes()))
    return form.accepts, form.validator


def values_for(schema: Any) -> some.SearchStrategy[Any]:
    """Values near what the schema asks for: right ones, wrong ones, missing ones, strange ones."""
    if not isinstance(schema, dict):
        return SCALARS
    if "properties" in schema:
        known = {name: values_for(part) for name, part in schema["properties"].items()}
        return some.one_of(
            some.fixed_dictionaries({}, optional={**known, "strange": SCALARS}), some.fixed_dictionaries(known), SCALARS
        )
    if "items" in schema:
        return some.one_of(some.lists(values_for(schema["items"]), max_size=3), SCALARS)
    if "enum" in schema:
        return some.one_of(some.sampled_from(schema["enum"]), SCALARS)
    return some.one_of(SCALARS, some.text(max_size=schema.get("maxLength", 10) + 1))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_what_is_accepted_quickly_has_no_fault(path: Path, data: Any) -> None:
    accepts, validator = compiled(path)

    value = data.draw(values_for(validator.schema))

    assert not accepts(value) or validator.is_valid(value)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_texts_are_clean_where_nothing_is_said_of_them(path: Path, data: Any) -> None:
    form = checked_form(json.loads(path.read_bytes()))

    value = data.draw(values_for(form.validator.schema))

    assert form.clean(value) == (not list(beyond_the_schema(form.schema, value, [])))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_form_can_be_asked_quickly(path: Path) -> None:
    """No form has a keyword that the quick test does not know: an optional one is left out, so `{}` tells."""
    schema = json.loads(path.read_text("utf-8"))
    accepts = checked_form({**schema, "required": []}).accepts

    assert accepts({})


def test_a_child_of_a_list_is_accepted() -> None:
    accepts, _ = compiled(SOURCES / "forms/registration_primary/row.json")
    row = a_row(main_number="330106202003050019")

    assert accepts(row)
    assert not accepts({**row, "sex": "3"})
    assert not accepts({**row, "guardian": {"name": "陈建国"}})
    assert not accepts({**row, "class_number": True})
    assert not accepts({**row, "other": 1})


@pytest.mark.parametrize("schema", [True, {}, {"type": "string", "contains": 1}, {"oneOf": [{"type": "string"}]}])
def test_what_it_does_not_know_it_leaves_to_the_validator(schema: Any) -> None:
    assert not acceptor(schema)("text")
