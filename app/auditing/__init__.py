"""The auditor's desk: who did what and when, and whether the chain still holds."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Pages and calls for auditors, and for nobody else."""
    from app.auditing import api, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
