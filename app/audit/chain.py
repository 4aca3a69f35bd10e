"""日志 – an append-only hash chain of who did what, written in the transaction of the act itself.

One chain per division, so that two counties never wait for each other; who is not signed in has a chain apart, and so
has the clock, so that no flood of wrong passwords holds anybody's act. Each row holds the text that was hashed, the
hash of the row before it and this text, and its place in the chain; the chain's head holds the last place and hash.
So a row changed, removed or inserted, also at the end, is found by `verify`. With the last entry of a transaction go
the seals: keyed digests of every business row that the transaction has written.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.access import Actor
from app.audit import written_rows
from app.bulk import insert_rows
from app.database import LAST_WRITERS, Model, UtcDateTime, db, execute, table, write_last
from app.sequences import insert_for

GENESIS = "0" * 64
ANONYMOUS = "signin"  # the chain of who is not signed in
SYSTEM = "system"  # of the clock and of whoever starts the program; it also records the heads of the others
HEADS = "chain:heads"  # the subject under which the heads of all chains are written down
OPENED = "audit/open_chain"
UNKNOWN_USER = "user:?"  # the subject of who gave a name that nobody has; once its keyed hash stood behind it
SIGN_IN_VERBS = {"identity/sign_in", "identity/wrong_password", "identity/ceiling", "identity/lock"}
SEALS = {"seals": "text", "seal_number": "bigint"}
MOST_IN_ONE = 8  # entries whose hashes PostgreSQL computes one from the other in one statement: it takes their square
HEADS_EVERY = dt.timedelta(hours=1)


class AuditChain(Model):
    """日志链 – the head of one division's chain: how long it is and its last hash."""

    __tablename__ = "audit_chain"

    chain: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    place: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


#: the code of the office in an event's content, whatever else somebody may have written there
OFFICE_OF_EVENT = """substring(audit_event.content from '"office":"([^"]*)"')"""


class AuditEvent(Model):
    """日志 – one act: verb, subject, actor, before and after, linked to the row before it."""

    __tablename__ = "audit_event"
    __table_args__ = (
        sa.Index(
            "ix_audit_event_office",
            sa.text(OFFICE_OF_EVENT.replace("audit_event.", "")),
            "at",
            "chain",
            "place",
        ).ddl_if(dialect="postgresql"),
        sa.Index("ix_audit_event_verb", "verb", "at", "chain", "place"),
    )

    chain: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    verb: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    content: Mapped[str] = mapped_column(sa.Text)
    seals: Mapped[str | None] = mapped_column(sa.Text)  # digests of the rows written in the transaction of this act
    seal_number: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)  # of two seals of a row the higher holds


CHAINS = table(AuditChain)
EVENTS = table(AuditEvent)
#: built once: every transaction that writes executes them
HEAD = sa.select(CHAINS).where(CHAINS.c.chain == sa.bindparam("of")).with_for_update()
MOVE_HEAD = (
    sa.update(CHAINS)
    .where(CHAINS.c.chain == sa.bindparam("of"))
    .values(place=sa.bindparam("place"), hash=sa.bindparam("hash"))
)


@dataclass(frozen=True)
class _Entry:
    chain: str
    at: dt.datetime
    verb: str
    subject: str
    actor_id: int | None
    content: str
    seals: str | None = None
    seal_number: int | None = None


def record(
    verb: str,
    subject: str,
    *,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act in the running transaction.

    verb -- `package/verb`, such as `cases/decide`; a refused attempt is `refused/…`.
    subject -- `kind:key`, such as `case:20261123-000001`; never a child's number.
    """
    write_last(_entry(_chain_of(verb, actor), verb, subject, actor=actor, before=before, after=after))


def _chain_of(verb: str, actor: Actor) -> str:
    """The chain of the actor's division; what nobody in particular did stands apart and makes nobody wait."""
    if actor.user_id is not None:
        return actor.office_code[:6]
    return ANONYMOUS if verb in SIGN_IN_VERBS else SYSTEM


def _entry(
    chain: str,
    verb: str,
    subject: str,
    *,
    actor: Actor | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> _Entry:
    at = clock.now()
    content = orjson.dumps(
        {
            "at": at.isoformat(),
            "verb": verb,
            "subject": subject,
            "actor": actor.user_id if actor else None,
            "name": actor.name if actor else "系统",
            "office": actor.office_code if actor else "",
            "duty": actor.duty if actor else "clock",
            "before": before,
            "after": after,
        }
    ).decode()
    return _Entry(chain, at, verb, subject, actor.user_id if actor else None, content)


def _write(entries: list[_Entry]) -> None:
    """Append what the transaction recorded and the seals of what it wrote.

    Chains in the order of their keys, so that no two transactions deadlock; the program's own comes last.
    """
    opened: list[str] = []
    sealed = _sealed(entries)
    for chain, group in groupby(sorted(sealed, key=lambda entry: entry.chain), key=lambda entry: entry.chain):
        if append(chain, list(group)) and chain != SYSTEM:
            opened.append(chain)
    if opened:  # once for each chain: from then on it cannot be dropped unseen
        append(SYSTEM, [_entry(SYSTEM, OPENED, f"chain:{chain}") for chain in opened])


def _sealed(entries: list[_Entry]) -> list[_Entry]:
    """The entries, the last with the seals; a write that nobody recorded gets an entry of the program."""
    number, seals = written_rows.seals()
    if not seals:
        return entries
    *before, last = entries or [entry_of_seals("audit/seal", seals[0], number=number)]
    more = [entry_of_seals("audit/seal", each, number=number, chain=last.chain) for each in seals[1:]]
    return [*before, replace(last, seals=seals[0], seal_number=number), *more]


def entry_of_seals(
    verb: str,
    seals: str,
    *,
    number: int,
    chain: str = SYSTEM,
    subject: str | None = None,
    after: Mapping[str, Any] | None = None,
) -> _Entry:
    """An entry of the program that carries seals; its subject names the tables."""
    tables = ",".join(orjson.loads(seals)["rows"])
    entry = _entry(chain, verb, subject or f"table:{tables}"[:80], after=after)
    return replace(entry, seals=seals, seal_number=number)


LAST_WRITERS.append(_write)


def append(chain: str, entries: list[_Entry]) -> bool:
    """Append to one chain now; True when the chain has begun with it."""
    dialect = db.session.connection().dialect.name
    if dialect == "postgresql" and len(entries) <= MOST_IN_ONE:
        statement = _append_in_one(len(entries), _carry_seals(entries))
        done = execute(statement, _parameters(chain, entries)).rowcount
        if done:
            return False
    head = _head(chain) or _open(chain)
    began = head.place == 0
    place, link, rows = head.place, head.hash, []
    for entry in entries:
        place, link = place + 1, link_of(link, entry.content, entry.seals)
        rows.append({**vars(entry), "place": place, "hash": link})
    if not _carry_seals(entries):  # an older schema has no place for them
        rows = [{name: value for name, value in row.items() if name not in SEALS} for row in rows]
    execute(MOVE_HEAD, {"of": chain, "place": place, "hash": link})
    insert_rows(EVENTS, rows)
    return bool(began)


def _head(chain: str) -> Any:
    return execute(HEAD, {"of": chain}).one_or_none()


def _open(chain: str) -> Any:
    """A new chain; two at once are kept apart by the primary key."""
    execute(insert_for()(CHAINS).values(chain=chain, place=0, hash=GENESIS).on_conflict_do_nothing())
    return _head(chain)


def link_of(previous: str, content: str, seals: str | None = None) -> str:
    """The hash of a row that follows the row with that hash."""
    return hashlib.sha256((previous + content + (seals or "")).encode()).hexdigest()


def _carry_seals(entries: list[_Entry]) -> bool:
    return any(entry.seals is not None for entry in entries)


@functools.lru_cache(maxsize=64)
def _append_in_one(count: int, sealed: bool) -> sa.TextClause:
    """Lock the head, hash, append and move the head in a single round trip (PostgreSQL can hash by itself)."""
    steps = ["h0 AS (SELECT place, hash FROM audit_chain WHERE chain = :chain FOR UPDATE)"]
    kinds = {
        "at": "timestamptz", "verb": "varchar", "subject": "varchar", "actor_id": "integer", "content": "text"
    } | (SEALS if sealed else {})  # fmt: skip
    for n in range(1, count + 1):
        hashed = f"hash || CAST(:content{n} AS text)" + (f" || COALESCE(CAST(:seals{n} AS text), '')" if sealed else "")
        steps.append(
            f"h{n} AS (SELECT place + 1 AS place, encode(sha256(convert_to({hashed}, 'UTF8')), 'hex') AS hash"
            f" FROM h{n - 1})"
        )
    steps.append(
        f"moved AS (UPDATE audit_chain SET place = h{count}.place, hash = h{count}.hash"
        f" FROM h{count} WHERE chain = :chain)"
    )
    rows = " UNION ALL ".join(
        "SELECT CAST(:chain AS varchar), place, hash, "
        + ", ".join(f"CAST(:{name}{n} AS {kind})" for name, kind in kinds.items())
        + f" FROM h{n}"
        for n in range(1, count + 1)
    )
    return sa.text(f"WITH {', '.join(steps)} INSERT INTO audit_event (chain, place, hash, {', '.join(kinds)}) {rows}")


def _parameters(chain: str, entries: list[_Entry]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"chain": chain}
    for n, entry in enumerate(entries, start=1):
        parameters |= {f"{name}{n}": value for name, value in vars(entry).items() if name != "chain"}
    return parameters


def heads() -> dict[str, tuple[int, str]]:
    """How long each chain is, and its last hash: kept outside the database, they hold what was there that day."""
    return {row.chain: (row.place, row.hash) for row in execute(sa.select(CHAINS).order_by(CHAINS.c.chain))}


def keep_heads() -> None:
    """Write the heads of all chains into the program's own, at most once an hour: none can be cut or dropped since.

    Called by the clock, in its transaction.
    """
    last = sa.select(EVENTS.c.at).where(EVENTS.c.subject == HEADS).order_by(EVENTS.c.at.desc()).limit(1)
    kept = execute(last).scalar()
    present = heads()
    if present and (kept is None or clock.now() - kept >= HEADS_EVERY):
        write_last(_entry(SYSTEM, "audit/keep_heads", HEADS, after={"heads": present}))
