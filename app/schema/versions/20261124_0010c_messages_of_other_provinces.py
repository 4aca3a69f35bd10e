"""Messages to and from other provinces, and the archives that went there."""

import sqlalchemy as sa
from alembic import op

revision = "0010c"
down_revision = "0007b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("archive", sa.Column("left_to", sa.String(length=6), nullable=False, server_default=""))
    op.create_table(
        "message_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_message_out_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_out"),
        sa.UniqueConstraint("reference", name="uq_message_out_reference"),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index(
        "ix_message_out_unsent", "message_out", ["next_attempt_at"], sqlite_where=unsent, postgresql_where=unsent
    )
    op.create_index("ix_message_out_case_id", "message_out", ["case_id"])
    op.create_table(
        "message_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("province", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answers", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_message_in_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message_in"),
        sa.UniqueConstraint("province", "reference", name="uq_message_in_province_reference"),
    )
    unhandled = sa.text("handled_at IS NULL")
    op.create_index("ix_message_in_unhandled", "message_in", ["id"], sqlite_where=unhandled, postgresql_where=unhandled)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
