"""Notices go out by mail and to offices' own systems; what was told before is not told again."""

import sqlalchemy as sa
from alembic import op

revision = "p02"
down_revision = "e02"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)
NOT_PASSED_ON = sa.text("passed_on_at IS NULL")
WAY = sa.Enum("mail", "webhook", name="way", native_enum=False, create_constraint=True)
UNSENT = sa.text("sent_at IS NULL AND failed_at IS NULL")


def upgrade() -> None:
    op.add_column("notice", sa.Column("passed_on_at", MOMENT, nullable=True))
    op.execute("UPDATE notice SET passed_on_at = at")
    op.create_index(
        "ix_notice_not_passed_on", "notice", ["id"], sqlite_where=NOT_PASSED_ON, postgresql_where=NOT_PASSED_ON
    )
    op.create_table(
        "notification_preference",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("ways", sa.Text(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("digested_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_notification_preference_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_notification_preference"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_webhook_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
        sa.UniqueConstraint("office_id", name="uq_webhook_office_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column(
            "way", sa.Enum("mail", "webhook", name="way", native_enum=False, create_constraint=True), nullable=False
        ),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("webhook_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (webhook_id IS NULL)", name="one_receiver"),
        sa.CheckConstraint("(way = 'mail') = (user_id IS NOT NULL)", name="way_of_receiver"),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_delivery_notice_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_delivery_user_id"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_delivery_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    op.create_index("ix_delivery_due", "delivery", ["way", "due_at"], sqlite_where=UNSENT, postgresql_where=UNSENT)
    op.create_index("ix_delivery_webhook_id", "delivery", ["webhook_id", "id"])
    op.create_index("ix_delivery_user_id", "delivery", ["user_id", "id"])
    op.create_index("ix_delivery_notice_id", "delivery", ["notice_id"])
    op.create_index("ix_delivery_written_at", "delivery", ["written_at"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
