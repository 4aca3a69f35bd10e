"""The service telephone of an office, which the page of a case names beside its step."""

import sqlalchemy as sa
from alembic import op

revision = "q01"
down_revision = "p02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("office", sa.Column("telephone", sa.String(length=30), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
