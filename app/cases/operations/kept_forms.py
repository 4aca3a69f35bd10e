"""The form of a decision as it is kept: the number of a person by its ends only, and what a repair has replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.encryption import unseal_text
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.sealed_numbers import masked_of

NUMBERS = ("cn-id", "cn-national-number")  # formats


def kept_form(
    schema: Mapping[str, Any], form: Mapping[str, Any], known: Mapping[str, Any], *, repaired: bool
) -> dict[str, Any]:
    """What was typed at a desk; of a repair also what stood in the application (`known`) before, where it changed."""
    kept = _masked(schema, form)
    if not repaired:
        return kept
    before = {name: was for name, value in form.items() if (was := _stood(known, name)) != value}
    return {**kept, "before": _masked(schema, before)} if before else kept


def _masked(schema: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {}).items()
    numbers = {name for name, part in properties if part.get("format") in NUMBERS or name in SEALED_NUMBERS}
    return {name: masked_of(str(value)) if name in numbers else value for name, value in form.items()}


def _stood(application: Mapping[str, Any], name: str) -> Any:
    """What stands in an application under that name, a sealed number unsealed; empty for what does not."""
    sealed = application.get(f"{name}_sealed")
    return unseal_text(sealed) if sealed else application.get(name, "")
