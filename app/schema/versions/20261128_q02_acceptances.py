"""What an office has said of the papers before it: accepted, told what is missing, declined."""

import sqlalchemy as sa
from alembic import op

revision = "q02"
down_revision = "e03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "accepted", "told", "declined",
                name="acceptancekind", native_enum=False, create_constraint=True, length=8,
            ),
            nullable=False,
        ),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("lacks", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_acceptance_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_acceptance_task_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_acceptance_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_acceptance_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_acceptance"),
    )  # fmt: skip
    op.create_index("ix_acceptance_case_id", "acceptance", ["case_id"])
    accepted = sa.text("kind = 'accepted'")
    op.create_index(
        "uq_acceptance_once", "acceptance", ["case_id"], unique=True, sqlite_where=accepted, postgresql_where=accepted
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
