"""Indexes for the orders and conditions of an inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "i02"
down_revision = "t03"
branch_labels = None
depends_on = None

OPEN, SENT_BACK = sa.text("status = 'open'"), sa.text("outcome = 'send_back'")


def upgrade() -> None:
    for name, columns in (
        ("ix_task_open_arrived", ["office_id", "duty", "arrived_at", "id", "case_id"]),
        ("ix_task_number", ["office_id", "duty", "case_id", "id"]),
        ("ix_task_step", ["office_id", "duty", "key", "deadline", "id", "case_id"]),
    ):
        op.create_index(name, "task", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "ix_decision_sent_back", "decision", ["case_id"], sqlite_where=SENT_BACK, postgresql_where=SENT_BACK
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
