"""Reads of the audit: what auditors of a bureau may search, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from app.access import Actor
from app.audit import ANONYMOUS, EVENTS, SYSTEM
from app.auditing import labels
from app.cases.models import Case
from app.database import db, execute
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.divisions.queries import inside
from app.identity.models import User

MOST_OFFICES = 50  # that a name may mean


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
    query = (
        sa.select(*(column for column in EVENTS.c if column.name != "seals"), User.username)
        .outerjoin(User, User.id == EVENTS.c.actor_id)
        .order_by(EVENTS.c.at.desc(), EVENTS.c.chain.desc(), EVENTS.c.place.desc())
        .limit(limit)
    )
    for condition in (*_scope(actor), *_conditions(wanted)):
        query = query.where(condition)
    if after is not None:
        query = query.where(sa.tuple_(EVENTS.c.at, EVENTS.c.chain, EVENTS.c.place) < sa.tuple_(*_typed(after)))
    return [_line(row) for row in execute(query)]


def _typed(place: Place) -> list[Any]:
    columns = (EVENTS.c.at, EVENTS.c.chain, EVENTS.c.place)
    return [sa.bindparam(None, value, column.type) for value, column in zip(place, columns, strict=True)]


def _line(row: Any) -> Line:
    content = orjson.loads(row.content)
    before, hidden = labels.readable(content["before"])
    after, also_hidden = labels.readable(content["after"])
    return Line(
        row.chain, row.place, row.hash, row.at, row.verb, row.subject, row.username,
        content["name"], content["office"], content["duty"], before, after, sorted({*hidden, *also_hidden}),
    )  # fmt: skip


def _scope(actor: Actor) -> list[Any]:
    """The province audits everybody; any other bureau the offices it answers for."""
    if actor.office_kind == "province":
        return []
    return [_in_offices(sa.select(Office.code).where(inside(actor)))]


def _conditions(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.subject:
        kinds = [""] if ":" in wanted.subject else [f"{kind}:" for kind in labels.SUBJECTS]
        conditions.append(EVENTS.c.subject.in_([kind + wanted.subject for kind in kinds]))
    if wanted.person:
        named = sa.or_(User.username == wanted.person, User.name == wanted.person)
        conditions.append(EVENTS.c.actor_id.in_(sa.select(User.id).where(named)))
    if wanted.office:
        meant = sa.or_(Office.code == wanted.office, Office.name.contains(wanted.office, autoescape=True))
        conditions.append(_in_offices(sa.select(Office.code).where(meant).order_by(Office.id).limit(MOST_OFFICES)))
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
    if db.session.connection().dialect.name == "postgresql":
        return sa.cast(EVENTS.c.content, JSON)["office"].astext
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
