"""学校撤并更名与划转: everything that hangs on a school moves with it."""

from __future__ import annotations

from flask import Flask

KEYS = ("school_reorganisation",)


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.reorganisation import examples, hooks, precheck, service_tasks  # noqa: F401
