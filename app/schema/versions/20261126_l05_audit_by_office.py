"""Events of the audit by verb and by the office for which they were written, in the order in which auditors read."""

from __future__ import annotations

from alembic import op

revision = "l05"
down_revision = "l04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_event_verb", "audit_event", ["verb", "at", "chain", "place"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_audit_event_office ON audit_event"
            ' ((substring(content from \'"office":"([^"]*)"\')), at, chain, place)'
        )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
