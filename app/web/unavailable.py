"""Database down or disk full: 503 with Retry-After, and a page that keeps what was typed."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app, g, jsonify, render_template, request
from flask_wtf.csrf import generate_csrf

from app.access import ANYONE, allow
from app.database import db
from app.web import refilled_forms

log = logging.getLogger("xueji")
RETRY_AFTER = 30  # seconds
LEAST_FREE = 64 * 1024 * 1024  # bytes that a disk must have left to take more
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
STATES = ("08", "53", "57P")  # PostgreSQL: connection, resources, shut down
OF_SQLITE = ("disk is full", "disk I/O error", "unable to open database", "readonly database", "database is locked")
LOST = "8s2b"  # SQLAlchemy: the transaction cannot go on, its connection has been invalidated
SENTENCE = "系统暂时不能办理：数据库不可用或磁盘已满。您的操作没有生效，请稍后再试。"


def is_unavailable(error: BaseException | None) -> bool:
    """True when not the request is at fault but what it needs: the database, its connection, room on a disk.

    Also when something else failed because of that: what was raised while a lost connection was handled.
    """
    while error is not None:
        if _is_fault_of_what_we_need(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_fault_of_what_we_need(error: BaseException) -> bool:
    match error:
        case sa.exc.TimeoutError():  # no connection was free in time
            return True
        case sa.exc.PendingRollbackError():  # the connection was lost, and somebody went on
            return error.code == LOST
        case sa.exc.DBAPIError():
            state = getattr(error.orig, "sqlstate", None) or ""
            if error.connection_invalidated or state.startswith(STATES):
                return True
            said = str(error.orig)
            if any(each in said for each in OF_SQLITE):
                return True
            return isinstance(error, sa.exc.OperationalError) and db.engine.dialect.name == "postgresql" and not state
        case OSError():
            return error.errno in NO_ROOM
    return False


def answer(error: BaseException) -> Any:
    """503: a problem for programs, for people a page from which the same form can be sent again."""
    log.error("unavailable on %s: %s", request.endpoint, type(error).__name__, exc_info=error)
    g.retry_after = RETRY_AFTER
    fields: list[list[str]] = []
    files: list[str] = []
    if request.method == "POST" and not request.path.startswith("/api/"):
        typed = refilled_forms.captured(0, 0.0)
        fields, files = (typed.fields, typed.files) if typed else ([], [])
        if key := request.form.get("key"):  # the same key: should it have been done after all, it is done once
            fields = [*[each for each in fields if each[0] != "key"], ["key", key]]
    g.unavailable = True
    page = render_template(
        "errors/unavailable.html",
        sentence=SENTENCE,
        fields=fields,
        files=files,
        token=generate_csrf(),
        again=request.full_path.rstrip("?") if request.method == "GET" else None,
        action=request.path,
    )
    return page, 503, {"Retry-After": str(RETRY_AFTER)}


@allow(ANYONE)
def healthz() -> Any:
    """200 once the system can serve."""
    return jsonify(status="ok")


@allow(ANYONE)
def readyz() -> Any:
    """200 when the database answers and there is room for files; else 503, and which of them is at fault."""
    faults = [name for name, asked in (("database", _database), ("disk", _disk)) if not asked()]
    if not faults:
        return jsonify(status="ok")
    g.retry_after = RETRY_AFTER
    return jsonify(status="unavailable", faults=faults), 503


def _database() -> bool:
    try:
        db.session.execute(sa.text("SELECT 1 FROM alembic_version"))
        db.session.rollback()
    except sa.exc.SQLAlchemyError:
        return False
    return True


def _disk() -> bool:
    """Room in the folder of papers and, where the database is a file, beside it."""
    folders = [Path(current_app.config.get("ATTACHMENTS") or ".")]
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    if file and file != ":memory:":
        folders.append(Path(file).parent)
    for folder in folders:
        present = next((each for each in (folder, *folder.parents) if each.exists()), Path("."))
        try:
            if shutil.disk_usage(present).free < LEAST_FREE or not os.access(present, os.W_OK):
                return False
        except OSError:
            return False
    return True
