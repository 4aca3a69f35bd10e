"""The databases that tests run on: SQLite in a file, and PostgreSQL where a server answers."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

SERVER = os.environ.get("XUEJI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
on_sqlite = pytest.mark.parametrize("_prepared", ["sqlite"], indirect=True, scope="session")  # one database is enough
MUST = os.environ.get("CI") == "true"  # in CI a missing server is a failure, never a skip


def postgres_answers() -> bool:
    """True when the test server accepts a connection."""
    engine = sa.create_engine(SERVER, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except sa.exc.OperationalError:
        return False
    finally:
        engine.dispose()


class Sqlite:
    """A file; a test begins with a copy of the prepared one."""

    def __init__(self, folder: Path) -> None:
        self.file, self.prepared = folder / "test.db", folder / "prepared.db"
        self.url = f"sqlite:///{self.file}"

    def remember(self, engine: sa.Engine) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(self.file, self.prepared)

    def begin_anew(self, engine: sa.Engine) -> None:
        engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.prepared, self.file)

    def close(self, engine: sa.Engine) -> None:
        engine.dispose()


class Postgres:
    """A database of its own, made for the run and dropped after it; a test begins with empty tables."""

    KEPT = ("alembic_version", "process", "process_version", "lawful_change")

    def __init__(self) -> None:
        if not postgres_answers():
            if MUST:
                pytest.fail(f"CI must test PostgreSQL, and no server answers at {SERVER}")
            pytest.skip("PostgreSQL: no server answers; set XUEJI_TEST_POSTGRES to test on it")
        self.name = f"xueji_test_{uuid.uuid4().hex[:10]}"
        self._server(f'CREATE DATABASE "{self.name}"')
        self.url = sa.make_url(SERVER).set(database=self.name).render_as_string(hide_password=False)

    def _server(self, statement: str) -> None:
        engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def remember(self, engine: sa.Engine) -> None:
        names = [name for name in sa.inspect(engine).get_table_names() if name not in self.KEPT]
        self.truncate = f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"

    def begin_anew(self, engine: sa.Engine) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(self.truncate)

    def close(self, engine: sa.Engine) -> None:
        engine.dispose()
        self._server(f'DROP DATABASE "{self.name}" WITH (FORCE)')
