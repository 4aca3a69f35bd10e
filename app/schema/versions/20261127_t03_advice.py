"""What colleagues are asked about a task; phrases for opinions."""

import sqlalchemy as sa
from alembic import op

revision = "t03"
down_revision = "c01"
branch_labels = None
depends_on = None
PENDING = sa.text("answered_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    kinds = ("before", "delegated", "after")
    kind = sa.Enum(*kinds, name="advicekind", native_enum=False, create_constraint=True, length=9)
    op.create_table(
        "advice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("of_user_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("opinion", sa.String(length=2000), nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.CheckConstraint("answered_at IS NULL OR opinion <> ''", name=op.f("ck_advice_opinion_when_answered")),
        sa.CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name=op.f("ck_advice_answered_or_withdrawn")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_advice_task_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["app_user.id"], name="fk_advice_asked_by_id"),
        sa.ForeignKeyConstraint(["of_user_id"], ["app_user.id"], name="fk_advice_of_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_advice"),
    )
    op.create_index("ix_advice_task_id", "advice", ["task_id"])
    for name, columns, unique in (
        ("uq_advice_pending", ["task_id", "of_user_id"], True),
        ("ix_advice_of_user", ["of_user_id", "id"], False),
    ):
        op.create_index(name, "advice", columns, unique=unique, postgresql_where=PENDING, sqlite_where=PENDING)
    op.create_table(
        "phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("office_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("used_at", moment, nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (office_id IS NULL)", name=op.f("ck_phrase_of_one")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_phrase_user_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_phrase_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
    )
    op.create_index("uq_phrase_of_user", "phrase", ["user_id", "text"], unique=True)
    op.create_index("uq_phrase_of_office", "phrase", ["office_id", "text"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
