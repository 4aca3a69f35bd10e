"""What was typed when a session ended is kept for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "s02"
down_revision = "s01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unsent_form",
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name="fk_unsent_form_sign_in_id"),
        sa.PrimaryKeyConstraint("sign_in_id", name="pk_unsent_form"),
    )
    op.create_index("ix_unsent_form_at", "unsent_form", ["at"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
