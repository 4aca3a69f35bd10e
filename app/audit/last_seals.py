"""The seals as the chains hold them: the last one of every row, in a temporary file, however many there are."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from app.audit import rows
from app.audit.tables import SealedTable

SCHEMA = """
CREATE TABLE seal (name TEXT, key TEXT, number INTEGER, digest TEXT, chain TEXT, place INTEGER, PRIMARY KEY (name, key))
  WITHOUT ROWID;
CREATE TABLE present (key TEXT PRIMARY KEY, digest TEXT);
"""
KEEP = (
    "INSERT INTO seal VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number,"
    " digest = excluded.digest, chain = excluded.chain, place = excluded.place WHERE excluded.number >= seal.number"
)
ALTERED = """
SELECT present.key, present.digest, seal.chain, seal.place
FROM present LEFT JOIN seal ON seal.name = ? AND seal.key = present.key
WHERE seal.digest IS NOT present.digest ORDER BY present.rowid
"""
GONE = (
    "SELECT key, chain, place FROM seal WHERE name = ? AND digest <> ? AND key NOT IN (SELECT key FROM present)"
    " ORDER BY place"
)


@dataclass(frozen=True)
class Difference:
    """A row that is not as it was sealed."""

    table: SealedTable
    key: str
    digest: str  # as the row is now; GONE when there is none
    chain: str  # where it was sealed last; empty: never
    place: int


class Ledger:
    """Takes the seals of every event, in any order, and compares the tables with them."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect("")  # a file of its own, that nobody sees and that goes with it
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        self.connection.close()

    def keep(self, chain: str, place: int, seals: str) -> bool:
        """The seals of one event; False when they cannot be read."""
        try:
            told = orjson.loads(seals)
            number = int(told["number"])
            kept = [
                (name, key, number, str(its_digest), chain, place)
                for name, some in told["rows"].items()
                for key, its_digest in some.items()
            ]
            self.connection.executemany(KEEP, kept)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):  # no JSON is a ValueError too
            return False
        return True

    def differences(self, tables: Mapping[str, SealedTable]) -> Iterator[Difference]:
        """Rows that were changed or inserted, then rows that are gone, table by table."""
        for table in tables.values():
            self.connection.execute("DELETE FROM present")
            self.connection.executemany("INSERT OR IGNORE INTO present VALUES (?, ?)", rows.all_rows(table))
            for key, its_digest, chain, place in self.connection.execute(ALTERED, (table.name,)):
                yield Difference(table, key, its_digest, chain or "", place or 0)
            for key, chain, place in self.connection.execute(GONE, (table.name, rows.GONE)):
                yield Difference(table, key, rows.GONE, chain, place)


@contextlib.contextmanager
def ledger() -> Iterator[Ledger]:
    """A ledger for the block."""
    kept = Ledger()
    try:
        yield kept
    finally:
        kept.close()
