"""A file and its rows as the office that sent them may see them: on a page, and by programs. Numbers are masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from app.imports.import_types import Kind, kind_of
from app.imports.models import FileStatus, ImportFile, ImportRow, RowState
from app.imports.presenters.workbooks import failed_of
from app.imports.queries import Rehearsed, failed_rows, payload_of
from app.imports.queries.rosters import columns_for
from app.imports.queries.verdicts import NAME
from app.imports.rules.columns import APOSTROPHE, Column
from app.imports.rules.faults import Fault, from_rows
from app.web import Instant, canonical, instant
from app.web.text import visible


class ImportFaultJson(TypedDict):
    """What is wrong in a row: where, what stood there, why, what to do, and the process that would correct it."""

    field: str | None
    column: str
    value: str
    code: str
    detail: str
    todo: str
    severity: Literal["warning", "error"]
    process: NotRequired[str]


class ImportRowJson(TypedDict):
    """One row of a file: its place in the file, its sheet where there are several, its number in the sheet."""

    place: int
    sheet: str | None
    number: int
    name: str
    school: str | None
    state: RowState
    case: str | None
    faults: list[ImportFaultJson]


class ImportKindJson(TypedDict):
    """What a file is about."""

    key: str
    name: str


class ImportJson(TypedDict):
    """A file that was sent; `checked` is the share that has been checked, 0 to 1, `counts` its rows by state."""

    id: int
    kind: ImportKindJson
    name: str
    size: int
    status: FileStatus
    refusal: str | None
    notices: list[str]
    foreign_captions: list[str]
    checked: float
    counts: dict[str, int]
    received_at: Instant
    checked_at: Instant | None
    confirmed_at: Instant | None
    finished_at: Instant | None


class CaptionJson(TypedDict):
    """A caption that the office has matched by hand, and the field it means; empty: not to be read."""

    caption: str
    field: str


class SchoolBriefJson(TypedDict):
    """A school by its code."""

    code: str
    name: str


class ImportSchoolJson(TypedDict):
    """What an import means for one school: seats in all, used, children coming, seats left after them."""

    school: SchoolBriefJson
    counts: dict[str, int]
    total: int
    used: int
    coming: int
    left: int


def row_shown(kind: Kind, columns: Mapping[str, Column], row: ImportRow, cases: Mapping[int, str]) -> ImportRowJson:
    """One row: who, its state, each fault with column, value, code, sentence and what to do.

    columns -- the kind's, by their names
    """
    payload = payload_of(row.payload)
    typed: Mapping[str, Any] = payload.get("typed") or payload["values"]
    faults = from_rows(row.faults)
    ways = {each.way: place for place, each in reversed(list(enumerate(faults))) if each.way}
    return {
        "place": row.number,
        "sheet": row.sheet or None,
        "number": row.row,
        "name": visible(canonical.text(APOSTROPHE.sub("", str(typed.get(NAME, ""))))),
        "school": row.school.office.name if row.school else None,
        "state": row.state,
        "case": cases.get(row.case_id or 0),
        "faults": [
            _fault_shown(kind, columns, each, typed, each.way if ways.get(each.way) == place else "")
            for place, each in enumerate(faults)
        ],
    }


def _fault_shown(
    kind: Kind, columns: Mapping[str, Column], fault: Fault, typed: Mapping[str, Any], way: str
) -> ImportFaultJson:
    """One fault; `way` is the process that would correct it, named once a row."""
    shown: ImportFaultJson = {
        "field": fault.field or None,
        "column": columns[fault.field].caption if fault.field in columns else "",
        "value": _value_shown(kind, fault, typed),
        "code": fault.code,
        "detail": fault.detail,
        "todo": fault.todo,
        "severity": "warning" if fault.warning else "error",
    }
    if way:
        shown["process"] = way
    return shown


def columns_by_name(kind: Kind) -> dict[str, Column]:
    """The columns of a kind, the school's among them."""
    return {each.name: each for each in columns_for(kind, names_school=True)}


def _value_shown(kind: Kind, fault: Fault, typed: Mapping[str, Any]) -> str:
    """What stood in the cell; of a number its two ends only, as everywhere."""
    text = "" if fault.code == "E-CELL-DIGITS" else str(typed.get(fault.field, ""))  # its sentence shows what is left
    if fault.field in kind.masked:
        return ends_of(visible(text, 60))
    return visible(text)


def ends_of(number: str) -> str:
    """330102…0017: of a number of any length, right or wrong."""
    if len(number) <= 8:
        return number
    head = 6 if len(number) > 12 else 3
    return f"{number[:head]}{'*' * (len(number) - head - 4)}{number[-4:]}"[:40]


def failed_workbook(file: ImportFile, *, names_school: bool) -> bytes:
    """The rows with an error as their author wrote them, with what is wrong and what to do."""
    rows = (
        (payload.get("typed") or payload["values"], from_rows(row.faults))
        for row in failed_rows(file)
        for payload in (payload_of(row.payload),)
    )
    return failed_of(kind_of(file.kind, file.office_id), rows, names_school=names_school)


def file_json(file: ImportFile, kind: Kind, counts: Mapping[RowState, int]) -> ImportJson:
    """A file as programs read it."""
    return {
        "id": file.id,
        "kind": {"key": kind.key, "name": kind.name},
        "name": file.name,
        "size": file.size,
        "status": file.status,
        "refusal": file.refusal or None,
        "notices": file.notices,
        "foreign_captions": file.foreign_captions if file.can_be_matched else [],
        "checked": file.share / 1000,
        "counts": {state.value: counts[state] for state in RowState},
        "received_at": instant(file.received_at),
        "checked_at": instant(file.checked_at),
        "confirmed_at": instant(file.confirmed_at),
        "finished_at": instant(file.finished_at),
    }


def school_json(each: Rehearsed) -> ImportSchoolJson:
    """What the import means for one school, as programs read it."""
    return {
        "school": {"code": each.code, "name": each.school},
        "counts": {state.value: each.counts[state] for state in RowState},
        "total": each.total,
        "used": each.used,
        "coming": each.coming,
        "left": each.left,
    }
