"""Messages to and from other provinces: written with the decision, sent by the worker after it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Read who stands for the other provinces; the package has no pages of its own."""
    app.config.setdefault("OTHER_PROVINCES", "none")
