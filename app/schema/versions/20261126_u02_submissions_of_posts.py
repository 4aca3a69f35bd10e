"""A submission belongs to the post in which it was made: somebody with two posts acts twice under one key.

What was submitted before belonged to the user: it goes to the post at the office that opened the case, else to the
user's first.
"""

import sqlalchemy as sa
from alembic import op

revision = "u02"
down_revision = "u01"
branch_labels = None
depends_on = None

OF_THE_CASE = (
    "SELECT MIN(post.id) FROM post JOIN cases ON cases.applicant_office_id = post.office_id"
    " WHERE post.user_id = submission.user_id AND cases.id = submission.case_id"
)
FIRST = "SELECT MIN(post.id) FROM post WHERE post.user_id = submission.user_id"


def upgrade() -> None:
    op.add_column("submission", sa.Column("post_id", sa.Integer(), nullable=True))
    op.execute(f"UPDATE submission SET post_id = COALESCE(({OF_THE_CASE}), ({FIRST}))")
    op.execute("DELETE FROM submission WHERE post_id IS NULL")
    with op.batch_alter_table("submission") as batch:
        batch.drop_constraint("pk_submission", type_="primary")
        batch.drop_constraint("fk_submission_user_id", type_="foreignkey")
        batch.alter_column("post_id", existing_type=sa.Integer(), nullable=False)
        batch.create_primary_key("pk_submission", ["post_id", "key"])
        batch.create_foreign_key("fk_submission_post_id", "post", ["post_id"], ["id"])
        batch.drop_column("user_id")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
