"""Proofs of enrolment, photos of children, and how often a stranger has asked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0010b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate_limit"),
    )
    op.create_index("ix_rate_limit_window", "rate_limit", ["window"])
    op.create_table(
        "proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=60), nullable=False),
        sa.Column("stated", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_proof_student_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_proof_enrolment_id"),
        sa.ForeignKeyConstraint(["issued_by"], ["app_user.id"], name="fk_proof_issued_by"),
        sa.PrimaryKeyConstraint("id", name="pk_proof"),
        sa.UniqueConstraint("number", name="uq_proof_number"),
    )
    op.create_index("ix_proof_student_id", "proof", ["student_id"])
    op.create_table(
        "photo",
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_photo_student_id"),
        sa.ForeignKeyConstraint(["added_by"], ["app_user.id"], name="fk_photo_added_by"),
        sa.PrimaryKeyConstraint("student_id", name="pk_photo"),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
