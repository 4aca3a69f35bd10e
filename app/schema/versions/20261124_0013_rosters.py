"""Rosters: who is wanted from elsewhere, what each bureau says of each child; recruits who were registered."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quota", sa.Column("recruited", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "roster",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("here_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("here_answer", sa.String(length=9), nullable=False),
        sa.Column("source_answer", sa.String(length=9), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["batch.case_id"], name="fk_roster_case_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_roster_plan_id"),
        sa.ForeignKeyConstraint(["here_id"], ["office.id"], name="fk_roster_here_id"),
        sa.ForeignKeyConstraint(["source_id"], ["office.id"], name="fk_roster_source_id"),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name="fk_roster_version_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_roster"),
    )
    op.create_index("ix_roster_plan_id", "roster", ["plan_id"])
    op.create_index("ix_roster_source_id", "roster", ["source_id"])
    op.create_table(
        "roster_child",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("here", sa.String(length=7), nullable=True),
        sa.Column("here_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=7), nullable=True),
        sa.Column("source_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("here_code", sa.String(length=30), nullable=False),
        sa.Column("here_reason", sa.String(length=150), nullable=False),
        sa.Column("source_code", sa.String(length=30), nullable=False),
        sa.Column("source_reason", sa.String(length=150), nullable=False),
        sa.Column("directive_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('listed', 'confirmed', 'directed', 'registered', 'refused')",
            name=op.f("ck_roster_child_childstatus"),
        ),
        sa.CheckConstraint("here IN ('agreed', 'refused')", name=op.f("ck_roster_child_consent")),
        sa.CheckConstraint("source IN ('agreed', 'refused')", name=op.f("ck_roster_child_consent_source")),
        sa.CheckConstraint(
            "status IN ('listed', 'refused') OR (here IS NOT NULL AND source IS NOT NULL"
            " AND here = 'agreed' AND source = 'agreed')",
            name=op.f("ck_roster_child_confirmed_by_both"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('directed', 'registered') OR directive_id IS NOT NULL",
            name=op.f("ck_roster_child_directed_by"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["roster.case_id"], name="fk_roster_child_case_id"),
        sa.ForeignKeyConstraint(
            ["case_id", "position"],
            ["batch_row.case_id", "batch_row.position"],
            name="fk_roster_child_case_id_position",
        ),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name="fk_roster_child_directive_id"),
        sa.PrimaryKeyConstraint("case_id", "position", name="pk_roster_child"),
        sa.UniqueConstraint("directive_id", name="uq_roster_child_directive_id"),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
