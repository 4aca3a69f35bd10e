"""帮助: what each duty does in the pages, step by step, with pictures that the tests take."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """The pages of help, one click from every other."""
    from app.help import views

    app.register_blueprint(views.bp)
