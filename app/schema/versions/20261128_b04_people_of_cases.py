"""A row for each person who takes part in a running case, kept by triggers: 在办 is one's own, read from its key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b04"
down_revision = "b03"
branch_labels = None
depends_on = None

RUNS = "EXISTS (SELECT 1 FROM cases AS c WHERE c.id = {case} AND c.status <> 'closed')"
OF_ITS_TASK = "(SELECT t.case_id FROM task AS t WHERE t.id = NEW.task_id)"
#: by the name of its trigger: the table whose new rows say that somebody takes part, who, and in which case
ACTS = {
    "case_person_opens": ("cases", ["NEW.opened_by"], "NEW.id"),
    "case_person_decides": ("decision", ["NEW.user_id", "NEW.for_user_id"], "NEW.case_id"),
    "case_person_reviews": ("pre_review", ["NEW.user_id"], OF_ITS_TASK),
    "case_person_answers": ("joint_answer", ["NEW.user_id"], OF_ITS_TASK),
}
#: the same of what was done before
DONE = (
    "SELECT opened_by, id FROM cases",
    "SELECT user_id, case_id FROM decision",
    "SELECT for_user_id, case_id FROM decision",
    "SELECT r.user_id, t.case_id FROM pre_review AS r JOIN task AS t ON t.id = r.task_id",
    "SELECT a.user_id, t.case_id FROM joint_answer AS a JOIN task AS t ON t.id = a.task_id",
)
FILL = (
    "INSERT INTO case_person (user_id, case_id)"
    f" WITH p (user_id, case_id) AS ({' UNION '.join(DONE)})"
    f" SELECT p.user_id, p.case_id FROM p WHERE p.user_id IS NOT NULL AND {RUNS.format(case='p.case_id')}"
)


def upgrade() -> None:
    op.create_table(
        "case_person",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_case_person_user_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_person_case_id"),
        sa.PrimaryKeyConstraint("user_id", "case_id", name="pk_case_person"),
    )
    op.execute(FILL)
    op.create_index("ix_case_person_case_id", "case_person", ["case_id"])
    (_on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql)()


def _body(people: list[str], case: str) -> str:
    return " ".join(
        f"INSERT INTO case_person (user_id, case_id) SELECT {who}, {case}"
        f" WHERE {who} IS NOT NULL AND {RUNS.format(case=case)} ON CONFLICT DO NOTHING;"
        for who in people
    )


CLOSES = "OLD.status <> 'closed' AND NEW.status = 'closed'"
FORGET = "DELETE FROM case_person WHERE case_id = NEW.id;"


def _on_sqlite() -> None:
    for name, (table, people, case) in ACTS.items():
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW BEGIN {_body(people, case)} END")
    op.execute(
        f"CREATE TRIGGER case_person_closes AFTER UPDATE OF status ON cases FOR EACH ROW WHEN {CLOSES}"
        f" BEGIN {FORGET} END"
    )


def _on_postgresql() -> None:
    """A decision and what closes its case may be one statement: both triggers see the case as it is after it."""
    for name, (table, people, case) in ACTS.items():
        _function(name, _body(people, case))
        op.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    _function("case_person_closes", FORGET)
    op.execute(
        "CREATE TRIGGER case_person_closes AFTER UPDATE OF status ON cases FOR EACH ROW"
        f" WHEN ({CLOSES}) EXECUTE FUNCTION case_person_closes()"
    )


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
