"""Whether all who are asked answer or one does; for which of its reasons a task was sent back to a step."""

import sqlalchemy as sa
from alembic import op

revision = "t07"
down_revision = "t06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step_back", sa.Column("reason_code", sa.String(length=30), nullable=True))
    # in place: SQLite would copy the table for a constraint
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE advice ADD COLUMN rule VARCHAR(3) DEFAULT 'all' NOT NULL"
            " CONSTRAINT ck_advice_advicerule CHECK (rule IN ('all', 'any'))"
        )
    else:
        rule = sa.Enum("all", "any", name="advicerule", native_enum=False, create_constraint=True, length=3)
        op.add_column("advice", sa.Column("rule", rule, nullable=False, server_default="all"))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
