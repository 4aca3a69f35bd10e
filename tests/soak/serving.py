"""`python -m tests.soak.serving`: one process of the soak, which may be killed at any moment.

Its standard input says which: the database, the papers' folder, the moment it begins at, and the port; no port is a
worker, which does over and over what is due.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time

from flask import Flask
from waitress import serve

from app import clock, create_app
from app.cases import commands


def an_app(url: str, attachments: str) -> Flask:
    """The application as the tests know its keys, with the error answers of a real one."""
    return create_app(
        {
            "SQLALCHEMY_ENGINES": {"default": {"url": url, "pool_pre_ping": True}},
            "SECRET_KEY": "a secret for tests only",
            "FIELD_KEY": "a field key for tests only",
            "EMBEDDED": url.startswith("sqlite"),
            "PASSWORD_COST": (1, 8, 1),
            "PROFILE": "zj-2010",
            "ATTACHMENTS": attachments,
        }
    )


def main() -> None:
    """Serve or work until killed."""
    told = json.loads(sys.stdin.readline())
    logging.basicConfig(level=logging.ERROR, filename=told["log"])
    clock.set_to(dt.datetime.fromisoformat(told["moment"]))
    app = an_app(told["url"], told["attachments"])
    if told["port"]:
        serve(app, host="127.0.0.1", port=told["port"], threads=12, ident=None)
        return
    while True:
        try:
            with app.app_context():
                commands.tick()
        except Exception:
            logging.exception("the worker failed and goes on")
        time.sleep(0.2)


if __name__ == "__main__":
    main()
