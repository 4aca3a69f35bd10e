"""The database's schema: dated revisions, forward only, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import audit


def configuration(connection: sa.Connection) -> Config:
    """Alembic's configuration for a connection that the caller has opened (and will commit)."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the database to the newest revision, in one transaction; nothing happens when it is there."""
    with engine.begin() as connection:
        if revision_of(connection) not in (None, newest()):
            audit.drop_triggers(connection)
        bring_to(connection, "head")


def bring_to(connection: sa.Connection, revision: str) -> None:
    """The same in a transaction of the caller's, up to any revision."""
    command.upgrade(configuration(connection), revision)


def revision_of(connection: sa.Connection) -> str | None:
    """The revision at which the database stands, None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The revision to which an upgrade leads."""
    return str(ScriptDirectory(str(Path(__file__).parent)).get_current_head())


def known_revisions() -> set[str]:
    """Every revision that this program can bring a database to."""
    script = ScriptDirectory(str(Path(__file__).parent))
    return {script.revision for script in script.walk_revisions()}
