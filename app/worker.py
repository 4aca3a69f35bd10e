"""The background loop: asks each room for what is due. Any number of them may run."""

from __future__ import annotations

import logging
import threading

import click
from flask import Flask
from flask.cli import with_appcontext

from app.cases.commands import tick

log = logging.getLogger("xueji.worker")
EVERY = 20.0  # seconds


def run(app: Flask, stop: threading.Event) -> None:
    """Work until told to stop; what fails once is tried again next time."""
    while not stop.wait(EVERY):
        try:
            with app.app_context():
                tick()
        except Exception:
            log.exception("the background work failed and will be tried again")


def beside(app: Flask) -> threading.Event:
    """Work in a thread beside the server; set the event to end it."""
    stop = threading.Event()
    threading.Thread(target=run, args=(app, stop), name="worker", daemon=True).start()
    return stop


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Work the background queue until interrupted."""
    from flask import current_app

    run(current_app._get_current_object(), threading.Event())  # type: ignore[attr-defined]
