"""Reads of the audit: what auditors of a bureau may search, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.access import Actor
from app.audit import ANONYMOUS, EVENTS, OFFICE_OF_EVENT, SYSTEM, UNKNOWN_USER
from app.auditing import labels
from app.cases.models import Case
from app.database import db, execute
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.divisions.queries import inside
from app.identity.models import User
from app.students.queries.lookups import looks_up

MOST_OFFICES = 50  # that a name may mean
PLACE = (EVENTS.c.at, EVENTS.c.chain, EVENTS.c.place)


@dataclass(frozen=True)
class Wanted:
    """What is searched for; empty is anything."""

    subject: str = ""  # `case:20261124-000001`, or the key alone
    person: str = ""  # username, name, or id
    office: str = ""  # code, or a part of the name
    verb: str = ""  # `cases/decide`, or the package alone: `cases`
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Line:
    """One event as an auditor reads it."""

    chain: str
    place: int
    hash: str
    at: dt.datetime
    verb: str
    subject: str
    username: str | None
    name: str
    office: str
    duty: str
    before: dict[str, Any]
    after: dict[str, Any]
    withheld: list[str]


Place = tuple[dt.datetime, str, int]


def lines(wanted: Wanted, *, actor: Actor, after: Place | None, limit: int) -> Sequence[Line]:
    """Events that match, in the auditor's jurisdiction, newest first, from after that place on."""
    conditions = _conditions(wanted)
    if after is not None:
        conditions.append(sa.tuple_(*PLACE) < sa.tuple_(*_typed(after)))
    offices = _offices(actor, wanted)
    shown = sa.select(*(column for column in EVENTS.c if column.name != "seals"), User.username)
    query = shown.outerjoin(User, User.id == EVENTS.c.actor_id)
    if offices is None:
        query = query.where(*conditions).limit(limit)
    elif looks_up() and not (wanted.subject or wanted.person):  # these have few events, and indexes of their own
        page = _last_of_each(offices, conditions, limit).subquery()
        query = query.join(page, sa.and_(page.c.chain == EVENTS.c.chain, page.c.place == EVENTS.c.place))
    else:
        query = query.where(_in_offices(offices), *conditions).limit(limit)
    return [_line(row) for row in execute(query.order_by(*(column.desc() for column in PLACE)))]


def _last_of_each(offices: sa.Select[Any], conditions: list[Any], limit: int) -> sa.Select[Any]:
    """The places of the last events of many offices: a page holds events of so many at most, each one's last ones."""
    codes = offices.subquery()
    newest = [column.desc() for column in PLACE]
    last = sa.select(*PLACE).where(_office() == codes.c.code, *conditions).order_by(*newest).limit(1)
    head = last.correlate(codes).lateral()
    heads = sa.select(codes.c.code).select_from(codes.join(head, sa.true()))
    few = heads.order_by(*(head.c[column.name].desc() for column in PLACE)).limit(limit).subquery()
    mine = sa.select(*PLACE).where(_office() == few.c.code, *conditions).order_by(*newest).limit(limit)
    each = mine.correlate(few).lateral()
    found = sa.select(*each.c).select_from(few.join(each, sa.true()))
    return found.order_by(*(each.c[column.name].desc() for column in PLACE)).limit(limit)


def _typed(place: Place) -> list[Any]:
    return [sa.bindparam(None, value, column.type) for value, column in zip(place, PLACE, strict=True)]


def _line(row: Any) -> Line:
    content = orjson.loads(row.content)
    before, hidden = labels.readable(content["before"])
    after, also_hidden = labels.readable(content["after"])
    return Line(
        row.chain, row.place, row.hash, row.at, row.verb, _shown(row.subject), row.username,
        content["name"], content["office"], content["duty"], before, after, sorted({*hidden, *also_hidden}),
    )  # fmt: skip


def _shown(subject: str) -> str:
    """The subject, of a name that nobody has without the keyed hash that older events hold."""
    return UNKNOWN_USER if subject.startswith(UNKNOWN_USER) else subject


def _offices(actor: Actor, wanted: Wanted) -> sa.Select[Any] | None:
    """The codes of the offices whose events are read; None for anybody's.

    The province audits everybody; any other bureau the offices it answers for.
    """
    whose: list[Any] = [] if actor.office_kind == "province" else [inside(actor)]
    if not wanted.office:
        return sa.select(Office.code).where(*whose) if whose else None
    meant = sa.or_(Office.code == wanted.office, Office.name.contains(wanted.office, autoescape=True))
    named = sa.select(Office.id).where(meant).order_by(Office.id).limit(MOST_OFFICES)
    return sa.select(Office.code).where(Office.id.in_(named), *whose)


def _conditions(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.subject:
        kinds = [""] if ":" in wanted.subject else [f"{kind}:" for kind in labels.SUBJECTS]
        conditions.append(EVENTS.c.subject.in_([kind + wanted.subject for kind in kinds]))
    if wanted.person:
        named = sa.or_(User.username == wanted.person, User.name == wanted.person)
        conditions.append(EVENTS.c.actor_id.in_(sa.select(User.id).where(named)))
    if wanted.verb:
        whole = EVENTS.c.verb == wanted.verb
        conditions.append(whole if "/" in wanted.verb else EVENTS.c.verb.startswith(wanted.verb + "/", autoescape=True))
    if wanted.since:
        conditions.append(EVENTS.c.at >= wanted.since)
    if wanted.until:
        conditions.append(EVENTS.c.at < wanted.until)
    return conditions


def _in_offices(codes: Any) -> Any:
    """Written by one of those offices; the chain, which begins with the office's code, narrows the search."""
    found = codes.subquery()
    chains = sa.select(sa.func.substr(found.c.code, 1, 6))
    apart = EVENTS.c.chain.in_((ANONYMOUS, SYSTEM))
    return sa.and_(sa.or_(EVENTS.c.chain.in_(chains), apart), _office().in_(sa.select(found.c.code)))


def _office() -> Any:
    """The code of the office for which an event was written, on PostgreSQL as the index has it."""
    if looks_up():
        return sa.literal_column(OFFICE_OF_EVENT)
    return sa.func.json_extract(EVENTS.c.content, "$.office")


def office_names(codes: Collection[str]) -> dict[str, str]:
    """The names of offices by their codes, as they are today."""
    found = db.session.execute(sa.select(Office.code, Office.name).where(Office.code.in_(codes))).all()
    return dict(found)


def codes_of(subjects: Collection[str]) -> dict[str, dict[str, dict[str, str]]]:
    """What the codes in the events of these subjects mean: of a case its tasks, its reasons and its kinds of papers,
    and of each task its outcomes as the record says them (`outcome of bureau_approval`).

    By the subject, then by the particular: `{"case:20261124-000001": {"task": {"bureau_approval": "上级核准"}}}`. The
    words are those of the version on which the case runs; nothing is known of a subject that is no case.
    """
    numbers = [each.removeprefix("case:") for each in subjects if each.startswith("case:")]
    cases = db.session.execute(sa.select(Case.number, Case.version_id).where(Case.number.in_(numbers))).all()
    known: dict[str, dict[str, dict[str, str]]] = {each: {} for each in subjects}
    for number, version_id in cases:
        if version_id is not None:
            chosen = compiled_version(version_id)
            tasks = chosen.diagrams.tasks
            known[f"case:{number}"] = {
                "task": {key: task.name for key, task in tasks.items()},
                **{
                    f"outcome of {key}": {each: task.record(each) for each in task.outcomes}
                    for key, task in tasks.items()
                },
                "reason": {each["code"]: each["text"] for each in chosen.reasons},
                "kind": {each["kind"]: each["title"] for each in chosen.proofs},
            }
    return known
