"""Write a message with the decision; send what is due; keep what has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.database import db, execute, table
from app.exchange.adapters import Envelope
from app.exchange.models import MessageIn, MessageOut
from app.sequences import insert_for, next_in

SOONEST, LATEST = dt.timedelta(minutes=1), dt.timedelta(hours=6)  # between two attempts


def write(province: str, kind: str, body: Mapping[str, Any], *, case_id: int | None, answers: str = "") -> str:
    """A message to another province, in the running transaction; return its reference.

    answers -- the other side's reference, when this is an answer.
    """
    now = clock.now()
    year = clock.local(now).year
    reference = f"330000-{year}-{next_in(f'message-{year}'):08d}"
    db.session.add(
        MessageOut(
            reference=reference,
            province=province,
            kind=kind,
            body=orjson.dumps(dict(body)).decode(),
            answers=answers,
            case_id=case_id,
            written_at=now,
            next_attempt_at=now,
        )
    )
    db.session.flush()
    return reference


def due(limit: int = 50) -> list[int]:
    """Messages to be sent now, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(MessageOut.id)
            .where(MessageOut.sent_at.is_(None), MessageOut.next_attempt_at <= clock.now())
            .order_by(MessageOut.next_attempt_at, MessageOut.id)
            .limit(limit)
        )
    )


def envelope_of(message_id: int) -> Envelope:
    """A message as it goes out."""
    message = db.session.get_one(MessageOut, message_id)
    return Envelope(message.reference, message.province, message.kind, orjson.loads(message.body), message.answers)


def mark_sent(message_id: int) -> None:
    """The other side has it."""
    message = db.session.get_one(MessageOut, message_id)
    message.sent_at, message.fault = clock.now(), ""


def mark_failed(message_id: int, fault: str) -> None:
    """It could not be handed over: tried again, each time after twice as long."""
    message = db.session.get_one(MessageOut, message_id)
    message.attempts += 1
    message.fault = fault[:200]
    message.next_attempt_at = clock.now() + min(LATEST, SOONEST * 2 ** min(message.attempts, 12))


def keep(envelope: Envelope) -> bool:
    """Keep what another province has said; False when it had been kept already."""
    kept = execute(
        insert_for()(table(MessageIn))
        .values(
            reference=envelope.reference,
            province=envelope.province,
            kind=envelope.kind,
            body=orjson.dumps(dict(envelope.body)).decode(),
            answers=envelope.answers,
            received_at=clock.now(),
            fault="",
        )
        .on_conflict_do_nothing()
        .returning(table(MessageIn).c.id)
    )
    return kept.first() is not None


def unhandled(limit: int = 50) -> list[int]:
    """What has come and not been acted upon, in the order of coming."""
    query = sa.select(MessageIn.id).where(MessageIn.handled_at.is_(None)).order_by(MessageIn.id).limit(limit)
    return list(db.session.scalars(query))


def take(message_id: int) -> MessageIn | None:
    """A message to act upon, marked so in the running transaction; None when somebody else has."""
    taken = execute(
        sa.update(table(MessageIn))
        .where(table(MessageIn).c.id == message_id, table(MessageIn).c.handled_at.is_(None))
        .values(handled_at=clock.now())
    )
    return db.session.get_one(MessageIn, message_id, populate_existing=True) if taken.rowcount else None


def answer_to(case_id: int) -> dict[str, Any]:
    """The body of the newest answer to what this case has asked; {} when there is none."""
    asked = sa.select(MessageOut.reference).where(MessageOut.case_id == case_id)
    body = db.session.scalar(
        sa.select(MessageIn.body).where(MessageIn.answers.in_(asked)).order_by(MessageIn.id.desc()).limit(1)
    )
    answer: dict[str, Any] = orjson.loads(body) if body else {}
    return answer


def body_asked(reference: str, kind: str) -> dict[str, Any] | None:
    """What our message of that reference and kind said; None when there is none."""
    query = sa.select(MessageOut.body).where(MessageOut.reference == reference, MessageOut.kind == kind)
    body = db.session.scalar(query)
    return orjson.loads(body) if body else None


def case_that_asked(reference: str) -> int | None:
    """The case that wrote the message of that reference."""
    case_id: int | None = db.session.scalar(sa.select(MessageOut.case_id).where(MessageOut.reference == reference))
    return case_id
