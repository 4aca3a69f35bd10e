"""Cases, tasks and decisions: one application travelling through one process."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """Offer the room's verbs to diagrams, its pages to people, its clock to the worker."""
    from app.cases import api, applications, children_api, commands, desk_api, roster_api, service_tasks, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(applications.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.tick_command)
