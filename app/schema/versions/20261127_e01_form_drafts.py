"""What is typed into a form is kept before it is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e01"
down_revision = "t05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_form_draft_user_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_form_draft_office_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_form_draft_task_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_form_draft_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_form_draft"),
        sa.UniqueConstraint("user_id", "office_id", "duty", "place", name="uq_form_draft_user_id_office_id_duty_place"),
    )
    op.create_index("ix_form_draft_saved_at", "form_draft", ["saved_at"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
