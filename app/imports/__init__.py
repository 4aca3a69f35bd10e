"""Spreadsheets in: a workbook is read, checked row by row, rehearsed, and becomes cases."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Offer the package's pages to people and its verbs to programs."""
    from app.imports import api, commands, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.work_command)
