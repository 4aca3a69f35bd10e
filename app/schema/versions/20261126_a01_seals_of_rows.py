"""Every entry of the audit carries keyed digests of the rows that its transaction has written."""

import sqlalchemy as sa
from alembic import op

revision = "a01"
down_revision = "n01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("seals", sa.Text(), nullable=True))
    op.add_column("audit_event", sa.Column("seal_number", sa.BigInteger(), nullable=True))
    op.create_index("ix_audit_event_seal_number", "audit_event", ["seal_number"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE audit_seal")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
