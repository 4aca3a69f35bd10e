"""A file and its rows as the office that sent them may see them: on a page, and by programs. Numbers are masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.imports.checking import NAME, columns_for
from app.imports.columns import Column
from app.imports.faults import Fault, from_rows
from app.imports.kinds import Kind, kind_of
from app.imports.models import ImportFile, ImportRow, RowState
from app.imports.queries import Rehearsed, failed_rows, payload_of
from app.imports.template import failed_of
from app.interface import instant


def row_shown(kind: Kind, columns: Mapping[str, Column], row: ImportRow, cases: Mapping[int, str]) -> dict[str, Any]:
    """One row: who, its state, each fault with column, value, code, sentence and what to do.

    columns -- the kind's, by their names
    """
    payload = payload_of(row.payload)
    typed: Mapping[str, Any] = payload.get("typed") or payload["values"]
    return {
        "number": row.number,
        "name": str(typed.get(NAME, "")),
        "school": row.school.office.name if row.school else None,
        "state": row.state.value,
        "case": cases.get(row.case_id or 0),
        "faults": [
            {
                "field": each.field or None,
                "column": columns[each.field].caption if each.field in columns else "",
                "value": _value_shown(kind, each, typed),
                "code": each.code,
                "detail": each.detail,
                "todo": each.todo,
                "severity": "warning" if each.warning else "error",
            }
            for each in from_rows(row.faults)
        ],
    }


def columns_by_name(kind: Kind) -> dict[str, Column]:
    """The columns of a kind, the school's among them."""
    return {each.name: each for each in columns_for(kind, names_school=True)}


def _value_shown(kind: Kind, fault: Fault, typed: Mapping[str, Any]) -> str:
    """What stood in the cell; of a number its two ends only, as everywhere."""
    text = "" if fault.code == "E-CELL-DIGITS" else str(typed.get(fault.field, ""))  # its sentence shows what is left
    if fault.field in kind.masked:
        return ends_of(text)
    return text if len(text) <= 40 else text[:40] + "…"


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
    return failed_of(kind_of(file.kind), rows, names_school=names_school)


def file_json(file: ImportFile, kind: Kind, counts: Mapping[RowState, int]) -> dict[str, Any]:
    """A file as programs read it."""
    return {
        "id": file.id,
        "kind": {"key": kind.key, "name": kind.name},
        "name": file.name,
        "size": file.size,
        "status": file.status.value,
        "refusal": file.refusal or None,
        "notices": file.notices,
        "checked": file.share / 1000,
        "counts": {state.value: counts[state] for state in RowState},
        "received_at": instant(file.received_at),
        "checked_at": instant(file.checked_at),
        "confirmed_at": instant(file.confirmed_at),
        "finished_at": instant(file.finished_at),
    }


def school_json(each: Rehearsed) -> dict[str, Any]:
    """What the import means for one school, as programs read it."""
    return {
        "school": {"code": each.code, "name": each.school},
        "counts": {state.value: each.counts[state] for state in RowState},
        "total": each.total,
        "used": each.used,
        "coming": each.coming,
        "left": each.left,
    }
