"""一般信息: what the record keeps of a child beside the key data, what stands where nothing was said, and the words.

All of it is read from `app/students/fields.json`, the one list of a student's fields: `make fields` writes them into
the forms that ask for them and into the table of the lock. The codes are those of JY/T 1001 and GB/T (domain.md 5.6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.divisions.rules.countries import country_name
from app.divisions.rules.gazetteer import division_name
from app.students.rules.ethnic_groups import ALL_GROUPS

#: 家庭成员, whose name, relation and telephone stand in rows of their own
MEMBERS = {"guardian": "家庭成员一", "guardian2": "家庭成员二"}
_LISTED = json.loads((Path(__file__).parents[1] / "fields.json").read_text("utf-8"))
#: field to what `fields.json` says of it, in the order of the card
FIELDS: Mapping[str, Mapping[str, Any]] = _LISTED["fields"]
#: the same of a member of the family: field, after `guardian_` or `guardian2_`
MEMBER_FIELDS: Mapping[str, Mapping[str, Any]] = _LISTED["family"]


def codes_of(field: Mapping[str, Any]) -> Mapping[str, str]:
    """The codes that a field of the list may have, with their words; none where it is a text, a country or a place."""
    codes = field.get("codes", {})
    return ALL_GROUPS if codes == "ethnic_groups" else codes


#: what a registration that does not say it means: a Chinese child, and no to everything else
DEFAULTS = {name: field["default"] for name, field in FIELDS.items() if "default" in field}
#: field to its name, and its codes in words
WORDS = {name: (field["title"], codes_of(field)) for name, field in FIELDS.items()}
MEMBER_WORDS = {name: (field["title"], codes_of(field)) for name, field in MEMBER_FIELDS.items()}
#: numbers of documents, each kept encrypted
SEALED_NUMBERS = (
    "document_number",
    *(f"{member}_{number}" for member in MEMBERS for number in ("number", "document_number")),
)
OF_MEMBERS = tuple(f"{member}_{name}" for member in MEMBERS for name in MEMBER_WORDS)
#: all of it that is kept as it is said
PARTICULARS = ("address", *WORDS, *OF_MEMBERS)


def words_of(particulars: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, name and value in words of everything that is kept of a child, in the order of the card."""
    return [
        (name, title, _word(name, str(particulars[name]), FIELDS))
        for name, (title, _codes) in WORDS.items()
        if particulars.get(name)
    ]


def words_of_member(particulars: Mapping[str, Any], member: str) -> dict[str, tuple[str, str]]:
    """Name and value in words of what is kept of a member of the family, by its field; nothing of what is not known."""
    found = {name: str(particulars.get(f"{member}_{name}") or "") for name in MEMBER_WORDS}
    return {
        name: (MEMBER_WORDS[name][0].removesuffix("代码"), _word(name, value, MEMBER_FIELDS))
        for name, value in found.items()
        if value
    }


def word_of(field: str, value: str) -> str:
    """One particular in words; what has none as it is."""
    member = next((each for each in reversed(MEMBERS) if field.startswith(f"{each}_")), None)
    return _word(field.removeprefix(f"{member}_"), value, MEMBER_FIELDS) if member else _word(field, value, FIELDS)


def _word(name: str, value: str, fields: Mapping[str, Mapping[str, Any]]) -> str:
    field = fields.get(name, {})
    if field.get("format") == "country":
        return country_name(value)
    if field.get("format") == "cn-division" or name == "household_division":
        return division_name(value)
    if field.get("format") == "kilometres":
        return f"{value} 公里"
    return codes_of(field).get(value, value)
