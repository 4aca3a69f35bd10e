"""What was applied for, for one child of a list, in the words of its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from app.cases.models import BatchRow
from app.cases.queries.standard_precheck import NUMBERS
from app.cases.views.timeline import words_of
from app.definitions.queries import ROW, CompiledVersion
from app.students.rules.ethnic_groups import ethnic_group
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.sealed_numbers import masked_of

IN_THE_LIST = ("name", "main_number")  # stand in the list itself


def row_particulars(row: BatchRow, version: CompiledVersion) -> list[tuple[str, str]]:
    """Title and value of everything said of the child, in the order of the form; numbers of documents by their ends."""
    said = orjson.loads(row.content)
    return [line for line in _lines(version.form(ROW)["properties"], said) if line[1]]


def _lines(asked: Mapping[str, Any], said: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, str]]:
    for name, part in asked.items():
        if name not in said or (not of and name in IN_THE_LIST):
            continue
        title = str(part.get("title", name)).removesuffix("代码")
        if part.get("type") == "object":
            yield from _lines(part["properties"], said[name], of=title)
        else:
            yield title if title.startswith(of) else of + title, _words(name, part, said[name])


def _words(name: str, part: Mapping[str, Any], value: Any) -> str:
    if name in SEALED_NUMBERS or part.get("format") in NUMBERS:
        return masked_of(str(value))
    if name.endswith("ethnic_group"):
        return ethnic_group(value)
    return words_of(dict(part), value)
