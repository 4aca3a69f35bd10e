"""What each person has said to a task that several answer."""

import sqlalchemy as sa
from alembic import op

revision = "x01"
down_revision = "w01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joint_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "agree", "refuse", "send_back", "acknowledge",
                name="outcome", native_enum=False, create_constraint=True, length=11,
            ),
            nullable=False,
        ),
        sa.Column("reason_code", sa.String(length=30), nullable=True),
        sa.Column("opinion", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome = 'agree' OR (reason_code IS NOT NULL AND opinion <> '')",
            name=op.f("ck_joint_answer_reason_when_not_agreed"),
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_joint_answer_task_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_joint_answer_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_joint_answer"),
        sa.UniqueConstraint("task_id", "user_id", name="uq_joint_answer_once"),
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
