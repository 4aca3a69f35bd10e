"""Tables to watch by: plan against registered, children who were refused, what changed after the lock."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Pages and calls for bureaus."""
    from app.reports import api, views

    app.register_blueprint(views.tables.bp)
    app.register_blueprint(api.bp)
