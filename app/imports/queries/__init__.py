"""Reads of imports, of the files themselves, and of what the province knows about their rows."""

from app.imports.queries.imports import (
    AT_ONCE,
    Rehearsed,
    case_numbers,
    checker_for,
    correction_of,
    counts_of,
    failed_rows,
    file_for,
    files_of,
    matches_of,
    payload_of,
    rehearse,
    rows_of,
    schools_by_id,
)

__all__ = [
    "AT_ONCE",
    "Rehearsed",
    "case_numbers",
    "checker_for",
    "correction_of",
    "counts_of",
    "failed_rows",
    "file_for",
    "files_of",
    "matches_of",
    "payload_of",
    "rehearse",
    "rows_of",
    "schools_by_id",
]
