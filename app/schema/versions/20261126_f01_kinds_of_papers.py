"""A paper of a case says what kind of proof it is; one file may prove two things."""

import sqlalchemy as sa
from alembic import op

revision = "f01"
down_revision = "a01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=40), nullable=False, server_default=""))
        batch.drop_constraint("uq_attachment_case_id_sha256", type_="unique")
        batch.create_unique_constraint("uq_attachment_case_id_sha256_kind", ["case_id", "sha256", "kind"])
