"""Variants of processes: lines of versions of a bureau's own, each number once in its line."""

import sqlalchemy as sa
from alembic import op

revision = "c01"
down_revision = "k01"
branch_labels = None
depends_on = None

KEPT = "id, process_key, number, checksum, files, forms, published_at, published_by, drawn_by, note"


def upgrade() -> None:
    op.create_table(
        "process_variant",
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("off_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_by", sa.String(length=40), nullable=True),
        sa.Column("off_reason", sa.String(length=200), nullable=True),
        sa.Column("current_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["process_key"], ["process.key"], name="fk_process_variant_process_key"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_process_variant_office_id"),
        sa.PrimaryKeyConstraint("process_key", "office_id", name="pk_process_variant"),
    )
    if op.get_bind().dialect.name == "sqlite":
        in_a_new_table()
    else:
        in_place()
    for name, columns, of_a_bureau in (
        ("ix_process_version_number", ["process_key", "number"], False),
        ("ix_process_version_checksum", ["process_key", "checksum"], False),
        ("ix_process_version_variant_number", ["process_key", "office_id", "number"], True),
        ("ix_process_version_variant_checksum", ["process_key", "office_id", "checksum"], True),
    ):
        where = sa.text(f"office_id IS {'NOT NULL' if of_a_bureau else 'NULL'}")
        op.create_index(name, "process_version", columns, unique=True, postgresql_where=where, sqlite_where=where)
    op.execute(
        "ALTER TABLE process_draft ADD COLUMN based_on_id INTEGER"
        " CONSTRAINT fk_process_draft_based_on_id REFERENCES process_version (id)"
    )


def in_place() -> None:
    op.drop_constraint("uq_process_version_process_key_number", "process_version", type_="unique")
    op.drop_constraint("uq_process_version_process_key_checksum", "process_version", type_="unique")
    op.add_column("process_version", sa.Column("office_id", sa.Integer(), nullable=True))
    op.add_column("process_version", sa.Column("based_on_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk_process_version_based_on_id", "process_version", "process_version", ["based_on_id"], ["id"]
    )
    op.create_foreign_key(
        "fk_process_version_variant",
        "process_version",
        "process_variant",
        ["process_key", "office_id"],
        ["process_key", "office_id"],
    )
    op.create_check_constraint(
        op.f("ck_process_version_variant_of_a_version"),
        "process_version",
        "(office_id IS NULL) = (based_on_id IS NULL)",
    )


def in_a_new_table() -> None:
    """SQLite drops no constraint: the rows go into another table of that name, before references are checked."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TEMPORARY TABLE kept_version AS SELECT * FROM process_version")
    op.drop_table("process_version")
    op.create_table(
        "process_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("forms", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("drawn_by", sa.String(length=40), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(office_id IS NULL) = (based_on_id IS NULL)", name=op.f("ck_process_version_variant_of_a_version")
        ),
        sa.ForeignKeyConstraint(["process_key"], ["process.key"], name="fk_process_version_process_key"),
        sa.ForeignKeyConstraint(["based_on_id"], ["process_version.id"], name="fk_process_version_based_on_id"),
        sa.ForeignKeyConstraint(
            ["process_key", "office_id"],
            ["process_variant.process_key", "process_variant.office_id"],
            name="fk_process_version_variant",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_process_version"),
    )
    op.execute(f"INSERT INTO process_version ({KEPT}) SELECT {KEPT} FROM kept_version")
    op.execute("DROP TABLE kept_version")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
