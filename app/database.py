"""The database: the session, the base of every table, and the only commit."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase

from app import postgresql, writes
from app.errors import Stale
from app.writes import Write

db = SQLAlchemy()

LAST = "last"
QUESTIONS = "questions"
LATER = "later"
INSIDE = "inside"  # a block of `transaction`
WROTE = "wrote"  # names of the tables that the transaction has written, as its connection noted them
NOTED = "noted"  # on SQLite: table -> keys of the rows written, as the triggers of app/audit note them
LAST_WRITERS: list[Callable[[list[Any]], None]] = []


class Model(DeclarativeBase):
    """Base of every table; constraint names are fixed so that both engines and Alembic agree on them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An instant, kept in UTC; SQLite would give it back without its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _dialect: sa.Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, _dialect: sa.Dialect) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value


class Json(sa.types.TypeDecorator[Any]):
    """Plain data as UTF-8 JSON text: the same bytes on both engines, keys in the order they were written."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, _dialect: sa.Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def choice(enum: type[StrEnum], **options: Any) -> sa.Enum:
    """Column type for an enumeration, kept as its value with a check constraint."""
    return sa.Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        length=max(len(member.value) for member in enum),
        values_callable=lambda members: [member.value for member in members],
        **{"name": enum.__name__.lower(), **options},
    )


@sa.event.listens_for(sa.Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    """Write-ahead log, foreign keys, transactions that we begin ourselves, and what the triggers of app/audit call."""
    if isinstance(connection, sqlite3.Connection):
        noted: dict[str, dict[str, None]] = record.info.setdefault(NOTED, {})
        connection.create_function("xueji_note", 2, lambda name, key: noted.setdefault(name, {}).setdefault(str(key)))
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@sa.event.listens_for(sa.Engine, "do_connect")
def _connect_to_postgresql(dialect: sa.Dialect, _record: Any, arguments: Any, options: dict[str, Any]) -> Any:
    """On PostgreSQL a connection that keeps its prepared statements; SQLite connects as ever (None)."""
    return postgresql.connect(*arguments, **options) if dialect.name == "postgresql" else None


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def _take_the_writers_place(
    connection: sa.Connection, cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
) -> None:
    """On SQLite the first write takes the one writer's place; reads before it hold nobody up.

    A deferred transaction that turns from reading to writing fails at once when another wrote in between,
    so reads run outside a transaction and every write re-checks what it relies on (revision, counters).
    """
    raw = connection.connection.dbapi_connection
    if isinstance(raw, postgresql.Connection):
        raw.note(statement)
    elif (
        isinstance(raw, sqlite3.Connection)
        and not raw.in_transaction
        and not statement.lstrip()[:7]
        .upper()
        .startswith(("SELECT", "PRAGMA", "SAVEPOI", "RELEASE", "EXPLAIN", "BEGIN I"))
    ):
        cursor.execute("BEGIN IMMEDIATE")


@sa.event.listens_for(sa.Engine, "handle_error")
def _keep_values_out_of_messages(context: sa.engine.ExceptionContext) -> None:
    """PostgreSQL quotes the failing row below its message; logs get the message alone (SQLAlchemy's is hidden)."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    said = str(original)
    first = said.split("\n", 1)[0]
    if not isinstance(context.original_exception, sqlite3.Error) and first != said:
        original.args = (first,)
        if wrapped is not None:
            wrapped.args = tuple(str(each).replace(said, first) for each in wrapped.args)


@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def _note_the_tables(
    connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
) -> None:
    """Remember which tables the transaction has written."""
    if names := _written_by(statement):
        connection.info.setdefault(WROTE, set()).update(names)


@functools.lru_cache(maxsize=4096)
def _written_by(statement: str) -> tuple[str, ...]:
    return tuple(re.findall(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?([a-z_]+)', statement))


@sa.event.listens_for(sa.Engine, "commit")
@sa.event.listens_for(sa.Engine, "rollback")
def _forget_the_tables(connection: sa.Connection) -> None:
    if connection.invalidated:  # it was lost, and what it had noted with it: asking would hide why
        return
    connection.info.pop(WROTE, None)
    connection.info.get(NOTED, {}).clear()


@contextlib.contextmanager
def transaction(*, reads_first: bool = False) -> Iterator[None]:
    """All or nothing: commit when the block ends, roll everything back when it raises.

    reads_first -- on SQLite do not take the writer's place yet: the block reads and computes, and its first
    write is a conditional one that notices when the reading has gone stale.

    A database that says "somebody else was faster" is translated to Stale (E-STALE).
    """
    session = db.session
    session.info[INSIDE] = True
    try:
        if not reads_first and session.connection().dialect.name == "sqlite":
            begin_immediate(session.connection())
        yield
        session.flush()
        write_kept()
        if session.info.get(LAST) or session.connection().info.get(WROTE):
            for write in LAST_WRITERS:
                write(session.info.pop(LAST, []))
        for question in session.info.pop(QUESTIONS, []):
            question()
        session.commit()
    except sa.exc.OperationalError as error:
        session.rollback()
        if is_lost_race(error):
            raise Stale() from error
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        for left in (LATER, LAST, QUESTIONS, INSIDE):
            session.info.pop(left, None)


def end_reading() -> None:
    """Give up what was read and the connection with it: before a transaction that writes, or work that takes time.

    So the transaction begins with what is there by then, and nothing is held meanwhile.
    """
    db.session.rollback()


def serialise(what: str) -> None:
    """Let the transactions that name the same thing pass here one after the other, until each has ended.

    On PostgreSQL by a lock that stands for no row; on SQLite a writing transaction is the only one anyway.
    """
    if db.session.connection().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big", signed=True)
        execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Everything read in the block is of one instant, whoever writes meanwhile; nothing is written.

    What the session held before is given up, for a transaction cannot become one of these.
    """
    session = db.session
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
    else:
        raw: Any = session.connection().connection.dbapi_connection
        raw.execute("BEGIN")  # deferred: reading holds nobody up
    try:
        yield
    finally:
        session.rollback()


def begin_immediate(connection: sa.Connection) -> None:
    """Take SQLite's writer's place now, unless this connection has it."""
    raw: Any = connection.connection.dbapi_connection
    if not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def is_lost_race(error: sa.exc.DBAPIError) -> bool:
    """True for a serialisation failure, a deadlock or a lock that was not had in time."""
    state = getattr(error.orig, "sqlstate", None)
    return state in ("40001", "40P01", "55P03") or "database is locked" in str(error.orig)


@contextlib.contextmanager
def attempt() -> Iterator[None]:
    """A savepoint: what the block wrote is undone when it raises, the rest of the transaction stays.

    Undone with it: what it left for the end of the transaction, and what objects have read of the rows it wrote.
    """
    session = db.session
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        begin_immediate(connection)
    left = [session.info.setdefault(name, []) for name in (LATER, LAST, QUESTIONS)]
    before = [len(each) for each in left]
    try:
        with session.begin_nested():
            yield
    except BaseException:
        for each, length in zip(left, before, strict=True):
            del each[length:]
        session.expire_all()
        raise


def table(model: type[Model]) -> Any:
    """The table of a model, for statements that need no objects."""
    return model.__table__


def execute(statement: Any, parameters: Any = None) -> Any:
    """Execute a statement about tables in the running transaction, without the layer that makes objects."""
    return db.session.connection().execute(statement, parameters)


def write_together(*some: Write) -> None:
    """Execute writes that do not need each other's results: on PostgreSQL in one round trip, else one by one."""
    if some:
        writes.run(db.session.connection(), some)


def write_later(*some: Write) -> None:
    """Keep writes for the end of the transaction, where all of them go together, the first one kept first.

    Nothing that comes later in the transaction may read what they write. On SQLite the writer's place is so taken when
    everything has been computed; where the first is a claim, whoever was too late has then written nothing. Raises
    RuntimeError outside `transaction`, where nobody would write them.
    """
    if INSIDE not in db.session.info:
        raise RuntimeError("writes are kept for the end of transaction(), which is not there")
    db.session.info.setdefault(LATER, []).extend(some)


def write_kept() -> None:
    """Write now what was kept for the end: something is to be read that it may change."""
    write_together(*db.session.info.pop(LATER, []))


def write_last(item: Any) -> None:
    """Keep `item` until just before the commit, when the registered writers get all of them in order.

    What every transaction locks (the audit chain) is thereby locked last and for the shortest time.
    """
    db.session.info.setdefault(LAST, []).append(item)


def ask_at_commit(question: Callable[[], None]) -> None:
    """Ask once more when all is written, right before the commit: what the question raises undoes everything.

    For what the clock decides: a transaction may begin before a moment and end after it.
    """
    db.session.info.setdefault(QUESTIONS, []).append(question)
