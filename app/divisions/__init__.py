"""Province, cities, counties; the bureaus and their superiors; who answers for whom."""

from __future__ import annotations

from flask import Flask


def init_app(_app: Flask) -> None:
    """Let forms ask for a county and a country. No pages here: the interface to offices stands with the schools."""
    from app.divisions import formats
    from app.divisions.rules import countries

    formats.offer()
    countries.offer()
