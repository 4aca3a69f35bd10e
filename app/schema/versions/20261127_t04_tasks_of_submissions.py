"""The task that a submission decides: submitted again after the decision was taken back, it is no success."""

import sqlalchemy as sa
from alembic import op

revision = "t04"
down_revision = "i04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("task_id", sa.Integer(), nullable=True))
    # tasks that wait again after their decision was taken back were written without it
    op.execute(
        "UPDATE task SET version_id = (SELECT version_id FROM cases WHERE cases.id = task.case_id)"
        " WHERE version_id IS NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
