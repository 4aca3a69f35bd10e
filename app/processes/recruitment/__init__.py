"""跨区域招生: a school's scope, its plans, and the lists of children under them."""

from __future__ import annotations

from flask import Flask

KEYS = ("recruiting_scope", "plan_cross_county", "plan_cross_city", "recruitment_roster", "roster_child")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.recruitment import examples, hooks, models, precheck, service_tasks  # noqa: F401
    from app.processes.recruitment.api import plans as plans_api
    from app.processes.recruitment.api import rosters as rosters_api
    from app.processes.recruitment.views import plans, rosters

    for blueprint in (plans.bp, plans_api.bp, rosters.bp, rosters_api.bp):
        app.register_blueprint(blueprint)
