"""The application: settings, database, packages and error pages come together here, and only here."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import (
    auditing,
    calendars,
    cases,
    clock,
    definitions,
    divisions,
    exchange,
    help,
    identity,
    imports,
    inbox,
    notifications,
    office_settings,
    personnel,
    processes,
    reports,
    schools,
    settings,
    students,
    studio,
    web,
)
from app.database import db
from app.web.proxies import NamedProxies

PACKAGES = (
    divisions,
    schools,
    identity,
    students,
    definitions,
    exchange,
    calendars,
    office_settings,
    cases,
    processes,
    inbox,
    notifications,
    personnel,
    help,
    imports,
    auditing,
    reports,
    studio,
)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Build the application. `overrides` replace configuration (tests); the environment decides the rest."""
    app = Flask(__name__, instance_path=str(settings.instance_folder()))
    configure(app, overrides or {})
    db.init_app(app)
    close_nothing_asynchronous(app)
    web.prepare(app)
    app.wsgi_app = NamedProxies(app.wsgi_app, app.config.get("PROXIES", ()))  # type: ignore[method-assign]
    for package in PACKAGES:
        package.init_app(app)
    add_commands(app)
    return app


def close_nothing_asynchronous(app: Flask) -> None:
    """No session here is asynchronous: closing none of them would cost an event loop at every request."""
    closing = app.teardown_appcontext_funcs
    closing[:] = [each for each in closing if not inspect.iscoroutinefunction(each)]


def add_commands(app: Flask) -> None:
    """The commands that belong to the application and to no package."""
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
        settings.make_private(Path(app.instance_path))
        read = settings.read(Path(app.instance_path))
        app.config.update(
            SECRET_KEY=read.secret_key,
            FIELD_KEY=read.field_key,
            PROFILE=read.profile,
            OTHER_PROVINCES=read.other_provinces,
            EMBEDDED=read.embedded,
            ATTACHMENTS=str(read.attachments),
            PROXIES=read.proxies,
            URL=read.url,
            MAIL=read.mail,
            WEBHOOK_NETWORKS=read.webhook_networks,
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
    for name, options in app.config["SQLALCHEMY_ENGINES"].items():
        given = options if isinstance(options, dict) else {"url": options}
        app.config["SQLALCHEMY_ENGINES"][name] = {"hide_parameters": True, **given}  # children's data is in them


def engine_options(url: str) -> dict[str, Any]:
    """SQLAlchemy's options for a database address."""
    if url.startswith("sqlite"):
        return {"url": url}
    return {"url": sa.make_url(url), "pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}
