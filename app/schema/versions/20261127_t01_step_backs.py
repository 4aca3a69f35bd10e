"""Decisions that are taken back or sent back over, with the run to return to; since when a task has been seen."""

import sqlalchemy as sa
from alembic import op

revision = "t01"
down_revision = "m05"
branch_labels = None
depends_on = None
STANDS = sa.text("taken_back_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    kinds = ("taken_back", "sent_back")
    kind = sa.Enum(*kinds, name="stepbackkind", native_enum=False, create_constraint=True, length=10)
    op.create_table(
        "step_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("from_task_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint(
            "(kind = 'sent_back') = (from_task_id IS NOT NULL)", name=op.f("ck_step_back_sent_back_from")
        ),
        sa.CheckConstraint("kind <> 'sent_back' OR reason <> ''", name=op.f("ck_step_back_reason_when_sent_back")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_step_back_case_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_step_back_task_id"),
        sa.ForeignKeyConstraint(["from_task_id"], ["task.id"], name="fk_step_back_from_task_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_step_back_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_step_back_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_step_back"),
    )
    op.create_index("ix_step_back_case_id", "step_back", ["case_id"])
    op.add_column("task", sa.Column("seen_at", moment, nullable=True))
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("state_before", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("clocks_before", sa.Text(), nullable=True))
        batch.add_column(sa.Column("undone_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_decision_undone_id", "step_back", ["undone_id"], ["id"])
    with op.batch_alter_table("joint_answer") as batch:
        batch.add_column(sa.Column("taken_back_at", moment, nullable=True))
        batch.drop_constraint("uq_joint_answer_once", type_="unique")
        batch.create_index(
            "uq_joint_answer_once",
            ["task_id", "user_id"],
            unique=True,
            postgresql_where=STANDS,
            sqlite_where=STANDS,
        )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
