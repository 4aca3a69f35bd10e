"""The version of every task, by which the figures of a step are counted."""

import sqlalchemy as sa
from alembic import op

revision = "m04"
down_revision = "m03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a plain column, added in place: the triggers of the table stay
    op.add_column("task", sa.Column("version_id", sa.Integer(), nullable=True))
    op.execute("UPDATE task SET version_id = (SELECT version_id FROM cases WHERE cases.id = task.case_id)")
    for name, status, by in (("ix_task_step_open", "open", "deadline"), ("ix_task_step_done", "done", "ended_at")):
        where = sa.text(f"status = '{status}'")
        op.create_index(name, "task", ["version_id", "key", by, "id"], postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
