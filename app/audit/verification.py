"""`verify`: walk every chain from its beginning, and compare every sealed row with its last seal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from app.audit.chain import EVENTS, GENESIS, HEADS, OPENED, SYSTEM, heads, link_of
from app.audit.last_seals import Difference, Ledger, ledger
from app.audit.tables import sealed_tables
from app.database import execute


@dataclass(frozen=True)
class Fault:
    """One place where a chain does not hold, or a row that is not what was sealed there.

    chain -- empty and place 0: of a row that no chain knows.
    """

    chain: str
    place: int
    sentence: str

    @property
    def text(self) -> str:
        """The sentence with the chain before it."""
        return f"链 {self.chain}：{self.sentence}" if self.chain else self.sentence


#: what reading a value may raise that its column cannot hold: SQLite holds anything anywhere
UNREADABLE = (ValueError, TypeError, LookupError, sa.exc.DBAPIError)
Heads = Mapping[str, tuple[int, str]]


@dataclass
class _Recorded:
    """What the program's own chain says about the others."""

    opened: set[str] = field(default_factory=set)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)

    def read(self, event: Any) -> None:
        if event.verb == OPENED:
            self.opened.add(event.subject.removeprefix("chain:"))
        elif event.subject == HEADS:
            with contextlib.suppress(
                LookupError, TypeError, ValueError, AttributeError
            ):  # written by nobody of the program
                after = orjson.loads(event.content)["after"]
                self.heads |= {chain: (int(place), link) for chain, (place, link) in after["heads"].items()}


def verify(anchored: Heads | None = None) -> Iterator[Fault]:
    """Yield each place where a chain does not hold and each row that is not as it was sealed; nothing when all is well.

    anchored -- heads of an earlier day, which must still be links of their chains: who can write to the database
    can write a whole new chain with its head, and only what is kept elsewhere tells.
    To be read in a `snapshot`, for a chain that grows between its head and its end would look broken. Memory is
    bounded: the seals are kept in a temporary file.
    """
    present, kept, recorded = heads(), anchored or {}, _Recorded()
    known = set(execute(sa.select(EVENTS.c.chain).distinct()).scalars())
    with ledger() as sealed:
        yield from _faults_of(SYSTEM, present.get(SYSTEM), _held(SYSTEM, kept, recorded), sealed, recorded)
        named = known | set(present) | set(kept) | recorded.opened | set(recorded.heads)
        for chain in sorted(named - {SYSTEM}, key=str):
            held = _held(chain, kept, recorded)
            if chain in recorded.opened and chain not in known:
                yield Fault(chain, 1, "整条链被删除")
            yield from _faults_of(chain, present.get(chain), held, sealed, recorded)
        for difference in sealed.differences(sealed_tables()):
            yield fault_of(difference)


def _held(chain: str, kept: Heads, recorded: _Recorded) -> dict[int, str]:
    """Places of the chain whose hashes are known from elsewhere."""
    return dict(heads[chain] for heads in (recorded.heads, kept) if chain in heads)


def _faults_of(
    chain: str, head: tuple[int, str] | None, held: dict[int, str], sealed: Ledger, recorded: _Recorded
) -> Iterator[Fault]:
    place, previous, found = 0, GENESIS, {0: GENESIS}
    for event in _events_of(chain):
        if event is None:
            yield Fault(chain, place + 1, f"第 {place + 1} 条起的日志中有不能读取的内容：被改动或被插入")
            break
        if said := _fault_of(event, place, previous):
            yield Fault(chain, place + 1, said)
        elif chain == SYSTEM:
            recorded.read(event)
        if event.seals is not None and not sealed.keep(chain, event.place, event.seals):
            yield Fault(chain, event.place, f"第 {event.place} 条日志的封存值无法读取")
        place, previous = event.place, event.hash
        if place in held:
            found[place] = previous
    for at, link in held.items():
        if found.get(at) != link:
            yield Fault(chain, at, f"第 {at} 条日志与留存的链尾不符：整段被改写或删除")
    if chain == SYSTEM:  # what it said of itself is known only now
        yield from _faults_of_itself(recorded)
    yield from _faults_of_end(chain, head or (0, GENESIS), (place, previous))


def _fault_of(event: Any, before: int, link: str) -> str | None:
    """What is wrong with an event as the one that follows this place and link; None when nothing is."""
    if event.place != before + 1:
        return f"{_places(before + 1, event.place - 1)}日志缺失"
    if event.hash != link_of(link, event.content, event.seals):
        return f"第 {event.place} 条日志被改动或被插入"
    return None if _agrees(event) else f"第 {event.place} 条日志的检索栏与原文不一致"


def _events_of(chain: str) -> Iterator[Any]:
    """The events of a chain in their order; None for what cannot be read, after which nothing is."""
    rows = sa.select(EVENTS).where(EVENTS.c.chain == chain).order_by(EVENTS.c.place)
    try:
        for event in execute(rows.execution_options(yield_per=1000)):
            texts = (event.content, event.hash, "" if event.seals is None else event.seals)
            yield event if isinstance(event.place, int) and all(isinstance(each, str) for each in texts) else None
    except UNREADABLE:
        yield None


def _faults_of_itself(recorded: _Recorded) -> Iterator[Fault]:
    place, link = recorded.heads.get(SYSTEM, (0, GENESIS))
    if place:
        there = sa.select(EVENTS.c.hash).where(EVENTS.c.chain == SYSTEM, EVENTS.c.place == place)
        if execute(there).scalar() != link:
            yield Fault(SYSTEM, place, f"第 {place} 条日志与留存的链尾不符：整段被改写或删除")


def _faults_of_end(chain: str, head: tuple[int, str], end: tuple[int, str]) -> Iterator[Fault]:
    if not isinstance(head[0], int):
        yield Fault(chain, end[0], "链首记录不能读取：被改动")
    elif head[0] > end[0]:
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
        number = orjson.loads(event.seals)["number"] if event.seals is not None else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return (*told, number) == (event.verb, event.subject, event.actor_id, event.at.isoformat(), event.seal_number)


@contextlib.contextmanager
def sealed_so_far() -> Iterator[Ledger]:
    """The seals of all chains, whether these hold or not."""
    with ledger() as sealed:
        for chain in list(execute(sa.select(EVENTS.c.chain).distinct()).scalars()):
            rows = sa.select(EVENTS.c.place, EVENTS.c.seals).where(EVENTS.c.chain == chain, EVENTS.c.seals.isnot(None))
            for place, seals in execute(rows.execution_options(yield_per=1000)):
                sealed.keep(chain, place, seals)
        yield sealed


def differences() -> Iterator[Fault]:
    """The rows alone that are not as they were sealed last."""
    with sealed_so_far() as sealed:
        for difference in sealed.differences(sealed_tables()):
            yield fault_of(difference)


def fault_of(difference: Difference) -> Fault:
    """What was done to the row, named by table and key. A key may be long, and never is a child's number."""
    row = f"{difference.table.term}（{difference.table.name}）{difference.key[:80]}"
    if not difference.digest:
        sentence = f"{row} 被删除，封存于第 {difference.place} 条"
    elif not difference.chain:
        sentence = f"{row} 未经封存，是插入的"
    else:
        sentence = f"{row} 被改动，与第 {difference.place} 条中的封存不符"
    return Fault(difference.chain, difference.place, sentence)
