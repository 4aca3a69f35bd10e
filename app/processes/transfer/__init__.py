"""转学: a child moves to another school of the province, and its papers follow."""

from __future__ import annotations

from flask import Flask

KEYS = ("transfer", "paper_archive")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.transfer import api, hooks, precheck, service_tasks, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
