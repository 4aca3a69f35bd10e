"""What a transaction has written, as the triggers of every sealed table have noted it, as seals for its entry."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import orjson

from app.audit import rows
from app.audit.tables import sealed_tables
from app.database import NOTED, WROTE, db, execute

ROWS_OF_AN_ENTRY = 5000


def seals() -> tuple[int, list[str]]:
    """The number of this sealing, and its seals in pieces as large as an entry carries; none when nothing was written.

    Asked when everything is written: whoever writes one of these rows next waits for this transaction, and so gets
    a higher number.
    """
    connection = db.session.connection()
    touched = frozenset(connection.info.pop(WROTE, ())).intersection(sealed_tables())
    if connection.dialect.name == "postgresql":
        return _on_postgresql(touched) if touched else (0, [])
    noted: dict[str, dict[str, None]] = connection.info.get(NOTED, {})
    found = {name: rows.rows_of(sealed_tables()[name], list(keys)) for name, keys in sorted(noted.items()) if keys}
    noted.clear()
    if not any(found.values()):
        return 0, []
    number = next_number()
    return number, pieces(number, found)


def next_number() -> int:
    """The number of a sealing on SQLite, which has one writer."""
    raw: Any = db.session.connection().connection.dbapi_connection
    [number] = raw.execute("SELECT COALESCE(MAX(seal_number), 0) + 1 FROM audit_event").fetchone()
    return int(number)


def _on_postgresql(touched: frozenset[str]) -> tuple[int, list[str]]:
    number, found = 0, defaultdict[str, dict[str, str]](dict)
    digests: dict[str, Any] = {}
    for name, key, said in execute(rows.what_was_written(touched)):
        if not name:
            number = int(key)
        elif key:
            if name not in digests:
                digests[name] = rows.digester(sealed_tables()[name])
            found[name][key] = rows.GONE if said is None else digests[name](key, orjson.loads(said))
    return number, pieces(number, found)


def pieces(number: int, found: dict[str, dict[str, str]]) -> list[str]:
    """`{"number": 7, "rows": {"decision": {"17": digest}}}`, in as many as are needed."""
    return pieces_of_seals(
        number, [(name, key, its_digest) for name in sorted(found) for key, its_digest in found[name].items()]
    )


def pieces_of_seals(number: int, every: list[tuple[str, str, str]]) -> list[str]:
    """The same of table, key and digest of each row."""
    return [piece(number, every[start : start + ROWS_OF_AN_ENTRY]) for start in range(0, len(every), ROWS_OF_AN_ENTRY)]


def piece(number: int, some: list[tuple[str, str, str]]) -> str:
    """The seals of one entry."""
    told: dict[str, Any] = {}
    for name, key, its_digest in some:
        told.setdefault(name, {})[key] = its_digest
    return orjson.dumps({"number": number, "rows": told}).decode()
