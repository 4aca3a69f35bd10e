"""What offices set of a process, from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "o01"
down_revision = "b04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_office_setting_why_given")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_office_setting_office_id"),
        sa.ForeignKeyConstraint(["set_by_id"], ["app_user.id"], name="fk_office_setting_set_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_office_setting"),
    )
    op.create_index(
        "ix_office_setting_in_force", "office_setting", ["kind", "process_key", "office_id", "starts_on", "id"]
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
