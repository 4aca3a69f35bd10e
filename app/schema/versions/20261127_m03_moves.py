"""Waiting tasks of cases that go on as another one of the same diagram."""

import sqlalchemy as sa
from alembic import op

revision = "m03"
down_revision = "m02"
branch_labels = None
depends_on = None
PROPOSED = sa.text("status = 'proposed'")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    states = ("proposed", "done", "returned", "withdrawn")
    status = sa.Enum(*states, name="movestatus", native_enum=False, create_constraint=True, length=9)
    op.create_table(
        "case_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("from_key", sa.String(length=40), nullable=False),
        sa.Column("from_name", sa.String(length=60), nullable=False),
        sa.Column("to_key", sa.String(length=40), nullable=False),
        sa.Column("to_name", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", moment, nullable=True),
        sa.Column("opinion", sa.String(length=2000), nullable=True),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name=op.f("ck_case_move_decided_when_over")),
        sa.CheckConstraint("from_key <> to_key", name=op.f("ck_case_move_to_another")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_move_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_case_move_task_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["app_user.id"], name="fk_case_move_proposed_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["app_user.id"], name="fk_case_move_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_move"),
    )
    op.create_index("ix_case_move_case_id", "case_move", ["case_id"])
    op.create_index(
        "ix_case_move_proposed",
        "case_move",
        ["case_id"],
        unique=True,
        postgresql_where=PROPOSED,
        sqlite_where=PROPOSED,
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
