"""The working calendar goes on: years after those shipped come from the State Council's notices."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Tell the clock what was imported; the page of the system administrator, the command."""
    from app.calendars import commands, queries, views

    app.before_request(queries.keep_up)
    app.register_blueprint(views.bp)
    app.cli.add_command(commands.group)
