"""Reads of the audit, and what they are compared with."""

from app.auditing.queries.entries import Line, Place, Wanted, codes_of, lines, office_names

__all__ = [
    "Line",
    "Place",
    "Wanted",
    "codes_of",
    "lines",
    "office_names",
]
