"""核定学籍总数: how many children a school may register."""

from __future__ import annotations

from flask import Blueprint, Flask

bp = Blueprint("quotas", __name__, template_folder="templates")  # its part of other pages
KEYS = ("quota_setting", "quota_change")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.quotas import hooks, precheck, service_tasks  # noqa: F401

    app.register_blueprint(bp)
