"""How a number is kept and shown: in clear, or encrypted with its keyed hash and its masked form beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.encryption import keyed_hash
from app.students.models import masked
from app.students.rules.documents import RESIDENT, identities_of_other_types, identity_of_document

SHORT = 10  # characters of a number whose beginning and end would be all of it


def sealed_number(number: str) -> dict[str, str | None]:
    """The columns of a number that holds an identity number: encrypted, its keyed hash, its masked form."""
    return {"value": None, "number": number, "number_hash": keyed_hash(number), "number_masked": masked_of(number)}


def clear_number(value: str) -> dict[str, str | None]:
    """The same columns of a number that says nothing of the person."""
    return {"value": value, "number": None, "number_hash": None, "number_masked": ""}


def document_hash(row: Mapping[str, Any]) -> str | None:
    """The keyed hash of the document that a registration or an arrival names; None where it names none."""
    number = row.get("document_number")
    identity = identity_of_document(row.get("document_type", "1"), str(number)) if number else None
    return keyed_hash(identity) if identity else None


def hashes_of_other_types(row: Mapping[str, Any]) -> list[str]:
    """The keyed hashes of what the numbers of this row would be, had they been given as of another type."""
    found = identities_of_other_types(RESIDENT, str(row["main_number"])) if row.get("main_number") else []
    kind, number = row.get("document_type", RESIDENT), row.get("document_number")
    if number and kind != RESIDENT:
        found += identities_of_other_types(kind, str(number))
    return [keyed_hash(each) for each in found]


def masked_of(number: str) -> str:
    """The number of a document masked: the letter of a national one stands first, a short one shows its end alone."""
    if len(number) <= SHORT:
        return f"{'*' * max(0, len(number) - 4)}{number[-4:]}"
    return f"{number[0]}{masked(number[1:])}" if number[:1] in ("G", "L", "J") and len(number) == 19 else masked(number)
