"""`python -m app`: bring the database up, load the demo province into an empty one, serve, and work the background."""

from __future__ import annotations

import logging
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from waitress import serve

from app import create_app, settings, worker
from app.database import db
from app.start import bring_up


def main() -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = create_app()
    with app.app_context():
        bring_up(print)
        load_demo_into_empty(app)
    worker.beside(app)
    port = settings.read(Path(app.instance_path)).port
    print(f"学籍系统已启动： http://127.0.0.1:{port}  （Ctrl+C 停止）", flush=True)
    serve(app, host="127.0.0.1", port=port, threads=8, ident=None)


def load_demo_into_empty(app: Flask) -> None:
    """The demo province, where there is nobody yet and the database is the embedded one."""
    from app import demo
    from app.identity.models import User

    if db.session.scalar(sa.select(User.id).limit(1)) is None and app.config["EMBEDDED"]:
        demo.load(print)


if __name__ == "__main__":
    main()
