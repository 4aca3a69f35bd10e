"""A connection to PostgreSQL that keeps its prepared statements from one request to the next.

psycopg prepares a statement that it has seen five times, and forgets all of them at a ROLLBACK, for an object that the
transaction made may be gone. Every request that only reads ends in one: so nothing was ever run prepared. A
transaction that has done nothing but SELECT has nothing to take back, and ends in a COMMIT instead.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

PREPARED = 300  # statements kept by a connection; the application has some 250 that it runs often
WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|CREATE|INTO)\b(?!\s+OF\b)", re.IGNORECASE)


class Connection(psycopg.Connection[Any]):
    """As psycopg's, but the end of a transaction that only read is a COMMIT."""

    only_reads = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.prepared_max = PREPARED

    def note(self, statement: str) -> None:
        """Remember that the transaction does more than read, if this statement, which is about to run, does."""
        begins = self.info.transaction_status == TransactionStatus.IDLE
        self.only_reads = (begins or self.only_reads) and is_read(statement)

    def rollback(self) -> None:
        """Take back what was written; of a transaction without an error that has written nothing, just end it."""
        if self.only_reads and self.info.transaction_status == TransactionStatus.INTRANS:
            self.execute("COMMIT", prepare=False)
            return
        super().rollback()


def connect(*arguments: Any, **options: Any) -> Connection:
    """A connection whose statements are never compiled to machine code, nor shared among several processes.

    PostgreSQL does so where it expects much work, and on lists it expects too much: a search that reads a page took
    1.3 s, nearly all of it for compiling what then ran for 50 ms; an inbox of one process among 22,000 tasks waited
    16 ms for helpers that had nothing to do.
    """
    connection = Connection.connect(*arguments, **{**options, "autocommit": True})
    connection.execute("SET jit = off; SET max_parallel_workers_per_gather = 0")
    connection.autocommit = False
    return connection


@functools.lru_cache(maxsize=4096)
def is_read(statement: str) -> bool:
    """True for a SELECT, also a locking one, that changes no table."""
    return statement.lstrip()[:7].upper().startswith(("SELECT", "WITH")) and not WRITES.search(
        statement.replace("FOR UPDATE", "").replace("FOR NO KEY UPDATE", "")
    )
