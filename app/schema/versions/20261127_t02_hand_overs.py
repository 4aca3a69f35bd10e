"""Tasks that are handed over to a named colleague; copies of cases for other parties to read."""

import sqlalchemy as sa
from alembic import op

revision = "t02"
down_revision = "t01"
branch_labels = None
depends_on = None
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("from_user_id", sa.Integer(), nullable=False),
        sa.Column("to_user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hand_over_reason_given")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_hand_over_task_id"),
        sa.ForeignKeyConstraint(["from_user_id"], ["app_user.id"], name="fk_hand_over_from_user_id"),
        sa.ForeignKeyConstraint(["to_user_id"], ["app_user.id"], name="fk_hand_over_to_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
    )
    op.create_index("ix_hand_over_task_id", "hand_over", ["task_id"])
    op.create_table(
        "case_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("by_office_id", sa.Integer(), nullable=False),
        sa.Column("by_user_id", sa.Integer(), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("read_at", moment, nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_copy_case_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_case_copy_office_id"),
        sa.ForeignKeyConstraint(["by_office_id"], ["office.id"], name="fk_case_copy_by_office_id"),
        sa.ForeignKeyConstraint(["by_user_id"], ["app_user.id"], name="fk_case_copy_by_user_id"),
        sa.ForeignKeyConstraint(["read_by_id"], ["app_user.id"], name="fk_case_copy_read_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_copy"),
    )
    op.create_index("ix_case_copy_office_id_id", "case_copy", ["office_id", "id"])
    op.create_index("ix_case_copy_case_id", "case_copy", ["case_id"])
    op.create_index(
        "ix_case_copy_to_read", "case_copy", ["office_id", "id"], postgresql_where=UNREAD, sqlite_where=UNREAD
    )
    op.create_index(
        "uq_case_copy_unread",
        "case_copy",
        ["case_id", "office_id"],
        unique=True,
        postgresql_where=UNREAD,
        sqlite_where=UNREAD,
    )
    # in place: SQLite would copy the table, and cannot drop one that others refer to
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE task ADD COLUMN assignee_id INTEGER REFERENCES app_user (id)")
    else:
        op.add_column("task", sa.Column("assignee_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_task_assignee_id", "task", "app_user", ["assignee_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
