"""更正撤销: a finished change of one child is taken back."""

from __future__ import annotations

from flask import Flask

KEYS = ("reversal",)


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.reversal import examples, precheck  # noqa: F401
