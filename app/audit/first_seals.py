"""Taking over: what a database holds when the seals come to it, or after an upgrade, is sealed as of that day."""

from __future__ import annotations

import orjson
import sqlalchemy as sa

from app.audit import written_rows
from app.audit.chain import EVENTS, SYSTEM, append, entry_of_seals
from app.audit.tables import sealed_tables
from app.audit.verification import sealed_so_far
from app.database import db, execute

TAKEN_OVER = "audit/take_over"


def take_over(revision: str) -> None:
    """Seal every row that is not as it was sealed, once for each revision of the schema; nothing the second time.

    A row that was changed outside the program before the upgrade is taken over with the rest: whoever upgrades
    verifies first (README). Runs in the caller's transaction, which writes nothing else.
    """
    _go_on_counting()
    if _last_taken_over() == revision:
        return
    with sealed_so_far() as sealed:
        number, count, some = next_seal_number(), 0, []
        for difference in sealed.differences(sealed_tables()):
            some.append((difference.table.name, difference.key, difference.digest))
            count += 1
            if len(some) == written_rows.ROWS_OF_AN_ENTRY:
                _append(revision, number, some, None)
                some = []
        _append(revision, number, some, count)


def _append(revision: str, number: int, some: list[tuple[str, str, str]], count: int | None) -> None:
    """An entry with these seals; the last one says how many rows there were."""
    seals = written_rows.piece(number, some)
    after = {"revision": revision, "rows": count}
    verb = TAKEN_OVER if count is not None else "audit/seal"
    append(SYSTEM, [entry_of_seals(verb, seals, number=number, after=after, subject="schema:rows")])


def _last_taken_over() -> str | None:
    last = (
        sa.select(EVENTS.c.content)
        .where(EVENTS.c.subject == "schema:rows", EVENTS.c.verb == TAKEN_OVER, EVENTS.c.chain == SYSTEM)
        .order_by(EVENTS.c.place.desc())
        .limit(1)
    )
    content = execute(last).scalar()
    return str(orjson.loads(content)["after"]["revision"]) if content else None


def next_seal_number() -> int:
    """The number of a sealing that begins now: of two seals of a row the one with the higher number holds."""
    if db.session.connection().dialect.name == "postgresql":
        return int(execute(sa.text("SELECT nextval('audit_seal')")).scalar_one())
    return written_rows.next_number()


def _go_on_counting() -> None:
    """After a restore the next sealing is the one after the last that came back."""
    if db.session.connection().dialect.name == "postgresql":
        known = "(SELECT max(seal_number) AS highest FROM audit_event) AS known"
        later = "highest > (SELECT last_value FROM audit_seal)"
        execute(sa.text(f"SELECT setval('audit_seal', highest) FROM {known} WHERE {later}"))
