"""推迟锁定: the province moves the September lock."""

from __future__ import annotations

from flask import Flask

KEYS = ("lock_postponement",)


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.lock_postponement import examples, precheck  # noqa: F401
