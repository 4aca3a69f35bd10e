"""问题学籍: a contested record is settled between the schools."""

from __future__ import annotations

from flask import Flask

KEYS = ("contested_record",)


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.contests import examples, precheck  # noqa: F401
