"""Triggers that note which rows of sealed tables were written, and triggers that refuse to alter the record of an act.

They are created at every start, whatever a revision has done to the tables meanwhile (SQLite rebuilds a table to alter
it, and drops its triggers), and so a table that a later revision adds is sealed without anybody thinking of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa

from app.audit.tables import FORWARD, RECORDS, SealedTable, sealed_tables

MESSAGE = "the record of an act never changes"
FORWARD_MESSAGE = "what has ended stays ended"
MARK = "audit_posted"  # a function whose comment holds the digest of the triggers that were created


def create_triggers(connection: sa.Connection) -> None:
    """Create them on the newest schema; nothing happens when they are there as they should be."""
    if connection.dialect.name == "sqlite":
        _create_on_sqlite(connection)
    else:
        _create_on_postgresql(connection)


def drop_triggers(connection: sa.Connection) -> None:
    """Before an upgrade: a revision may rewrite what a record says. `create_triggers` follows the upgrade."""
    if connection.dialect.name == "sqlite":
        for name in _present(connection):
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        return
    standing = sa.text("SELECT tgname, CAST(tgrelid AS regclass) FROM pg_trigger WHERE tgname LIKE 'audit\\_on\\_%'")
    for name, table in connection.execute(standing).all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON {table}')
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {MARK}()")


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _present(connection: sa.Connection) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit\\_on\\_%' ESCAPE '\\'"
    return {row.name: row.sql for row in connection.exec_driver_sql(query)}


def _create_on_sqlite(connection: sa.Connection) -> None:
    present = _present(connection)
    wanted = dict(_of_sqlite())
    for name in present.keys() - wanted.keys():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    for name, definition in wanted.items():
        if present.get(name) != definition:
            connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')
            connection.exec_driver_sql(definition)


def _of_sqlite() -> Iterator[tuple[str, str]]:
    for table in sealed_tables().values():
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        for event, row in ((f"UPDATE OF {columns}", "NEW"), ("INSERT", "NEW"), ("DELETE", "OLD")):
            name = f"audit_on_{event.split()[0].lower()}_{table.name}"
            key = " || '|' || ".join(f'{row}."{column.name}"' for column in table.keys)
            yield (
                name,
                f'CREATE TRIGGER {name} AFTER {event} ON "{table.name}" FOR EACH ROW'
                f" BEGIN SELECT xueji_note('{table.name}', {key}); END",
            )
    for name, table_name, event, condition, message in _refusing():
        when = f" WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')}" if condition else ""
        yield (
            name,
            f'CREATE TRIGGER {name} BEFORE {event} ON "{table_name}" FOR EACH ROW{when}'
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        )


def _refusing() -> Iterator[tuple[str, str, str, str, str]]:
    """Name, table, event, condition and message of each trigger that refuses."""
    for table, columns in RECORDS.items():
        quoted = [f'"{column.strip()}"' for column in columns.split(",")]
        altered = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in quoted)
        yield f"audit_on_change_of_{table}", table, f"UPDATE OF {', '.join(quoted)}", altered, MESSAGE
        yield f"audit_on_end_of_{table}", table, "DELETE", "", MESSAGE
    for table, (columns, back) in FORWARD.items():
        yield f"audit_on_return_of_{table}", table, f"UPDATE OF {columns}", back, FORWARD_MESSAGE


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _create_on_postgresql(connection: sa.Connection) -> None:
    statements = list(_of_postgresql())
    posted = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    standing = sa.text(f"SELECT obj_description(to_regproc('{MARK}'), 'pg_proc')")
    count = sa.text("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit\\_on\\_%'")
    expected = sum("CREATE TRIGGER" in statement for statement in statements)
    if connection.scalar(standing) == posted and connection.scalar(count) == expected:
        return
    drop_triggers(connection)
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))
    connection.exec_driver_sql(f"CREATE FUNCTION {MARK}() RETURNS void LANGUAGE sql AS ''")
    connection.exec_driver_sql(f"COMMENT ON FUNCTION {MARK}() IS '{posted}'")


def _of_postgresql() -> Iterator[str]:
    """A function and three triggers for each table, once a statement; a setting of the transaction has the keys."""
    for table in sealed_tables().values():
        yield _function(table, f"audit_note_{table.name}", "written AS w")
        updated = f"audit_note_{table.name}"
        if table.marks:
            updated = f"audit_note_update_{table.name}"
            same = " AND ".join(f'w."{column.name}" = f."{column.name}"' for column in table.keys)
            yield _function(table, updated, f"written AS w JOIN former AS f ON {same} WHERE {_differ(table)}")
        for event, rows, function in (
            ("INSERT", "NEW TABLE AS written", f"audit_note_{table.name}"),
            ("UPDATE", "OLD TABLE AS former NEW TABLE AS written", updated),
            ("DELETE", "OLD TABLE AS written", f"audit_note_{table.name}"),
        ):
            yield (
                f'CREATE TRIGGER audit_on_{event.lower()}_{table.name} AFTER {event} ON "{table.name}"'
                f" REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
            )
    yield (
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation'; END $$"
    )
    for name, table_name, event, condition, message in _refusing():
        when = f" WHEN ({condition})" if condition else ""
        yield (
            f'CREATE TRIGGER {name} BEFORE {event} ON "{table_name}" FOR EACH ROW{when}'
            f" EXECUTE FUNCTION audit_refuse('{message}')"
        )


def _differ(table: SealedTable) -> str:
    row = "({})".format
    names = [column.name for column in table.columns]
    now, then = (row(", ".join(f'{each}."{name}"' for name in names)) for each in ("w", "f"))
    return f"{now} IS DISTINCT FROM {then}"


def _function(table: SealedTable, name: str, rows: str) -> str:
    key = " || '|' || ".join(f'CAST(w."{column.name}" AS text)' for column in table.keys)
    setting = f"'xueji.{table.name}'"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM set_config({setting}, concat_ws(chr(10), NULLIF(current_setting({setting}, true), ''),"
        f" (SELECT string_agg({key}, chr(10)) FROM {rows})), true); RETURN NULL; END $$"
    )
