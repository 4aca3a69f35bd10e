"""省际转学: a child comes from another province, or goes to one."""

from __future__ import annotations

from flask import Flask

KEYS = ("arrival", "departure")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.arrival import examples, hooks, precheck, service_tasks  # noqa: F401
