"""Comments beside a case, for one's own office or for its parties."""

import sqlalchemy as sa
from alembic import op

revision = "b03"
down_revision = "b02"
branch_labels = None
depends_on = None
SCOPE = sa.Enum("office", "parties", name="commentscope", native_enum=False, create_constraint=True, length=7)


def upgrade() -> None:
    op.create_table(
        "case_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scope", SCOPE, nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_comment_case_id"),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_case_comment_office_id"),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_case_comment_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_comment"),
    )
    op.create_index("ix_case_comment_case_id", "case_comment", ["case_id", "id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
