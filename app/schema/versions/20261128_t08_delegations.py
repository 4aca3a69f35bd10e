"""Posts in which somebody else acts for a time; who decided for whom; in which of these a session acts."""

import sqlalchemy as sa
from alembic import op

revision = "t08"
down_revision = "q03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("to_user_id", sa.Integer(), nullable=False),
        sa.Column("processes", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("leave", sa.Boolean(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("handed_over_at", moment, nullable=True),
        sa.Column("revoked_at", moment, nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_delegation_ends_after_start")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_delegation_reason_given")),
        sa.CheckConstraint("leave OR handed_over_at IS NULL", name=op.f("ck_delegation_handed_over_on_leave")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_delegation_post_id"),
        sa.ForeignKeyConstraint(["to_user_id"], ["app_user.id"], name="fk_delegation_to_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
    )
    op.create_index("ix_delegation_post_id", "delegation", ["post_id", "ends_on"])
    op.create_index("ix_delegation_to_user_id", "delegation", ["to_user_id", "ends_on"])
    due = sa.text("leave AND handed_over_at IS NULL AND revoked_at IS NULL")
    op.create_index("ix_delegation_due", "delegation", ["starts_on"], postgresql_where=due, sqlite_where=due)
    # in place: SQLite would copy the tables, and cannot drop one that others refer to
    for table, column, other in (("sign_in", "delegation_id", "delegation"), ("decision", "for_user_id", "app_user")):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {other} (id)")
        else:
            op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
            op.create_foreign_key(f"fk_{table}_{column}", table, other, [column], ["id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
