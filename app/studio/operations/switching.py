"""停用、启用: a process that is off cannot be started; its open cases go on."""

from __future__ import annotations

from app import audit, clock
from app.access import Actor, found
from app.database import db
from app.definitions.models import Process
from app.errors import InvalidInput
from app.studio.queries.drafts import require_studio
from app.studio.rules.refusals import AlreadyOff

LONGEST = 200  # characters of a reason


def switch_off(key: str, reason: str, *, actor: Actor) -> Process:
    """Let nobody start a process any more. Raises NotAllowed, Missing, InvalidInput, AlreadyOff."""
    if not 0 < len(reason.strip()) <= LONGEST:
        raise InvalidInput(sentence=f"请填写停用的原因，不超过 {LONGEST} 字。", field="reason")
    process = _locked(key, actor)
    if process.off_since is not None:
        raise AlreadyOff(name=process.name, state="停用")
    process.off_since, process.off_by, process.off_reason = clock.now(), actor.name, reason.strip()
    audit.record("studio/switch_off", f"process:{key}", actor=actor, after={"process": key})
    return process


def switch_on(key: str, *, actor: Actor) -> Process:
    """Let it be started again. Raises NotAllowed, Missing, AlreadyOff."""
    process = _locked(key, actor)
    if process.off_since is None:
        raise AlreadyOff(name=process.name, state="启用")
    process.off_since = process.off_by = process.off_reason = None
    audit.record("studio/switch_on", f"process:{key}", actor=actor, after={"process": key})
    return process


def _locked(key: str, actor: Actor) -> Process:
    require_studio(actor)
    process: Process = found(db.session.get(Process, key, with_for_update=True, populate_existing=True))
    return process
