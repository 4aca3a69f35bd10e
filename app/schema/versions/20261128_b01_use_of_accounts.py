"""When the clock asks next whether an account is used: by an index, not by looking at every account every minute."""

import sqlalchemy as sa
from alembic import op

revision = "b01"
down_revision = "t08"
branch_labels = None
depends_on = None
ASKED_OF = sa.text("enabled AND NOT is_demo AND use_asked_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("app_user", sa.Column("use_asked_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE app_user SET use_asked_at = password_changed_at")
    op.create_index(
        "ix_app_user_use_asked", "app_user", ["use_asked_at", "id"], sqlite_where=ASKED_OF, postgresql_where=ASKED_OF
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
