"""Wrong passwords count by account and place; where an account's owner has signed in from is known again."""

import sqlalchemy as sa
from alembic import op

revision = "s01"
down_revision = "d03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failed_sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("place_hash", sa.String(length=32), nullable=False),
        sa.Column("address_hash", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locks", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_failed_sign_in_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_in"),
    )
    op.create_index("ix_failed_sign_in_name", "failed_sign_in", ["name_hash", "at"])
    op.create_index("ix_failed_sign_in_address", "failed_sign_in", ["address_hash", "at"])
    op.create_index("ix_failed_sign_in_user_id", "failed_sign_in", ["user_id"])
    op.create_index("ix_failed_sign_in_at", "failed_sign_in", ["at"])
    op.create_table(
        "known_place",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place_hash", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_known_place_user_id"),
        sa.PrimaryKeyConstraint("user_id", "place_hash", name="pk_known_place"),
    )
    op.create_index("ix_known_place_place_hash", "known_place", ["place_hash"])
    for column in ("failures", "failing_since", "locked_until"):  # an account as a whole is locked no longer
        op.drop_column("app_user", column)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
