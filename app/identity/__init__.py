"""Who signs in, and in which posts they act."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Recognise whoever calls; the sign-in page, the posts, the commands."""
    from app.identity import api, commands
    from app.identity.views import account, accounts

    account.install(app)
    app.register_blueprint(account.bp)
    app.register_blueprint(accounts.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.group)
