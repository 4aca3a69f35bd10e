"""Posts are proposed by one person and granted by another; accounts know a first password and their reopening."""

import sqlalchemy as sa
from alembic import op

revision = "p03"
down_revision = "t07"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("status = 'open'")
DUTIES = ("operator", "approver", "analyst", "publisher", "auditor", "sysadmin", "secadmin")
CHECKS = {
    "never_one_alone": "decided_by_id <> proposed_by_id OR status = 'withdrawn'",
    "never_for_oneself": "decided_by_id <> user_id OR status = 'withdrawn'",
    "decided_when_over": "(status = 'open') = (decided_at IS NULL)",
    "post_that_ends": "(kind = 'relieve') = (post_id IS NOT NULL)",
    "last_day": "kind = 'appoint' OR ends_on IS NOT NULL",
    "ends_after_start": "ends_on IS NULL OR ends_on >= starts_on",
}
PEOPLE = ("user_id", "successor_id", "proposed_by_id", "decided_by_id")


def upgrade() -> None:
    op.add_column("app_user", sa.Column("first_password", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("app_user", sa.Column("reopened_at", MOMENT, nullable=True))
    op.create_table(
        "post_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice("proposalkind", "appoint", "relieve"), nullable=False),
        sa.Column("status", _choice("proposalstatus", "open", "granted", "refused", "withdrawn"), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("duty", _choice("duty", *DUTIES), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("opinion", sa.String(length=200), nullable=False),
        *(sa.CheckConstraint(said, name=name) for name, said in CHECKS.items()),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_post_proposal_office_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_post_proposal_post_id"),
        *(sa.ForeignKeyConstraint([each], ["app_user.id"], name=f"fk_post_proposal_{each}") for each in PEOPLE),
        sa.PrimaryKeyConstraint("id", name="pk_post_proposal"),
    )
    op.create_index("ix_post_proposal_office_id", "post_proposal", ["office_id", "id"])
    op.create_index("ix_post_proposal_open", "post_proposal", ["id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_post_proposal_post_id", "post_proposal", ["post_id"])


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
