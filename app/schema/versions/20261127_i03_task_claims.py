"""Who of a post has taken which task to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "i03"
down_revision = "i02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_claim",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_claim_task_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_task_claim_user_id"),
        sa.PrimaryKeyConstraint("task_id", name="pk_task_claim"),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
