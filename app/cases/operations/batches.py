"""批量办理: one decision about many children, then each child by itself.

The decision and its work list commit together; the worker takes the list a chunk at a time, each chunk one transaction
that writes records and rows alike. Whoever is killed in the middle has lost nothing but the chunk, which waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

import workflows
from app import audit, clock
from app.cases import rules
from app.cases.models import Batch, BatchRow, Case, CaseStatus, RowStatus
from app.cases.openings import Opening, RowOpening
from app.cases.operations.moving import Moved, case_by_number, proceeding_of
from app.database import db, execute, table
from app.errors import Objected, Refused
from app.identity.operations import nobody
from app.processes.queries import edition
from app.series import insert_for
from app.students.models import NumberReservation, masked
from app.students.operations import Proceeding
from app.students.rules.registration import BeingRegistered

CHUNK = 100  # rows in one transaction
ROWS = table(BatchRow)
BATCHES = table(Batch)

Outcomes = dict[int, int | Refused]
RowVerb = Callable[[Proceeding, Mapping[int, Mapping[str, Any]]], Outcomes]
ROW_VERBS: dict[str, RowVerb] = {}
PREPARATIONS: dict[str, Callable[[Proceeding], None]] = {}


def row_verb(
    name: str, *, prepare: Callable[[Proceeding], None] = lambda proceeding: None
) -> Callable[[RowVerb], RowVerb]:
    """Offer a verb that works a chunk of rows: by each row's position the child's id, or why not.

    prepare -- what must be true, and is made ready, before the list goes to the worker
    """

    def register(verb: RowVerb) -> RowVerb:
        ROW_VERBS[name], PREPARATIONS[name] = verb, prepare
        return verb

    return register


def write_rows(case: Case, opening: Opening) -> None:
    """The work list of a new case. Raises Objected (E-DUP-03) when a number is held by another registration."""
    assert opening.receiving is not None
    school_id = opening.receiving.id
    db.session.add(Batch(case_id=case.id, school_id=school_id, total=len(opening.rows)))
    db.session.flush()
    _reserve(case, school_id, opening.rows)
    execute(
        sa.insert(ROWS),
        [
            {
                "case_id": case.id,
                "position": position,
                "status": RowStatus.WAITING,
                "name": row.content["name"],
                "number_hash": row.number_hash,
                "number_masked": masked(row.shown),
                "content": orjson.dumps(dict(row.content)).decode(),
                "code": row.warning.code if row.warning else "",
                "detail": row.warning.detail if row.warning else "",
            }
            for position, row in enumerate(opening.rows, start=1)
        ],
    )


def _reserve(case: Case, school_id: int, rows: Sequence[RowOpening]) -> None:
    reserved = hold_numbers(case, school_id, [row.number_hash for row in rows])
    refused: list[Refused] = [
        BeingRegistered(field=f"rows.{place}.main_number")
        for place, row in enumerate(rows)
        if row.number_hash not in reserved
    ]
    if refused:
        raise Objected(refused)


def hold_numbers(case: Case, school_id: int, hashes: Sequence[str]) -> set[str]:
    """Hold each number for this case; a number held by a case that has closed is free. Returns those now held."""
    held = table(NumberReservation)
    insert = insert_for()(held)
    closed = sa.select(sa.literal(1)).where(Case.id == held.c.case_id, Case.status == CaseStatus.CLOSED).exists()
    taken = execute(
        insert.on_conflict_do_update(
            index_elements=["number_hash"],
            set_={name: insert.excluded[name] for name in ("case_id", "school_id", "reserved_at")},
            where=closed,
        ).returning(held.c.number_hash),
        [
            {"number_hash": number_hash, "case_id": case.id, "school_id": school_id, "reserved_at": case.opened_at}
            for number_hash in sorted(hashes)
        ],
    )
    return {row.number_hash for row in taken}


def release(proceeding: Proceeding, verb: str) -> None:
    """The decision hands the list to the worker; rows that an office has struck off are refused with it."""
    proceeding.claim()
    PREPARATIONS[verb](proceeding)
    now = clock.now()
    struck = struck_off(proceeding.form.get("struck_off", "")) | struck_off(
        proceeding.application.get("struck_off", "")
    )
    if struck:
        execute(
            sa.update(ROWS)
            .where(ROWS.c.case_id == proceeding.case_id, ROWS.c.position.in_(sorted(struck)))
            .values(status=RowStatus.REFUSED, code=rules.StruckOff.code, detail=rules.StruckOff.text, worked_at=now)
        )
    done = sa.select(sa.func.count()).where(ROWS.c.case_id == proceeding.case_id, ROWS.c.status != RowStatus.WAITING)
    execute(
        sa.update(BATCHES)
        .where(BATCHES.c.case_id == proceeding.case_id)
        .values(verb=verb, released_at=now, worked=done.scalar_subquery(), finished_at=None)
    )


def struck_off(text: str) -> set[int]:
    """The positions an office wrote down: `3、7, 12`."""
    return {int(digits) for digits in re.findall(r"[0-9]{1,4}", text)}


def conclude(proceeding: Proceeding) -> dict[str, int]:
    """How many were accepted and refused, as facts of the run."""
    counted = execute(
        sa.select(ROWS.c.status, sa.func.count()).where(ROWS.c.case_id == proceeding.case_id).group_by(ROWS.c.status)
    )
    counts = {str(status): count for status, count in counted}
    return {"accepted": counts.get("accepted", 0), "refused": counts.get("refused", 0)}


def batches_to_work(limit: int = 20) -> Sequence[int]:
    """Cases whose lists wait for the worker, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Batch.case_id)
            .where(Batch.released_at.is_not(None), Batch.finished_at.is_(None))
            .order_by(Batch.released_at)
            .limit(limit)
        )
    )


def work_chunk(case_id: int, size: int = CHUNK) -> bool:
    """Work the next rows of a released list, and close the case after the last; True while rows wait.

    The batch's row is written first, so that two workers take turns instead of taking the same rows.
    """
    taken = execute(
        sa.update(BATCHES)
        .where(BATCHES.c.case_id == case_id, BATCHES.c.released_at.is_not(None), BATCHES.c.finished_at.is_(None))
        .values(worked=BATCHES.c.worked)
    )
    if taken.rowcount != 1:
        return False
    waiting = execute(
        sa.select(ROWS.c.position, ROWS.c.content)
        .where(ROWS.c.case_id == case_id, ROWS.c.status == RowStatus.WAITING)
        .order_by(ROWS.c.position)
        .limit(size + 1)
    ).all()
    number = db.session.scalars(sa.select(Case.number).where(Case.id == case_id)).one()
    case, siblings = case_by_number(number)
    chosen = edition(case.version_id)
    proceeding = proceeding_of(case, chosen, nobody("名单办理"), {})
    if waiting:
        verb = execute(sa.select(BATCHES.c.verb).where(BATCHES.c.case_id == case_id)).scalar_one()
        rows = {row.position: orjson.loads(row.content) for row in waiting[:size]}
        _keep_outcomes(case_id, ROW_VERBS[verb](proceeding, rows))
    if len(waiting) > size:
        return True
    proceeding.claim()
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id).values(finished_at=clock.now()))
    run = workflows.notify(chosen.diagrams, bytes(case.state), "rows_done", context=proceeding)
    Moved(case, chosen, run, siblings, clock.now(), proceeding).keep(tell=True)
    audit.record("cases/rows_done", f"case:{number}", actor=proceeding.actor, after=conclude(proceeding))
    return False


def _keep_outcomes(case_id: int, outcomes: Outcomes) -> None:
    now = clock.now()
    written = [
        {
            "the_position": position,
            "status": RowStatus.REFUSED if isinstance(outcome, Refused) else RowStatus.ACCEPTED,
            "student_id": None if isinstance(outcome, Refused) else outcome,
            "code": outcome.code if isinstance(outcome, Refused) else "",
            "detail": outcome.detail[:200] if isinstance(outcome, Refused) else "",
            "worked_at": now,
        }
        for position, outcome in outcomes.items()
    ]
    execute(
        sa.update(ROWS).where(
            ROWS.c.case_id == case_id,
            ROWS.c.position == sa.bindparam("the_position", type_=sa.Integer),
            ROWS.c.status == RowStatus.WAITING,
        ),
        written,
    )
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id).values(worked=BATCHES.c.worked + len(written)))
