"""Cases that an office pauses; cases that an office ends, with its reason."""

import sqlalchemy as sa
from alembic import op

revision = "t06"
down_revision = "q01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "termination",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_termination_reason_given")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_termination_case_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_termination_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_termination_user_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_termination"),
    )
    # in place: SQLite would copy the tables, and cannot drop one that others refer to
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE halt ADD COLUMN office_id INTEGER REFERENCES office (id)")
    else:
        op.add_column("halt", sa.Column("office_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_halt_office_id", "halt", "office", ["office_id"], ["id"])
    op.create_index("ix_halt_of_case", "halt", ["case_id"])
    op.drop_index("ix_halt_case", "halt")
    _index("ix_halt_case", "halt", ["case_id"], "ended_at IS NULL AND office_id IS NULL", unique=True)
    _index("ix_halt_paused", "halt", ["case_id"], "ended_at IS NULL AND office_id IS NOT NULL", unique=True)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, postgresql_where=condition, sqlite_where=condition)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
