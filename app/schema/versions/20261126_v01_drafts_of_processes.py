"""Drafts of processes, proposals to publish them, who drew a version and why, and processes that are switched off."""

import sqlalchemy as sa
from alembic import op

revision = "v01"
down_revision = "l06"
branch_labels = None
depends_on = None


def status(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=max(map(len, values)))


def upgrade() -> None:
    for column in (
        sa.Column("off_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_by", sa.String(length=40), nullable=True),
        sa.Column("off_reason", sa.String(length=200), nullable=True),
    ):
        op.add_column("process", column)
    op.add_column("process_version", sa.Column("note", sa.String(length=2000), nullable=True))
    op.add_column("process_version", sa.Column("drawn_by", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_cases_running",
        "cases",
        ["process_key", "version_id"],
        postgresql_where=sa.text("status <> 'closed'"),
        sqlite_where=sa.text("status <> 'closed'"),
    )
    create_drafts()
    create_proposals()


def create_drafts() -> None:
    op.create_table(
        "process_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("status", status("open", "published", "deleted", name="draftstatus"), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("editor_ids", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["process_version.id"], name="fk_process_draft_base_id"),
        sa.ForeignKeyConstraint(["source_id"], ["process_version.id"], name="fk_process_draft_source_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_process_draft_office_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["app_user.id"], name="fk_process_draft_created_by_id"),
        sa.ForeignKeyConstraint(["changed_by_id"], ["app_user.id"], name="fk_process_draft_changed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_process_draft"),
    )
    op.create_index("ix_process_draft_process_key", "process_draft", ["process_key"])
    op.create_index("ix_process_draft_office_id", "process_draft", ["office_id"])
    op.create_table(
        "draft_file",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["process_draft.id"], name="fk_draft_file_draft_id"),
        sa.ForeignKeyConstraint(["changed_by_id"], ["app_user.id"], name="fk_draft_file_changed_by_id"),
        sa.PrimaryKeyConstraint("draft_id", "name", name="pk_draft_file"),
    )


def create_proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("editor_ids", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", status("open", "approved", "returned", "withdrawn", name="proposalstatus"), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=2000), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["draft_id"], ["process_draft.id"], name="fk_proposal_draft_id"),
        sa.ForeignKeyConstraint(["base_id"], ["process_version.id"], name="fk_proposal_base_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["app_user.id"], name="fk_proposal_proposed_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name="fk_proposal_decided_by_id"),
        sa.ForeignKeyConstraint(["version_id"], ["process_version.id"], name="fk_proposal_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposal"),
    )
    op.create_index("ix_proposal_process_key", "proposal", ["process_key"])
    op.create_index(
        "ix_proposal_open",
        "proposal",
        ["draft_id"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
        sqlite_where=sa.text("status = 'open'"),
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
