"""The office's day: what waits, what is late, what was told."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """The front page of whoever decides."""
    from app.inbox import api, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
