"""What the database itself keeps of changes: a death is reported once, though it may stand beside another case."""

from __future__ import annotations

import sqlalchemy as sa

from app.cases.models import Case

OPEN_DEATH = sa.text("process_key = 'death' AND status <> 'closed'")

sa.Index(
    "uq_cases_one_death_per_student",
    Case.student_id,
    unique=True,
    sqlite_where=OPEN_DEATH,
    postgresql_where=OPEN_DEATH,
)
