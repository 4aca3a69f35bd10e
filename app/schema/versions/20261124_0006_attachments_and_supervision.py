"""Attachments as files with their hash in the row; supervision of overdue tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("attachment")  # nothing has ever written to it
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_attachment_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_attachment_task_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_attachment_office_id"),
        sa.ForeignKeyConstraint(["added_by"], ["app_user.id"], name="fk_attachment_added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("case_id", "sha256", name="uq_attachment_case_id_sha256"),
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("opinion", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_supervision_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_supervision_task_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_supervision_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_supervision_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_supervision"),
    )
    op.create_index("ix_supervision_case_id", "supervision", ["case_id"])
    # in one statement, as SQLite takes a key only together with its column
    op.execute(
        "ALTER TABLE notice ADD COLUMN supervision_id INTEGER"
        " CONSTRAINT fk_notice_supervision_id REFERENCES supervision (id)"
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
