"""人员与岗位: who is proposed for which post, who grants it, what becomes of a leaving person's tasks."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """The leader's and the security administrator's pages, and what the clock does with posts and accounts."""
    from app.personnel import api, commands, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
