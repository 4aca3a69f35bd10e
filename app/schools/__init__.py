"""Schools, their grades and classes, and how many they may register."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """Offer offices, schools and quotas to programs."""
    from app.schools import api, plans  # noqa: F401

    app.register_blueprint(api.bp)
