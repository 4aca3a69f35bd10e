"""When a filing was last returned for supplement; empty again once it is lodged anew."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("filing", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
