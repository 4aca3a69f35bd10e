"""Figures of tasks, decisions and changes: entries that triggers write as things happen, and their sums."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "k01"
down_revision = "t02"
branch_labels = None
depends_on = None

NAMES = ("office_id", "kind", "day", "process_key", "key", "code", "since")
COLUMNS = ", ".join((*NAMES, "count"))
KEY = "office_id, with_below, kind, day, process_key, key, code, days"
#: what is counted of a new row: table -> kinds of `_counted`
NEW = {"task": ("open", "arrived"), "decision": ("decided", "reason"), "change": ("changed",)}
IDS = {"task": "t.id", "decision": "d.id", "change": "h.id"}
REFUSED = "NEW.status = 'refused' AND OLD.status <> 'refused'"


def upgrade() -> None:
    since, days = (sa.Column("since", sa.Date(), nullable=False), sa.Column("days", sa.Integer(), nullable=False))
    _create("figure_entry", sa.Column("id", sa.Integer(), nullable=False), since, keys=("id",))
    with_below = sa.Column[Any]("with_below", sa.Boolean(), nullable=False)
    _create("figure", with_below, days, keys=tuple(KEY.split(", ")))
    nothing = sa.text("count = 0")
    op.create_index("ix_figure_nothing", "figure", ["day"], sqlite_where=nothing, postgresql_where=nothing)
    op.create_index("ix_task_arrived", "task", ["office_id", "arrived_at", "id"])
    done = sa.text("status = 'done'")
    op.create_index(
        "ix_task_decided", "task", ["office_id", "ended_at", "id"], sqlite_where=done, postgresql_where=done
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for counted in _counted(sqlite).values():
        op.execute(
            f"INSERT INTO figure_entry ({COLUMNS}) SELECT {', '.join(NAMES)}, SUM(count)"
            f" FROM ({counted}) AS counted GROUP BY {', '.join(NAMES)}"
        )
    for name, (table, event, when, body) in _triggers(sqlite).items():
        _trigger(sqlite, name, f"AFTER {event} ON {table} FOR EACH ROW", when, body)


def _create(name: str, first: sa.Column[Any], days: sa.Column[Any], keys: tuple[str, ...]) -> None:
    op.create_table(
        name,
        first,
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("process_key", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        days,
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=f"fk_{name}_office_id"),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"),
    )


def _day(column: str, sqlite: bool) -> str:
    """The day in China of an instant that is kept in UTC."""
    return f"date({column}, '+8 hours')" if sqlite else f"({column} AT TIME ZONE 'Asia/Shanghai')::date"


def _counted(sqlite: bool) -> dict[str, str]:
    """What is counted, as selects that end with a condition; the names of columns are those of an entry."""
    deadline, arrived, at = (_day(each, sqlite) for each in ("t.deadline", "t.arrived_at", "d.at"))
    recorded, worked = _day("h.recorded_at", sqlite), _day("r.worked_at", sqlite)
    task = "FROM task AS t JOIN cases AS c ON c.id = t.case_id"
    decision = "FROM decision AS d JOIN task AS t ON t.id = d.task_id JOIN cases AS c ON c.id = d.case_id"

    def line(*given: str) -> str:
        values = zip(given, NAMES, strict=True)
        return "SELECT " + ", ".join(f"{value} AS {name}" for value, name in values) + ", 1 AS count"

    return {
        "open": line("t.office_id", "'open'", deadline, "c.process_key", "t.key", "''", deadline)
        + f" {task} WHERE t.status = 'open'",
        "arrived": line("t.office_id", "'arrived'", arrived, "c.process_key", "t.key", "''", arrived)
        + f" {task} WHERE TRUE",
        "decided": line("d.office_id", "'decided'", at, "c.process_key", "t.key", "d.outcome", arrived)
        + f" {decision} WHERE TRUE",
        "reason": line("d.office_id", "d.outcome", at, "c.process_key", "t.key", "d.reason_code", at)
        + f" {decision} WHERE d.reason_code IS NOT NULL AND d.outcome IN ('send_back', 'refuse')",
        "changed": line("h.school_id", "'changed'", recorded, "''", "''", "h.code", recorded)
        + " FROM change AS h WHERE TRUE",
        "attempt": line("b.school_id", "'attempt'", worked, "c.process_key", "''", "r.code", worked)
        + " FROM batch_row AS r JOIN batch AS b ON b.case_id = r.case_id JOIN cases AS c ON c.id = r.case_id"
        " WHERE r.status = 'refused'",
    }


def _triggers(sqlite: bool) -> dict[str, tuple[str, str, str, str]]:
    """By the name of a trigger its table, event, condition and what it does."""
    counted = _counted(sqlite)
    found = {
        f"figure_{table}": (
            table,
            "INSERT",
            "",
            " ".join(
                f"INSERT INTO figure_entry ({COLUMNS}) {counted[each]} AND {IDS[table]} = NEW.id;" for each in kinds
            ),
        )
        for table, kinds in NEW.items()
    }
    differs = " OR ".join(f"OLD.{each} <> NEW.{each}" for each in ("status", "office_id", "deadline", "key"))
    found["figure_task_moves"] = ("task", "UPDATE", differs, _one("OLD", "-1", sqlite) + _one("NEW", "1", sqlite))
    refused = f"INSERT INTO figure_entry ({COLUMNS}) {counted['attempt']} AND r.case_id = NEW.case_id"
    refused += " AND r.position = NEW.position;"
    found["figure_row_refused"] = ("batch_row", "UPDATE", REFUSED, refused)
    moves = "".join(_passed(which, sign) for which, sign in (("OLD", "-"), ("NEW", "")))
    found["figure_office_moves"] = ("office", "UPDATE", "OLD.path <> NEW.path", moves)
    return found


def _one(which: str, count: str, sqlite: bool) -> str:
    """An open task more or less."""
    day = _day(f"{which}.deadline", sqlite)
    return (
        f"INSERT INTO figure_entry ({COLUMNS}) SELECT {which}.office_id, 'open', {day}, c.process_key, {which}.key, '',"
        f" {day}, {count} FROM cases AS c WHERE c.id = {which}.case_id AND {which}.status = 'open'; "
    )


def _passed(which: str, sign: str) -> str:
    """What waits at an office that gets another superior leaves the sums above it, and enters those it comes under."""
    return (
        f"INSERT INTO figure ({KEY}, count)"
        f" SELECT a.id, TRUE, f.kind, f.day, f.process_key, f.key, f.code, f.days, {sign}f.count FROM figure AS f"
        f" JOIN office AS a ON substr({which}.path, 1, length(a.path)) = a.path AND a.id <> NEW.id"
        " WHERE f.office_id = NEW.id AND NOT f.with_below AND f.kind = 'open'"
        f" ON CONFLICT ({KEY}) DO UPDATE SET count = figure.count + excluded.count; "
    )


def _trigger(sqlite: bool, name: str, event: str, when: str, body: str) -> None:
    if sqlite:
        op.execute(f"CREATE TRIGGER {name} {event} {f'WHEN {when}' if when else ''} BEGIN {body} END")
        return
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")
    op.execute(f"CREATE TRIGGER {name} {event} {f'WHEN ({when})' if when else ''} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
