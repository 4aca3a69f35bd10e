"""Cases and processes that are halted; why the list of a case could not be worked."""

import sqlalchemy as sa
from alembic import op

revision = "m02"
down_revision = "m01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "halt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(process_key IS NULL) <> (case_id IS NULL)", name=op.f("ck_halt_of_one")),
        sa.ForeignKeyConstraint(["process_key"], ["process.key"], name="fk_halt_process_key"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_halt_case_id"),
        sa.ForeignKeyConstraint(["by_id"], ["app_user.id"], name="fk_halt_by_id"),
        sa.ForeignKeyConstraint(["ended_by_id"], ["app_user.id"], name="fk_halt_ended_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_halt"),
    )
    for name, column in (("ix_halt_process", "process_key"), ("ix_halt_case", "case_id")):
        op.create_index(
            name,
            "halt",
            [column],
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
            sqlite_where=sa.text("ended_at IS NULL"),
        )
    op.add_column("batch", sa.Column("fault", sa.Text(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
