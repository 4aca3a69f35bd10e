"""Tasks know that their case was sent back before and when they were urged: lists of them are read by index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e02"
down_revision = "e01"
branch_labels = None
depends_on = None

STANDS = "outcome = 'send_back' AND undone_id IS NULL"
OF_ITS_CASE = f"EXISTS (SELECT 1 FROM decision WHERE case_id = {{case}} AND {STANDS})"
URGED = "SELECT MAX(at) FROM notice WHERE notice.task_id = task.id AND kind = 'urge'"
BEHIND = ["deadline", "id", "case_id"]
#: name -> columns behind the desk, and of which tasks
INDEXES = {
    "ix_task_urged": (BEHIND, "status = 'open' AND urged_at IS NOT NULL"),
    "ix_task_returned": (BEHIND, "status = 'open' AND returned"),
    "ix_task_done_returned": (BEHIND, "status = 'done' AND returned"),
    "ix_task_done_step": (["key", *BEHIND], "status = 'done'"),
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("task", sa.Column("urged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("returned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(f"UPDATE task SET returned = TRUE WHERE case_id IN (SELECT case_id FROM decision WHERE {STANDS})")
    op.execute(f"UPDATE task SET urged_at = ({URGED}) WHERE id IN (SELECT task_id FROM notice WHERE kind = 'urge')")
    for name, (columns, which) in INDEXES.items():
        only = sa.text(which)
        op.create_index(name, "task", ["office_id", "duty", *columns], sqlite_where=only, postgresql_where=only)
    (_on_sqlite if sqlite else _on_postgresql)()


def _on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER task_of_returned AFTER INSERT ON task FOR EACH ROW"
        f" WHEN {OF_ITS_CASE.format(case='NEW.case_id')}"
        " BEGIN UPDATE task SET returned = TRUE WHERE id = NEW.id; END"
    )
    for name, event, when, body in _of_decisions():
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON decision FOR EACH ROW WHEN {when} BEGIN {body} END")


def _on_postgresql() -> None:
    """A decision and the tasks after it may be one statement: the task sees earlier ones, the decision these."""
    _function(
        "task_of_returned", f"NEW.returned := NEW.returned OR {OF_ITS_CASE.format(case='NEW.case_id')}; RETURN NEW;"
    )
    op.execute("CREATE TRIGGER task_of_returned BEFORE INSERT ON task FOR EACH ROW EXECUTE FUNCTION task_of_returned()")
    for name, event, when, body in _of_decisions():
        _function(name, f"{body} RETURN NULL;")
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON decision FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
        )


def _of_decisions() -> list[tuple[str, str, str, str]]:
    """Name, event, condition and body of what a decision does to the tasks of its case."""
    returned = "UPDATE task SET returned = TRUE WHERE case_id = NEW.case_id AND NOT returned;"
    anew = f"UPDATE task SET returned = {OF_ITS_CASE.format(case='NEW.case_id')} WHERE case_id = NEW.case_id;"
    undone = "NEW.outcome = 'send_back' AND OLD.undone_id IS NULL AND NEW.undone_id IS NOT NULL"
    return [
        ("task_returned", "INSERT", "NEW.outcome = 'send_back'", returned),
        ("task_returned_undone", "UPDATE OF undone_id", undone, anew),
    ]


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
