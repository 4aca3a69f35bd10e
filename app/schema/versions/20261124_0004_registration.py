"""Batches with their rows, and the reservation of a number while its registration is under way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_reservation",
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_number_reservation_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_number_reservation_school_id"),
        sa.PrimaryKeyConstraint("number_hash", name="pk_number_reservation"),
    )
    op.create_table(
        "batch",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("worked >= 0 AND worked <= total", name=op.f("ck_batch_within_total")),
        sa.CheckConstraint("finished_at IS NULL OR released_at IS NOT NULL", name=op.f("ck_batch_released_before")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_batch_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_batch_school_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_batch"),
    )
    op.create_index(
        "ix_batch_to_work",
        "batch",
        ["released_at"],
        sqlite_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
        postgresql_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
    )
    op.create_table(
        "batch_row",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("number_masked", sa.String(length=18), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("worked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'accepted', 'refused')", name=op.f("ck_batch_row_rowstatus")),
        sa.CheckConstraint("(status = 'waiting') = (worked_at IS NULL)", name=op.f("ck_batch_row_worked_when_over")),
        sa.CheckConstraint("status <> 'accepted' OR student_id IS NOT NULL", name=op.f("ck_batch_row_accepted_child")),
        sa.ForeignKeyConstraint(["case_id"], ["batch.case_id"], name="fk_batch_row_case_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_batch_row_student_id"),
        sa.PrimaryKeyConstraint("case_id", "position", name="pk_batch_row"),
    )
    op.create_index("ix_batch_row_number_hash", "batch_row", ["number_hash"])
    op.create_index(
        "ix_batch_row_refused",
        "batch_row",
        ["worked_at"],
        sqlite_where=sa.text("status = 'refused'"),
        postgresql_where=sa.text("status = 'refused'"),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
