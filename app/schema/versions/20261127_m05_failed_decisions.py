"""Decisions that a fault has undone, kept until one succeeds."""

import sqlalchemy as sa
from alembic import op

revision = "m05"
down_revision = "m04"
branch_labels = None
depends_on = None
STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "failed_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("since", moment, nullable=False),
        sa.Column("latest", moment, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_failed_decision_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_failed_decision_task_id"),
        sa.PrimaryKeyConstraint("id", name="pk_failed_decision"),
    )
    op.create_index(
        "ix_failed_decision_standing",
        "failed_decision",
        ["task_id", "cause"],
        unique=True,
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
