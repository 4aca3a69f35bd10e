"""Recruiting scopes, plans, their filings, the ledger of reserved seats."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recruiting_scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("division_code", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_recruiting_scope_case_id"),
        sa.ForeignKeyConstraint(["division_code"], ["division.code"], name="fk_recruiting_scope_division_code"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_recruiting_scope_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recruiting_scope"),
        sa.UniqueConstraint("school_id", "division_code", name="uq_recruiting_scope_school_id_division_code"),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=7), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.CheckConstraint("cap > 0", name=op.f("ck_plan_cap_counts")),
        sa.CheckConstraint("kind IN ('cross_county', 'cross_city')", name=op.f("ck_plan_plankind")),
        sa.CheckConstraint("stage IN ('primary', 'junior', 'senior')", name=op.f("ck_plan_stage")),
        sa.CheckConstraint("status IN ('consulting', 'consented', 'filed', 'ended')", name=op.f("ck_plan_planstatus")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_plan_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_plan_school_id"),
        sa.ForeignKeyConstraint(["source_id"], ["office.id"], name="fk_plan_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("case_id", name="uq_plan_case_id"),
    )
    op.create_index("ix_plan_source_id", "plan", ["source_id"])
    live = sa.text("status <> 'ended'")
    one = ["school_id", "stage", "entry_year", "source_id"]
    op.create_index("uq_plan_one_per_source", "plan", one, unique=True, sqlite_where=live, postgresql_where=live)
    op.create_table(
        "filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("lodged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(number IS NULL) = (accepted_at IS NULL)", name=op.f("ck_filing_number_when_accepted")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_filing_office_id"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_filing_plan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_filing"),
        sa.UniqueConstraint("number", name="uq_filing_number"),
        sa.UniqueConstraint("plan_id", name="uq_filing_plan_id"),
    )
    op.create_index("ix_filing_office_id", "filing", ["office_id"])
    op.create_table(
        "quota_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('reserve', 'confirm', 'release')", name=op.f("ck_quota_entry_quotaentrykind")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_quota_entry_case_id"),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name="fk_quota_entry_quota_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_entry"),
    )
    op.create_index("ix_quota_entry_quota_id_case_id", "quota_entry", ["quota_id", "case_id"])
    # the part of a cohort that may come from outside the school's area; none set: no limit of its own
    op.add_column("quota", sa.Column("outside", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
