"""What the diagram of a case has written: asked by the verbs after it. NULL in the cases that stood before."""

import sqlalchemy as sa
from alembic import op

revision = "w01"
down_revision = "v01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a plain column, added in place: the triggers of the table stay
    op.add_column("cases", sa.Column("written", sa.Text(), nullable=True))
