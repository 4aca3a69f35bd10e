"""日志 – an append-only hash chain of who did what, written in the transaction of the act itself.

One chain per division, so that two counties never wait for each other. Each row holds the text that was hashed,
the hash of the row before it and this text, and its place in the chain; the chain's head holds the last place and
hash. So a row changed, removed or inserted, also at the end, is found by `verify`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.access import Actor
from app.database import LAST_WRITERS, Model, UtcDateTime, db, execute, table, write_last
from app.series import insert_for

GENESIS = "0" * 64


class AuditChain(Model):
    """日志链 – the head of one division's chain: how long it is and its last hash."""

    __tablename__ = "audit_chain"

    chain: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    place: Mapped[int]
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditEvent(Model):
    """日志 – one act: verb, subject, actor, before and after, linked to the row before it."""

    __tablename__ = "audit_event"

    chain: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    verb: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.Integer, index=True)
    content: Mapped[str] = mapped_column(sa.Text)


CHAINS = table(AuditChain)
EVENTS = table(AuditEvent)


@dataclass(frozen=True)
class _Entry:
    chain: str
    at: dt.datetime
    verb: str
    subject: str
    actor_id: int | None
    content: str


def record(
    verb: str,
    subject: str,
    *,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down an act in the running transaction.

    verb -- `room/verb`, such as `cases/decide`; a refused attempt is `refused/…`.
    subject -- `kind:key`, such as `case:20261123-000001`; never a child's number.
    """
    at = clock.now()
    content = orjson.dumps(
        {
            "at": at.isoformat(),
            "verb": verb,
            "subject": subject,
            "actor": actor.user_id,
            "name": actor.name,
            "office": actor.office_code,
            "duty": actor.duty,
            "before": before,
            "after": after,
        }
    ).decode()
    write_last(_Entry(actor.office_code[:6], at, verb, subject, actor.user_id, content))


def _write(entries: list[_Entry]) -> None:
    """Append what the transaction recorded; chains in the order of their keys, so that nobody waits in a ring."""
    for chain, group in groupby(sorted(entries, key=lambda entry: entry.chain), key=lambda entry: entry.chain):
        _append(chain, list(group))


LAST_WRITERS.append(_write)


def _append(chain: str, entries: list[_Entry]) -> None:
    dialect = db.session.connection().dialect.name
    if dialect == "postgresql":
        done = execute(_append_in_one(len(entries)), _parameters(chain, entries)).rowcount
        if done:
            return
    head = _head(chain) or _open(chain)
    place, link, rows = head.place, head.hash, []
    for entry in entries:
        place, link = place + 1, _link(link, entry.content)
        rows.append({**vars(entry), "place": place, "hash": link})
    execute(sa.update(CHAINS).where(CHAINS.c.chain == chain).values(place=place, hash=link))
    execute(sa.insert(EVENTS), rows)


def _head(chain: str) -> Any:
    return execute(sa.select(CHAINS).where(CHAINS.c.chain == chain).with_for_update()).one_or_none()


def _open(chain: str) -> Any:
    """A new chain; two at once are kept apart by the primary key."""
    execute(insert_for()(CHAINS).values(chain=chain, place=0, hash=GENESIS).on_conflict_do_nothing())
    return _head(chain)


def _link(previous: str, content: str) -> str:
    return hashlib.sha256((previous + content).encode()).hexdigest()


_in_one: dict[int, sa.TextClause] = {}


def _append_in_one(count: int) -> sa.TextClause:
    """Lock the head, hash, append and move the head in a single round trip (PostgreSQL can hash by itself)."""
    if count not in _in_one:
        steps = ["h0 AS (SELECT place, hash FROM audit_chain WHERE chain = :chain FOR UPDATE)"]
        for n in range(1, count + 1):
            steps.append(
                f"h{n} AS (SELECT place + 1 AS place, encode(sha256(convert_to(hash || CAST(:content{n} AS text),"
                f" 'UTF8')), 'hex') AS hash FROM h{n - 1})"
            )
        steps.append(
            f"moved AS (UPDATE audit_chain SET place = h{count}.place, hash = h{count}.hash"
            f" FROM h{count} WHERE chain = :chain)"
        )
        rows = " UNION ALL ".join(
            f"SELECT CAST(:chain AS varchar), place, hash, CAST(:at{n} AS timestamptz), CAST(:verb{n} AS varchar),"
            f" CAST(:subject{n} AS varchar), CAST(:actor_id{n} AS integer), CAST(:content{n} AS text) FROM h{n}"
            for n in range(1, count + 1)
        )
        _in_one[count] = sa.text(
            f"WITH {', '.join(steps)} INSERT INTO audit_event"
            f" (chain, place, hash, at, verb, subject, actor_id, content) {rows}"
        )
    return _in_one[count]


def _parameters(chain: str, entries: list[_Entry]) -> dict[str, Any]:
    parameters: dict[str, Any] = {"chain": chain}
    for n, entry in enumerate(entries, start=1):
        for name in ("at", "verb", "subject", "actor_id", "content"):
            parameters[f"{name}{n}"] = getattr(entry, name)
    return parameters


@dataclass(frozen=True)
class Fault:
    """One place where a chain does not hold."""

    chain: str
    place: int
    sentence: str


Heads = Mapping[str, tuple[int, str]]


def heads() -> dict[str, tuple[int, str]]:
    """How long each chain is, and its last hash: kept outside the database, they hold what was there that day."""
    return {row.chain: (row.place, row.hash) for row in execute(sa.select(CHAINS).order_by(CHAINS.c.chain))}


def verify(anchored: Heads | None = None) -> Iterator[Fault]:
    """Walk every chain from its beginning; yield each place where it does not hold, nothing when all is well.

    anchored -- heads of an earlier day, which must still be links of their chains: who can write to the database
    can write a whole new chain with its head, and only what is kept elsewhere tells.
    To be read in a `snapshot`, for a chain that grows between its head and its end would look broken.
    """
    present, kept = heads(), anchored or {}
    known = set(execute(sa.select(EVENTS.c.chain).distinct()).scalars())
    for chain in sorted(known | set(present) | set(kept)):
        yield from _faults_of(chain, present.get(chain), kept.get(chain, (0, GENESIS)))


def _faults_of(chain: str, head: tuple[int, str] | None, anchor: tuple[int, str]) -> Iterator[Fault]:
    place, previous, held = 0, GENESIS, GENESIS
    rows = sa.select(EVENTS).where(EVENTS.c.chain == chain).order_by(EVENTS.c.place)
    for event in execute(rows.execution_options(yield_per=1000)):
        if event.place != place + 1:
            yield Fault(chain, place + 1, f"{_places(place + 1, event.place - 1)}日志缺失")
        elif event.hash != _link(previous, event.content):
            yield Fault(chain, event.place, f"第 {event.place} 条日志被改动或被插入")
        elif not _agrees(event):
            yield Fault(chain, event.place, f"第 {event.place} 条日志的检索栏与原文不一致")
        place, previous = event.place, event.hash
        if place == anchor[0]:
            held = previous
    if held != anchor[1]:
        yield Fault(chain, anchor[0], f"第 {anchor[0]} 条日志与留存的链尾不符：整段被改写或删除")
    yield from _faults_of_end(chain, head or (0, GENESIS), (place, previous))


def _faults_of_end(chain: str, head: tuple[int, str], end: tuple[int, str]) -> Iterator[Fault]:
    if head[0] > end[0]:
        yield Fault(chain, end[0] + 1, f"{_places(end[0] + 1, head[0])}日志缺失：链尾被删除")
    elif head[0] < end[0]:
        yield Fault(chain, head[0] + 1, f"{_places(head[0] + 1, end[0])}日志未经登记：链尾被增加")
    elif head != end:
        yield Fault(chain, end[0], f"第 {end[0]} 条日志与链首记录不符：被改动")


def _places(first: int, last: int) -> str:
    return f"第 {first} 条" if first == last else f"第 {first} 条至第 {last} 条"


def _agrees(event: Any) -> bool:
    try:
        content = orjson.loads(event.content)
        told = (content["verb"], content["subject"], content["actor"], content["at"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return told == (event.verb, event.subject, event.actor_id, event.at.isoformat())
