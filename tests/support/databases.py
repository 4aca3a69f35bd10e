"""The databases that tests run on: SQLite in a file, and PostgreSQL where a server answers."""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.schema import bring_to

SERVER = os.environ.get("XUEJI_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
on_sqlite = pytest.mark.parametrize("_prepared", ["sqlite"], indirect=True, scope="session")  # one database is enough
#: what SQLite cannot have: a second writer, a connection that somebody else ends
on_postgres = pytest.mark.parametrize("_prepared", ["postgresql"], indirect=True, scope="session")
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


#: of a table, by name: a revision that a test has undone and done again puts one at the end
COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = ''"
)
Kept = Any  # what a database held at a moment: a file, or the rows of each table and what its sequences had come to


class Sqlite:
    """A file; a test begins with a copy of the prepared one."""

    def __init__(self, folder: Path) -> None:
        self.file, self.prepared = folder / "test.db", folder / "prepared.db"
        self.url = f"sqlite:///{self.file}"
        self.copies = itertools.count(1)

    def remember(self, engine: sa.Engine) -> None:
        """What it holds now is what every test begins with."""
        self._copy(engine, self.prepared)

    def begin_anew(self, engine: sa.Engine) -> None:
        self.put_back(engine, self.prepared)

    def keep(self, engine: sa.Engine) -> Kept:
        """What it holds now, for `put_back`."""
        return self._copy(engine, self.prepared.with_name(f"kept{next(self.copies)}.db"))

    def _copy(self, engine: sa.Engine, copy: Path) -> Path:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(self.file, copy)
        return copy

    def put_back(self, engine: sa.Engine, kept: Kept) -> None:
        engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copy(kept, self.file)

    def close(self, engine: sa.Engine) -> None:
        engine.dispose()


class Postgres:
    """A database of its own, made for the run and dropped after it; a test begins with empty tables."""

    KEPT = ("alembic_version", "process", "process_version", "lawful_change")
    AUDIT = ("audit_chain", "audit_event")  # as they were when the database was prepared: they seal what is kept

    def __init__(self) -> None:
        if not postgres_answers():
            if MUST:
                pytest.fail(f"CI must test PostgreSQL, and no server answers at {SERVER}")
            pytest.skip("PostgreSQL: no server answers; set XUEJI_TEST_POSTGRES to test on it")
        self.name = f"xueji_test_{uuid.uuid4().hex[:10]}"
        self._server(f'CREATE DATABASE "{self.name}"')
        self._server(f'ALTER DATABASE "{self.name}" SET synchronous_commit = off')  # tests kill clients, not the server
        self.url = sa.make_url(SERVER).set(database=self.name).render_as_string(hide_password=False)

    def _server(self, statement: str) -> None:
        engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def remember(self, engine: sa.Engine) -> None:
        kept = ", ".join(f"'{name}'" for name in self.KEPT)
        names = [name for name in sa.inspect(engine).get_table_names() if name not in self.KEPT]
        self.filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
        counted = (
            "SELECT sequencename, start_value FROM pg_sequences WHERE schemaname = 'public' "
            "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = sequencename::regclass "
            f"AND refobjid IN (SELECT oid FROM pg_class WHERE relname IN ({kept})))"
        )
        with engine.begin() as connection:
            # asking PostgreSQL which have been used takes 20 ms: all are set back
            begins = connection.exec_driver_sql(counted).all()
            self.sequences = [name for name, _start in begins]
            self.counts_anew = ", ".join(f"setval('{name}', {start}, false)" for name, start in begins)
            connection.exec_driver_sql("CREATE SCHEMA prepared")
            for name in (*self.AUDIT, "process"):
                connection.exec_driver_sql(f"CREATE TABLE prepared.{name} AS SELECT * FROM {name}")
            self.published = connection.exec_driver_sql("SELECT max(id) FROM process_version").scalar_one()

    def begin_anew(self, engine: sa.Engine) -> None:
        """Empty what a test has filled. TRUNCATE of all tables writes a new file for each: 20 to 100 times as long."""
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key
            filled = connection.exec_driver_sql(self.filled).scalars().all()
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in filled))
            connection.exec_driver_sql(f"SELECT {self.counts_anew}")
            newer = connection.exec_driver_sql("DELETE FROM process_version WHERE id > %s", (self.published,))
            unlike = "SELECT FROM (TABLE process EXCEPT TABLE prepared.process) AS changed"
            if newer.rowcount or connection.exec_driver_sql(f"SELECT EXISTS ({unlike})").scalar_one():
                connection.exec_driver_sql("DELETE FROM process")
                connection.exec_driver_sql("INSERT INTO process SELECT * FROM prepared.process")
            for name in self.AUDIT:
                connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM prepared.{name}")
            connection.exec_driver_sql("SELECT setval('audit_seal', max(seal_number)) FROM audit_event")

    def keep(self, engine: sa.Engine) -> Kept:
        """What a test has put into a database that began anew, for `put_back`; versions of processes are none of it."""
        rows = {}
        with engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            for name in connection.exec_driver_sql(self.filled).scalars().all():
                columns = ", ".join(f'"{each}"' for each in connection.exec_driver_sql(COLUMNS, (name,)).scalars())
                with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" ({columns}) TO STDOUT') as content:
                    rows[name] = columns, b"".join(content)
            reached = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
            counted = dict(connection.exec_driver_sql(reached).all())
        return rows, {name: counted[name] for name in self.sequences if name in counted}

    def put_back(self, engine: sa.Engine, kept: Kept) -> None:
        """The same into a database that has just begun anew."""
        rows, sequences = kept
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for name in self.AUDIT:
                connection.exec_driver_sql(f"DELETE FROM {name}")
            raw: Any = connection.connection.dbapi_connection
            for name, (columns, content) in rows.items():
                with raw.cursor() as cursor, cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as table:
                    table.write(content)
            setting = ", ".join(f"setval('{name}', {value})" for name, value in sequences.items())
            connection.exec_driver_sql(f"SELECT {setting}")

    def close(self, engine: sa.Engine) -> None:
        engine.dispose()
        self._server(f'DROP DATABASE "{self.name}" WITH (FORCE)')


@contextmanager
def at_revision(dialect: str, folder: Path, revision: str) -> Iterator[sa.Engine]:
    """A second database of that kind, as it was at an earlier revision."""
    database = Sqlite(folder) if dialect == "sqlite" else Postgres()
    engine = sa.create_engine(database.url)
    with engine.begin() as connection:
        bring_to(connection, revision)
    yield engine
    database.close(engine)
