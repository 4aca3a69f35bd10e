"""办理设置: what a bureau may set of a process by date, where the product ships a value."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """The pages on which offices set it, and the same for programs."""
    from app.office_settings import api, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
