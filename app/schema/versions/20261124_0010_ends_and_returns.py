"""Why a case ended before its diagram did; one report of a death; changes that reverse others."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("ended_because", sa.String(length=200), nullable=False, server_default=""))
    open_death = sa.text("process_key = 'death' AND status <> 'closed'")
    op.create_index(
        "uq_cases_one_death_per_student",
        "cases",
        ["student_id"],
        unique=True,
        sqlite_where=open_death,
        postgresql_where=open_death,
    )
    # raw: SQLite takes a key along with its new column, and only so
    op.execute(
        "ALTER TABLE change ADD COLUMN reverses_id INTEGER CONSTRAINT fk_change_reverses_id REFERENCES change (id)"
    )
    op.create_index("uq_change_reverses_id", "change", ["reverses_id"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
