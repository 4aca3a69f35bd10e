"""Alembic's entry: the same revisions on both engines; called with a connection by `app.schema.upgrade`."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext

from app.database import Json, Model, UtcDateTime
from app.encryption import Sealed


def render(kind: str, item: object, _autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones, so that a revision imports nothing of the application."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        return "sa.Text()"
    if isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return False


connection: sa.Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=True,
    render_item=render,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
