"""Workbooks that came in, and their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0009"
branch_labels = None
depends_on = None

WORKING = sa.text("status IN ('received', 'importing')")


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("refusal", sa.String(length=400), nullable=False),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("with_warnings", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'refused') = (refusal <> '') OR status = 'discarded'", name=op.f("ck_import_file_says_why")
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 1000", name=op.f("ck_import_file_share_in_thousandths")),
        sa.CheckConstraint(
            "status IN ('received', 'checked', 'importing', 'done', 'refused', 'discarded')",
            name=op.f("ck_import_file_filestatus"),
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_import_file_office_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name="fk_import_file_post_id"),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name="fk_import_file_uploaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_import_file"),
    )
    op.create_index("ix_import_file_office_id_id", "import_file", ["office_id", "id"])
    op.create_index("ix_import_file_working", "import_file", ["id"], sqlite_where=WORKING, postgresql_where=WORKING)
    op.create_table(
        "import_row",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("number_hash", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'imported') = (case_id IS NOT NULL)", name=op.f("ck_import_row_imported_with_a_case")
        ),
        sa.CheckConstraint(
            "state IN ('ok', 'warning', 'error', 'skipped', 'imported')", name=op.f("ck_import_row_rowstate")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_import_row_case_id"),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name="fk_import_row_file_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_import_row_school_id"),
        sa.PrimaryKeyConstraint("file_id", "number", name="pk_import_row"),
    )
    op.create_index("ix_import_row_state", "import_row", ["file_id", "state", "school_id", "number"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
