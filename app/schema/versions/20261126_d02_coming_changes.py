"""Changes agreed to for a later day."""

import sqlalchemy as sa
from alembic import op

revision = "d02"
down_revision = "d01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coming_change",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("takes_effect_on", sa.Date(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_coming_change_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_coming_change"),
    )
    waits = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_coming_change_due", "coming_change", ["takes_effect_on"], sqlite_where=waits, postgresql_where=waits
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
