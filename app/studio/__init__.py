"""The studio: processes as their analysts draw them and publishers publish them – drafts, proposals, the catalogue."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Its pages, its calls and its command."""
    from app.studio import api, commands, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.group)
