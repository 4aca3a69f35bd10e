"""挂起、恢复: nobody decides in a process, or in one case, until a publisher lets it go on; 重试 of what has failed."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor, found
from app.cases import operations as cases
from app.cases.models import Case, CaseStatus, MigratedCase, MigratedStatus
from app.cases.models.halts import Halt
from app.database import db, execute, serialise, table
from app.definitions.models import Process
from app.errors import InvalidInput
from app.studio.queries.drafts import require_studio
from app.studio.queries.halts import halt_of, incidents
from app.studio.rules.halts import HaltedAlready, NoIncident

LONGEST = 200  # characters of a reason
CASES, MIGRATED = table(Case), table(MigratedCase)


def halt_process(key: str, reason: str, *, actor: Actor) -> Halt:
    """Let nobody decide in any case of a process. Raises NotAllowed, Missing, InvalidInput, HaltedAlready.

    A decision that has begun before still stands; one that begins after it is refused (E-HALTED).
    """
    require_studio(actor)
    process: Process = found(db.session.get(Process, key))
    return _halt(f"流程“{process.name}”", f"process:{key}", reason, actor, process_key=key)


def halt_case(number: str, reason: str, *, actor: Actor) -> Halt:
    """Let nobody decide in one open case: whoever was about to hears that somebody was faster.

    Raises NotAllowed, Missing, InvalidInput, HaltedAlready.
    """
    require_studio(actor)
    asked = sa.select(CASES.c.id, CASES.c.revision, CASES.c.status).where(CASES.c.number == number)
    case = found(execute(asked.with_for_update()).first())
    if case.status == CaseStatus.CLOSED:
        raise HaltedAlready(what=f"办件 {number} ", state="已办结")
    halt = _halt(f"办件 {number} ", f"case:{number}", reason, actor, case_id=case.id)
    execute(sa.update(CASES).where(CASES.c.id == case.id).values(revision=case.revision + 1))
    # that is no decision: its migration may be undone as before
    moved = MIGRATED.c.case_id == case.id, MIGRATED.c.status == MigratedStatus.MOVED
    same = MIGRATED.c.revision == case.revision
    execute(sa.update(MIGRATED).where(*moved, same).values(revision=case.revision + 1))
    return halt


def _halt(
    what: str, subject: str, reason: str, actor: Actor, *, process_key: str | None = None, case_id: int | None = None
) -> Halt:
    if not 0 < len(reason.strip()) <= LONGEST:
        raise InvalidInput(sentence=f"请填写挂起的原因，不超过 {LONGEST} 字。", field="reason")
    serialise(f"halt:{subject}")
    if halt_of(process_key, case_id) is not None:
        raise HaltedAlready(what=what, state="已经挂起")
    halt = Halt(process_key=process_key, case_id=case_id, reason=reason.strip(), since=clock.now(), by_id=actor.user_id)
    db.session.add(halt)
    db.session.flush()
    audit.record("studio/halt", subject, actor=actor)
    return halt


def resume_process(key: str, *, actor: Actor) -> None:
    """Let its cases go on. Raises NotAllowed, Missing, HaltedAlready."""
    require_studio(actor)
    process: Process = found(db.session.get(Process, key))
    _resume(halt_of(key, None, lock=True), f"流程“{process.name}”", f"process:{key}", actor)


def resume_case(number: str, *, actor: Actor) -> None:
    """Let it go on. Raises NotAllowed, Missing, HaltedAlready."""
    require_studio(actor)
    case_id = found(execute(sa.select(CASES.c.id).where(CASES.c.number == number)).scalar())
    _resume(halt_of(None, case_id, lock=True), f"办件 {number} ", f"case:{number}", actor)


def _resume(halt: Halt | None, what: str, subject: str, actor: Actor) -> None:
    if halt is None:
        raise HaltedAlready(what=what, state="没有挂起")
    halt.ended_at, halt.ended_by_id = clock.now(), actor.user_id
    audit.record("studio/resume", subject, actor=actor)


def retry(number: str, *, actor: Actor) -> None:
    """Try again what the clock or the worker could not do with a case. Raises what stands against it, NoIncident."""
    if not any(each.number == number and each.tried_again for each in incidents(actor)):
        raise NoIncident(number=number)
    case_id = found(execute(sa.select(CASES.c.id).where(CASES.c.number == number)).scalar())
    if not cases.take_effect(case_id, actor=actor):
        cases.work_chunk(case_id)
    audit.record("studio/retry", f"case:{number}", actor=actor)
