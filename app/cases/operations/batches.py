"""批量办理: one decision about many children, then each child by itself.

The decision and its work list commit together; the worker takes the list a chunk at a time, each chunk one transaction
that writes records and rows alike. Whoever is killed in the middle has lost nothing but the chunk, which waits.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

import workflows
from app import audit, clock
from app.bulk import insert_rows, update_rows
from app.cases import rules
from app.cases.hooks import Opening, RowOpening
from app.cases.models import Batch, BatchRow, Case, RowStatus
from app.cases.operations.late_registrations import overtaken
from app.cases.operations.reservations import hold
from app.cases.operations.transitions import Transition, case_by_number, context_of
from app.cases.queries.struck_rows import STRUCK, positions, struck_before
from app.database import db, execute, table
from app.definitions.queries import compiled_version
from app.errors import Objected, Refused
from app.identity.operations import nobody
from app.students.models import masked
from app.students.operations import CaseContext
from app.students.rules.registration import BeingRegistered
from workflows import service_task
from workflows.runs import facts_in

CHUNK = 100  # rows in one transaction
ROWS = table(BatchRow)
BATCHES = table(Batch)

Outcomes = dict[int, int | Refused]
RowVerb = Callable[[CaseContext, Mapping[int, Mapping[str, Any]]], Outcomes]
ROW_VERBS: dict[str, RowVerb] = {}
PREPARATIONS: dict[str, Callable[[CaseContext], None]] = {}


def row_verb(
    name: str, *, prepare: Callable[[CaseContext], None] = lambda _context: None
) -> Callable[[RowVerb], RowVerb]:
    """Offer a verb that works a chunk of rows: by each row's position the child's id, or why not.

    prepare -- what must be true, and is made ready, before the list goes to the worker
    """

    def register(verb: RowVerb) -> RowVerb:
        ROW_VERBS[name], PREPARATIONS[name] = verb, prepare
        service_task(name)(functools.partial(_release, verb=name))
        return verb

    return register


def write_rows(case: Case, opening: Opening) -> None:
    """The work list of a new case. Raises Objected (E-DUP-03) when a number is held by another registration."""
    assert opening.receiving is not None
    school_id = opening.receiving.id
    db.session.add(Batch(case_id=case.id, school_id=school_id, total=len(opening.rows)))
    db.session.flush()
    _hold_children(case, opening.rows)
    insert_rows(
        ROWS,
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


def _hold_children(case: Case, rows: Sequence[RowOpening]) -> None:
    held = hold(case, [each for row in rows for each in row.hashes])
    refused: list[Refused] = [
        BeingRegistered(field=f"rows.{place}.main_number")
        for place, row in enumerate(rows)
        if not held.issuperset(row.hashes)
    ]
    if refused:
        raise Objected(refused)


def _release(context: CaseContext, _facts: Mapping[str, Any], *, verb: str) -> None:
    release(context, verb)


def release(context: CaseContext, verb: str) -> None:
    """名单转入办理: the decision hands the list to the worker; rows that an office has struck off are refused."""
    context.claim()
    PREPARATIONS[verb](context)
    now = clock.now()
    struck = struck_by(context) | positions(context.application.get(STRUCK, ""))
    if struck:
        execute(
            sa.update(ROWS)
            .where(ROWS.c.case_id == context.case_id, ROWS.c.position.in_(sorted(struck)))
            .values(status=RowStatus.REFUSED, code=rules.StruckOff.code, detail=rules.StruckOff.text, worked_at=now)
        )
    done = sa.select(sa.func.count()).where(ROWS.c.case_id == context.case_id, ROWS.c.status != RowStatus.WAITING)
    execute(
        sa.update(BATCHES)
        .where(BATCHES.c.case_id == context.case_id)
        .values(verb=verb, released_at=now, worked=done.scalar_subquery(), finished_at=None)
    )


def struck_by(context: CaseContext) -> set[int]:
    """The positions that the deciding office strikes off: what its decision says, else what it has said before.

    An office that struck children off and sent the list back has struck them off still; a decision with the field,
    empty or not, says it anew.
    """
    said = context.form.get(STRUCK)
    return positions(struck_before(context.case_id, context.actor.office_id) if said is None else said)


def conclude(context: CaseContext) -> dict[str, int]:
    """How many were accepted and refused, as facts of the run."""
    counted = execute(
        sa.select(ROWS.c.status, sa.func.count()).where(ROWS.c.case_id == context.case_id).group_by(ROWS.c.status)
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

    The batch's row is written first, so that two workers take turns instead of taking the same rows. Raises
    PolicyNotHeld (E-POLICY): what released the list, and with which verb, is asked again before rows are written.
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
    if case.halted is not None:
        return False
    version = compiled_version(case.version_id)
    context = context_of(case, version, nobody("名单办理"), {})
    overtaken(case, context)
    if waiting:
        verb = execute(sa.select(BATCHES.c.verb).where(BATCHES.c.case_id == case_id)).scalar_one()
        assert context.enforcement is not None
        context.enforcement.check_rows(verb, facts_in(version.diagrams, bytes(case.state)))
        rows = {row.position: orjson.loads(row.content) for row in waiting[:size]}
        _keep_outcomes(case_id, ROW_VERBS[verb](context, rows))
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id, BATCHES.c.fault.is_not(None)).values(fault=None))
    if len(waiting) > size:
        return True
    context.claim()
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id).values(finished_at=clock.now()))
    run = workflows.notify(version.diagrams, bytes(case.state), "rows_done", context=context)
    Transition(case, version, run, siblings, clock.now(), context).save(tell=True)
    audit.record("cases/rows_done", f"case:{number}", actor=context.actor, after=conclude(context))
    return False


def keep_list_fault(case_id: int, code: str, detail: str) -> None:
    """Why a released list could not be worked: it is tried again, and stands among the incidents until it goes on."""
    fault = {"code": code, "detail": detail}
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id).values(fault=fault))


def _keep_outcomes(case_id: int, outcomes: Outcomes) -> None:
    now = clock.now()
    written = [
        {
            "position": position,
            "status": RowStatus.REFUSED if isinstance(outcome, Refused) else RowStatus.ACCEPTED,
            "student_id": None if isinstance(outcome, Refused) else outcome,
            "code": outcome.code if isinstance(outcome, Refused) else "",
            "detail": outcome.detail[:200] if isinstance(outcome, Refused) else "",
            "worked_at": now,
        }
        for position, outcome in outcomes.items()
    ]
    update_rows(ROWS, written, ROWS.c.case_id == case_id, ROWS.c.status == RowStatus.WAITING, by="position")
    execute(sa.update(BATCHES).where(BATCHES.c.case_id == case_id).values(worked=BATCHES.c.worked + len(written)))
