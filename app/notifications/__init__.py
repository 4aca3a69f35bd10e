"""Notices on their way to people and systems outside: mail, digests, webhooks. In the page they stand already."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """One's own preferences, the offices' webhooks, and what the clock and the worker do for both."""
    from app.notifications import api, commands, views

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.mail_command)
