"""Migrations of running cases to another version of their process."""

import sqlalchemy as sa
from alembic import op

revision = "m01"
down_revision = "x01"
branch_labels = None
depends_on = None
OPEN = "status IN ('proposed', 'running', 'undoing')"
TO_WORK = "status IN ('waiting', 'undoing')"


def status(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=max(map(len, values)))


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    states = ("proposed", "running", "done", "returned", "withdrawn", "undoing", "undone")
    op.create_table(
        "case_migration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("rehearsal", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("status", status(*states, name="migrationstatus"), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("opinion", sa.String(length=2000), nullable=True),
        sa.Column("finished_at", moment, nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("undo_reason", sa.String(length=2000), nullable=True),
        sa.CheckConstraint("from_id <> to_id", name=op.f("ck_case_migration_to_another")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=f"fk_case_migration_{column}")
            for column, target in (
                ("process_key", "process.key"),
                ("from_id", "process_version.id"),
                ("to_id", "process_version.id"),
                ("office_id", "office.id"),
                ("proposed_by_id", "app_user.id"),
                ("decided_by_id", "app_user.id"),
                ("undone_by_id", "app_user.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name="pk_case_migration"),
    )
    op.create_index("ix_case_migration_process_key", "case_migration", ["process_key"])
    op.create_index(
        "ix_case_migration_open",
        "case_migration",
        ["process_key"],
        unique=True,
        postgresql_where=sa.text(OPEN),
        sqlite_where=sa.text(OPEN),
    )
    op.create_table(
        "migrated_case",
        sa.Column("migration_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            status("waiting", "moved", "left", "undoing", "undone", "kept", name="migratedstatus"),
            nullable=False,
        ),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("worked_at", moment, nullable=True),
        sa.CheckConstraint(
            "status NOT IN ('moved', 'undoing') OR before IS NOT NULL",
            name=op.f("ck_migrated_case_before_when_moved"),
        ),
        sa.ForeignKeyConstraint(["migration_id"], ["case_migration.id"], name="fk_migrated_case_migration_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_migrated_case_case_id"),
        sa.PrimaryKeyConstraint("migration_id", "case_id", name="pk_migrated_case"),
    )
    op.create_index("ix_migrated_case_case_id", "migrated_case", ["case_id"])
    op.create_index(
        "ix_migrated_case_to_work",
        "migrated_case",
        ["migration_id", "case_id"],
        postgresql_where=sa.text(TO_WORK),
        sqlite_where=sa.text(TO_WORK),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
