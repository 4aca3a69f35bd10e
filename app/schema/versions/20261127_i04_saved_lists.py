"""Lists under a name, and cases that somebody follows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "i04"
down_revision = "i03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_saved_list_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_saved_list_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_list"),
        sa.UniqueConstraint("office_id", "user_id", "name", name="uq_saved_list_office_id_user_id_name"),
    )
    op.create_index("ix_saved_list_office", "saved_list", ["office_id", "shared"])
    op.create_table(
        "star",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_star_user_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_star_case_id"),
        sa.PrimaryKeyConstraint("user_id", "case_id", name="pk_star"),
    )
    op.create_index("ix_star_case_id", "star", ["case_id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
