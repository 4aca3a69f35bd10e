"""Indexes by which lists are read page by page, whatever the tables hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "l02"
down_revision = "l01"
branch_labels = None
depends_on = None

DONE, OPEN, PAUSED = (sa.text(f"status = '{each}'") for each in ("done", "open", "paused"))
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_cases_applicant_office_id_opened_at", "cases")
    op.create_index("ix_cases_applicant_office_id_id", "cases", ["applicant_office_id", "id"])
    op.create_index("ix_cases_paused", "cases", ["id"], sqlite_where=PAUSED, postgresql_where=PAUSED)
    op.drop_index("ix_task_inbox", "task")
    for name, which in (("ix_task_inbox", OPEN), ("ix_task_done", DONE)):
        columns = ["office_id", "duty", "deadline", "id", "case_id"]
        op.create_index(name, "task", columns, sqlite_where=which, postgresql_where=which)
    op.create_index("ix_task_open", "task", ["deadline", "id", "case_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("ix_notice_office_id_read_at", "notice")
    op.create_index("ix_notice_office_id_id", "notice", ["office_id", "id"])
    op.create_index("ix_notice_unread", "notice", ["office_id", "id"], sqlite_where=UNREAD, postgresql_where=UNREAD)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
