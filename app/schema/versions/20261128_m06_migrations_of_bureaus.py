"""A migration of the province and one of each bureau's variant may be open at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m06"
down_revision = "p03"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('proposed', 'running', 'undoing')")


def upgrade() -> None:
    op.drop_index("ix_case_migration_open", "case_migration")
    op.create_index(
        "ix_case_migration_open",
        "case_migration",
        ["process_key", "office_id"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
