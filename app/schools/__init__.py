"""Schools, their grades and classes, and how many they may register."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Offer offices, schools and quotas to programs."""
    from app.schools import api

    app.register_blueprint(api.bp)
