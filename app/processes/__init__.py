"""Processes: a folder for each, or for a family of them.

A folder holds what is particular to its processes: the precheck, the verbs that only its diagrams call, its hooks into
the engine, and pages and tables of its own. `KEYS` of each says which processes it holds.
"""

from __future__ import annotations

from flask import Flask

from app.processes import (
    arrival,
    changes,
    contests,
    corrections,
    lock_postponement,
    quotas,
    recruitment,
    registration,
    reorganisation,
    reversal,
    school_year,
    transfer,
)

FAMILIES = (
    arrival,
    changes,
    contests,
    corrections,
    lock_postponement,
    quotas,
    recruitment,
    registration,
    reorganisation,
    reversal,
    school_year,
    transfer,
)


def init_app(app: Flask) -> None:
    """Register what every process adds to the engine."""
    for family in FAMILIES:
        family.init_app(app)
