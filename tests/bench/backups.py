"""A backup of the demo province, restored into an empty database."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.backup import back_up, restore
from app.database import db
from app.demo.loading import load
from app.start import initialise
from tests.bench import Figure
from tests.bench._cpu import spent
from tests.support.backups import house_on
from tests.support.databases import Postgres, Sqlite, postgres_answers

ROUNDS = 3


def _a_backup(folder: Path) -> tuple[Path, float]:
    """The file, and how many MB of rows it holds, as they are before they are packed."""
    (folder / "demo").mkdir()
    house = house_on(Sqlite(folder / "demo").url, folder / "papers")
    with house.app_context():
        initialise(lambda _line: None)
        load(lambda _line: None)
        manifest = back_up(folder / "demo.zip")
        db.session.rollback()
        db.engine.dispose()
    return folder / "demo.zip", sum(extent.bytes for extent in manifest.tables.values()) / 1e6


def _restored(kind: str, file: Path, folder: Path) -> float:
    """CPU seconds of client and database for all that `flask restore` does."""
    place = Postgres() if kind == "postgresql" else Sqlite(folder)
    house = house_on(place.url, folder / "papers")
    with house.app_context():
        db.session.connection()
        name = place.name if isinstance(place, Postgres) else None
        began = spent(name)
        restore(file)
        took = spent(name) - began
        db.session.rollback()
        place.close(db.engine)
    return took


def measure() -> Mapping[str, Figure]:
    """Rows of the demo province, on SQLite and where it answers on PostgreSQL."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        file, megabytes = _a_backup(Path(folder))
        for kind in ["sqlite", *(["postgresql"] if postgres_answers() else [])]:
            rates = []
            for turn in range(ROUNDS):
                apart = Path(folder) / f"{kind}{turn}"
                apart.mkdir()
                rates.append(megabytes / _restored(kind, file, apart))
            value, note = round(statistics.median(rates), 1), f"{kind}, {megabytes:.0f} MB of rows, unpacked"
            figures["restore.mb_per_s"] = figures[f"restore.mb_per_s.{kind}"] = Figure(
                value, "MB/CPU-s", "≥ 6", ROUNDS, note
            )
    return figures
