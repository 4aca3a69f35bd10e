"""Changes by their school, for the page where it applies; the contests that nobody has settled yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "l06"
down_revision = "l05"
branch_labels = None
depends_on = None

OPEN = sa.text("cleared_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_change_school", "change", ["school_id", "code", "effective_on"])
    op.create_index("ix_contest_open", "contest", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
