"""Figures leave out what was taken back: a decision, its task's arrival, and what had come because of it."""

from __future__ import annotations

from alembic import op

revision = "t05"
down_revision = "t04"
branch_labels = None
depends_on = None

COLUMNS = "office_id, kind, day, process_key, key, code, since, count"
DECISION = "FROM decision AS d JOIN task AS t ON t.id = d.task_id JOIN cases AS c ON c.id = d.case_id"
TASK = "FROM task AS t JOIN cases AS c ON c.id = t.case_id"
TAKEN_BACK = "note LIKE '%\"E-TAKEN-BACK\"%'"  # what stands in a task that is asked no more because of that


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for line in _taken_off(sqlite, "d.undone_id IS NOT NULL", f"t.status = 'cancelled' AND t.{TAKEN_BACK}"):
        op.execute(line)
    *undone, gone = _taken_off(sqlite, "d.id = NEW.id", "t.id = NEW.id")
    when = "OLD.undone_id IS NULL AND NEW.undone_id IS NOT NULL"
    _trigger(sqlite, "figure_decision_undone", "decision", when, "; ".join(undone))
    when = f"OLD.status = 'open' AND NEW.status = 'cancelled' AND NEW.{TAKEN_BACK}"
    _trigger(sqlite, "figure_task_gone", "task", when, gone)


def _taken_off(sqlite: bool, undone: str, gone: str) -> list[str]:
    """What counts once less, as revision k01 has counted it: of decisions their outcome, reason and task; of tasks."""
    arrived, at = (_day(each, sqlite) for each in ("t.arrived_at", "d.at"))
    came = f"t.office_id, 'arrived', {arrived}, c.process_key, t.key, '', {arrived}"
    lines = [
        f"d.office_id, 'decided', {at}, c.process_key, t.key, d.outcome, {arrived}, -1 {DECISION} WHERE {undone}",
        f"d.office_id, d.outcome, {at}, c.process_key, t.key, d.reason_code, {at}, -1 {DECISION}"
        f" WHERE d.reason_code IS NOT NULL AND d.outcome IN ('send_back', 'refuse') AND {undone}",
        f"{came}, -1 {DECISION} WHERE {undone}",
        f"{came}, -1 {TASK} WHERE {gone}",
    ]
    return [f"INSERT INTO figure_entry ({COLUMNS}) SELECT {each}" for each in lines]


def _day(column: str, sqlite: bool) -> str:
    """The day in China of an instant that is kept in UTC."""
    return f"date({column}, '+8 hours')" if sqlite else f"({column} AT TIME ZONE 'Asia/Shanghai')::date"


def _trigger(sqlite: bool, name: str, table: str, when: str, body: str) -> None:
    event = f"AFTER UPDATE ON {table} FOR EACH ROW"
    if sqlite:
        op.execute(f"CREATE TRIGGER {name} {event} WHEN {when} BEGIN {body}; END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} {event} WHEN ({when}) EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
