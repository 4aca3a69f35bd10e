"""跨区域招生: a school's scope, its plans, and the lists of children under them."""

from __future__ import annotations

from flask import Flask

KEYS = ("recruiting_scope", "plan_cross_county", "plan_cross_city", "recruitment_roster", "roster_child")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.recruitment import api, hooks, models, precheck, service_tasks, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
