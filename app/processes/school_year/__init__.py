"""学年: a whole school is promoted, graduates, verifies its roll."""

from __future__ import annotations

from flask import Flask

KEYS = ("promotion", "graduation", "roll_verification", "school_reversal")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.school_year import examples, precheck, service_tasks  # noqa: F401
