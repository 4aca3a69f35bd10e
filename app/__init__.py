"""The house: settings, database, rooms and error pages come together here, and only here."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import (
    auditing,
    calendars,
    cases,
    clock,
    divisions,
    exchange,
    identity,
    imports,
    inbox,
    interface,
    processes,
    reports,
    schools,
    settings,
    students,
)
from app.database import db

ROOMS = (
    divisions,
    schools,
    identity,
    students,
    processes,
    exchange,
    calendars,
    cases,
    inbox,
    imports,
    auditing,
    reports,
)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Build the application. `overrides` replace configuration (tests); the environment decides the rest."""
    app = Flask(__name__, instance_path=str(Path(__file__).resolve().parent.parent / "instance"))
    configure(app, overrides or {})
    db.init_app(app)
    close_nothing_asynchronous(app)
    interface.prepare(app)
    if proxies := app.config.get("PROXIES", 0):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    for room in ROOMS:
        room.move_in(app)
    add_commands(app)
    return app


def close_nothing_asynchronous(app: Flask) -> None:
    """No session of this house is asynchronous: closing none of them would cost an event loop at every request."""
    closing = app.teardown_appcontext_funcs
    closing[:] = [each for each in closing if not inspect.iscoroutinefunction(each)]


def add_commands(app: Flask) -> None:
    """The commands that belong to the house and to no room."""
    from app import start, worker
    from app.audit_command import group
    from app.backup.commands import backup_command, restore_command
    from app.demo.commands import demo_command

    for command in (start.init_command, worker.worker_command, group, demo_command, backup_command, restore_command):
        app.cli.add_command(command)


def configure(app: Flask, overrides: dict[str, Any]) -> None:
    """Fill the configuration from the environment, then from `overrides`."""
    if "SQLALCHEMY_ENGINES" not in overrides:
        clock.start_from_environment()
        read = settings.read(Path(app.instance_path))
        app.config.update(
            SECRET_KEY=read.secret_key,
            FIELD_KEY=read.field_key,
            PROFILE=read.profile,
            OTHER_PROVINCES=read.other_provinces,
            EMBEDDED=read.embedded,
            ATTACHMENTS=str(read.attachments),
            PROXIES=read.proxies,
            SQLALCHEMY_ENGINES={"default": engine_options(read.database_url)},
        )
    app.config.update(
        PROFILE=app.config.get("PROFILE", "zj-2010"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="xueji",
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_CHECK_DEFAULT=False,  # `interface` asks for it, except where a bearer token signs the request
    )
    app.config.update(overrides)


def engine_options(url: str) -> dict[str, Any]:
    """SQLAlchemy's options for a database address."""
    if url.startswith("sqlite"):
        return {"url": url}
    return {"url": sa.make_url(url), "pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}
