"""学籍异动: one child's enrolment changes at the school that keeps it."""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("changes", __name__, template_folder="templates")  # its part of other pages
KEYS = (
    "suspension",
    "suspension_renewal",
    "resumption",
    "withdrawal",
    "skip",
    "repeat",
    "death",
    "abroad",
    "drop_out",
    "return_to_school",
    "reinstatement",
    "class_change",
)


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.changes import examples, hooks, models, precheck, service_tasks  # noqa: F401

    app.register_blueprint(bp)
