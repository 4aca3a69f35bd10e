"""The background loop: asks each package for what is due. Any number of them may run."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable

import click
from flask import Flask
from flask.cli import with_appcontext

from app.cases.commands import tick, work_on_migrations
from app.imports.commands import work as work_on_imports
from app.notifications.commands import work_on_mail, work_on_pushes

log = logging.getLogger("xueji.worker")
EVERY = 20.0  # seconds
IMPORTS_EVERY = MIGRATIONS_EVERY = 2.0  # seconds: somebody looks at the page and waits
NOTIFICATIONS_EVERY = 5.0  # seconds


def run(app: Flask, stop: threading.Event, work: Callable[[threading.Event], object], every: float) -> None:
    """Work until told to stop; what fails once is tried again next time."""
    while not stop.wait(every):
        try:
            with app.app_context():
                work(stop)
        except Exception:
            log.exception("the background work failed and will be tried again")


def beside(app: Flask) -> threading.Event:
    """Work in threads beside the server; set the event to end them. An import or a migration takes
    minutes and holds up no clock, a mail server that does not answer holds up no push."""
    stop = threading.Event()
    works: tuple[tuple[str, Callable[[threading.Event], object], float], ...] = (
        ("clock", lambda _stop: tick(), EVERY),
        ("imports", work_on_imports, IMPORTS_EVERY),
        ("migrations", work_on_migrations, MIGRATIONS_EVERY),
        ("mail", work_on_mail, NOTIFICATIONS_EVERY),
        ("pushes", work_on_pushes, NOTIFICATIONS_EVERY),
    )
    for name, work, every in works:
        threading.Thread(target=run, args=(app, stop, work, every), name=name, daemon=True).start()
    return stop


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Work the background queue until interrupted."""
    from flask import current_app

    gc.freeze()  # what was loaded stays: each collection would go through it again, for a tenth of an import's time
    beside(current_app._get_current_object()).wait()  # type: ignore[attr-defined]
