"""The shelf of published processes: editions of diagrams, forms and tables."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """The shelf has no pages of its own yet: cases show what stands on it."""
