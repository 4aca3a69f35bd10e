"""Directives by each of their parties in order; cases by process, and those that went on after the lock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "l04"
down_revision = "l03"
branch_labels = None
depends_on = None

LATE = sa.text("late_at IS NOT NULL")
ISSUED = sa.text("status = 'issued'")
UNPLACED = sa.text("ends_on IS NULL AND school_class_id IS NULL")
OUTSIDE = sa.text("kind = 'allow_outside'")


def upgrade() -> None:
    op.drop_index("ix_directive_issuer_id", "directive")
    op.drop_index("ix_directive_to_school_id", "directive")
    for name in ("issuer", "from_office", "to_school"):
        columns = [f"{name}_id", "id"]
        op.create_index(f"ix_directive_{name}", "directive", columns)
        op.create_index(
            f"ix_directive_issued_{name}", "directive", columns, sqlite_where=ISSUED, postgresql_where=ISSUED
        )
    op.create_index("ix_directive_outside", "directive", ["id"], sqlite_where=OUTSIDE, postgresql_where=OUTSIDE)
    op.create_index(
        "ix_enrolment_unplaced",
        "enrolment",
        ["school_id", "starts_on"],
        sqlite_where=UNPLACED,
        postgresql_where=UNPLACED,
    )
    op.create_index("ix_cases_process_key", "cases", ["process_key"])
    op.create_index("ix_cases_late", "cases", ["id"], sqlite_where=LATE, postgresql_where=LATE)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
