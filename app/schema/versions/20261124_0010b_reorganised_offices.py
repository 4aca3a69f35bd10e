"""Reorganised offices: merged, closed, renamed, passed to another superior."""

import sqlalchemy as sa
from alembic import op

revision = "0010b"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reorganisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "merger",
                "closure",
                "renaming",
                "superior",
                name="reorganisationkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(successor_id IS NOT NULL) = (kind IN ('merger', 'closure'))",
            name=op.f("ck_reorganisation_successor_when"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_reorganisation_case_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_reorganisation_office_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["office.id"], name="fk_reorganisation_successor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reorganisation"),
    )
    op.create_index("ix_reorganisation_office_id", "reorganisation", ["office_id"])
    op.create_index("ix_reorganisation_successor_id", "reorganisation", ["successor_id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
