"""On PostgreSQL a connection keeps its prepared statements over requests that only read, and takes back what wrote."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.database import db
from app.postgresql import Connection, is_read
from tests.support.databases import on_postgres
from tests.support.transfer_case import Story

ENOUGH = 8  # times that a statement is seen before it must have been prepared: psycopg waits for five


def prepared() -> int:
    """Statements that the server holds prepared for the connection in use."""
    return db.session.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements")) or 0


@on_postgres
def test_requests_that_only_read_run_prepared(submitted: Story) -> None:
    program = submitted.program("receiving_school")
    db.session.rollback()
    db.engine.dispose()  # of the connections that threads of other tests have left: one sees every request
    for _ in range(ENOUGH):
        assert program.get("/tasks").status == 200

    prepared()  # what was forgotten goes with the next statement, not before it
    db.session.rollback()
    assert prepared() > 0


@on_postgres
def test_no_statement_is_compiled_to_machine_code_or_waits_for_other_processes(submitted: Story) -> None:
    assert db.session.scalar(sa.text("SHOW jit")) == "off"
    assert db.session.scalar(sa.text("SHOW max_parallel_workers_per_gather")) == "0"


@on_postgres
def test_a_refused_request_that_wrote_is_taken_back(submitted: Story) -> None:
    db.session.execute(sa.text("UPDATE cases SET revision = revision + 1"))
    raw = db.session.connection().connection.dbapi_connection
    assert isinstance(raw, Connection)
    assert not raw.only_reads
    before = submitted.number

    db.session.rollback()

    revision = db.session.scalar(sa.text("SELECT revision FROM cases WHERE number = :number"), {"number": before})
    db.session.execute(sa.text("UPDATE cases SET revision = revision + 1"))
    db.session.rollback()
    again = db.session.scalar(sa.text("SELECT revision FROM cases WHERE number = :number"), {"number": before})
    assert again == revision


@on_postgres
def test_a_transaction_with_an_error_is_rolled_back_and_the_connection_goes_on(submitted: Story) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.text("SELECT 1 / 0"))
    db.session.rollback()

    assert db.session.scalar(sa.text("SELECT 1")) == 1


@pytest.mark.parametrize(
    ("statement", "reads"),
    [
        ("SELECT a FROM b", True),
        ("SELECT a FROM b FOR UPDATE", True),
        ("WITH c AS (SELECT 1) SELECT * FROM c", True),
        ("WITH c AS (UPDATE b SET a = 1 RETURNING a) SELECT * FROM c", False),
        ("WITH c AS (INSERT INTO b VALUES (1)) SELECT 1", False),
        ("SELECT a INTO d FROM b", False),
        ("UPDATE b SET a = 1", False),
        ("SAVEPOINT sa_savepoint_1", False),
        ("SET LOCAL lock_timeout = 1", False),
        ("CREATE TEMP TABLE b (a int)", False),
    ],
)
def test_what_only_reads(statement: str, reads: bool) -> None:
    assert is_read(statement) is reads
