"""When a task is to be reminded of next, and deadlines that a calendar which came late has moved."""

import sqlalchemy as sa
from alembic import op

revision = "q03"
down_revision = "q02"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.add_column("task", sa.Column("remind_at", MOMENT, nullable=True))
    op.create_index("ix_task_remind", "task", ["remind_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.add_column("notice", sa.Column("deadline_before", MOMENT, nullable=True))
    op.add_column("calendar_year", sa.Column("moves", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
