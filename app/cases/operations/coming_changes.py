"""待生效: what was agreed to for a later day takes effect on it, by the clock, or is called off before."""

from __future__ import annotations

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, CaseStatus
from app.cases.models.coming_changes import ComingChange
from app.cases.operations.answers import OPINION
from app.cases.operations.recall import sees, tell_the_offices_of, terminate
from app.cases.operations.transitions import Transition, case_by_number, context_of, end_coming, facts_of_row
from app.cases.queries.facts import effects_of, last_to_agree
from app.cases.rules import permissions
from app.database import db
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, Objected, Refused
from app.web import objections as form_objections


def take_effect(case_id: int, *, actor: Actor) -> bool:
    """Let a change whose day has come take effect; False when it has, or has been called off, meanwhile.

    Everything that the verb asks of the record is asked now. Raises what stands against it by now, Stale.
    """
    case, siblings = case_by_number(_number(case_id))
    coming = db.session.get(ComingChange, case_id, populate_existing=True)
    if coming is None or coming.ended_at is not None or case.case_status == CaseStatus.CLOSED:
        return False
    if case.halted is not None:
        raise rules.Halted(reason=case.halted)
    version, now = compiled_version(case.version_id), clock.now()
    context = context_of(case, version, actor, {})
    run = workflows.wake(version.diagrams, bytes(case.state), context=context)
    Transition(case, version, run, siblings, now, context).save(tell=True)
    if run.wakes_on is None:
        end_coming(case_id, now)
    coming.fault = None
    audit.record(
        "cases/take_effect", f"case:{case.number}", actor=actor, after={"on": coming.takes_effect_on.isoformat()}
    )
    return True


def keep_fault(case_id: int, refusal: Refused, *, actor: Actor) -> None:
    """Why a change could not take effect on its day: its offices are told once, and the clock tries again."""
    case, _siblings = case_by_number(_number(case_id))
    coming = db.session.get(ComingChange, case_id, populate_existing=True)
    if coming is None or coming.ended_at is not None or (coming.fault and coming.fault["code"] == refusal.code):
        return
    coming.fault = {"code": refusal.code, "detail": refusal.detail}
    due = f"办件 {case.number} 应自 {coming.takes_effect_on:%Y-%m-%d} 起生效，未能生效："
    text = f"{due}{refusal.detail[:180]}消除原因后系统自动生效，或由核准机关撤销核准。"
    tell_the_offices_of(case, text, clock.now())
    audit.record("cases/not_in_effect", f"case:{case.number}", actor=actor, after={"code": refusal.code})


def call_off(number: str, reason: str, *, actor: Actor) -> int:
    """撤销核准: the office that agreed takes its agreement back before the day has come; return the case's id.

    The applicant's own way is the recall. Raises Missing, NotAllowed, NothingToCome (E-COMING), TooLate (E-RECALL),
    Objected, Stale.
    """
    case, _siblings = case_by_number(number)
    if not sees(case.case_id, actor):
        raise Missing()
    coming = db.session.get(ComingChange, case.case_id, populate_existing=True)
    if refusal := permissions.why_not_call_off(
        facts_of_row(case),
        effects_of(case.case_id),
        actor,
        agreed_last=last_to_agree(case.case_id),
        waits=coming is not None and coming.ended_at is None,
    ):
        raise refusal
    faults = form_objections(OPINION, {"opinion": reason})
    if not reason.strip():
        faults = [InvalidInput(sentence="请填写撤销原因。", field="reason")]
    if faults:
        raise Objected(list(faults))
    office = db.session.get_one(Office, actor.office_id)
    terminate(number, f"{office.name}于生效前撤销核准：{reason.strip()}"[:200], actor=actor)
    audit.record("cases/call_off", f"case:{number}", actor=actor, after={"reason": reason})
    return int(case.case_id)


def _number(case_id: int) -> str:
    return db.session.scalars(sa.select(Case.number).where(Case.id == case_id)).one()
