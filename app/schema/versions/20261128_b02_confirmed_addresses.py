"""Mail goes to an address only once whoever gave it has confirmed it by the code that was sent there."""

import sqlalchemy as sa
from alembic import op

revision = "b02"
down_revision = "b01"
branch_labels = None
depends_on = None
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("notification_preference", sa.Column("asked_at", MOMENT, nullable=True))
    op.add_column("notification_preference", sa.Column("confirmed_at", MOMENT, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
