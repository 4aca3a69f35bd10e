"""注册建档: new children and graduates enter a school."""

from __future__ import annotations

from flask import Flask

KEYS = ("registration_primary", "registration_stage", "late_registration", "home_return")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.registration import examples, hooks, precheck, service_tasks  # noqa: F401
