"""Process definitions: published versions of diagrams, forms and decision tables; a case pins one for life."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Definitions have no pages of their own: cases show what is published."""
