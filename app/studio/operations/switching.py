"""停用、启用: a process that is off cannot be started; its open cases go on."""

from __future__ import annotations

from app import audit, clock
from app.access import Actor, found
from app.database import db
from app.definitions.models import Process, ProcessVariant
from app.errors import InvalidInput
from app.studio.queries.catalogue import process_of
from app.studio.queries.drafts import require_drawing, require_studio
from app.studio.rules.refusals import AlreadyOff, VariantAlreadyOff

LONGEST = 200  # characters of a reason


def switch_off(key: str, reason: str, *, actor: Actor) -> Process:
    """Let nobody start a process any more. Raises NotAllowed, Missing, InvalidInput, AlreadyOff."""
    _check_reason(reason)
    process = _locked(key, actor)
    if process.off_since is not None:
        raise AlreadyOff(name=process.name, state="停用")
    _put_off(process, reason, "studio/switch_off", key, actor)
    return process


def switch_on(key: str, *, actor: Actor) -> Process:
    """Let it be started again. Raises NotAllowed, Missing, AlreadyOff."""
    process = _locked(key, actor)
    if process.off_since is None:
        raise AlreadyOff(name=process.name, state="启用")
    _put_on(process, "studio/switch_on", key, actor)
    return process


def switch_variant_off(key: str, reason: str, *, actor: Actor) -> ProcessVariant:
    """停用本地版本: the applications of the bureau's schools take the province's version; open cases go on.

    Raises NotAllowed, Missing, InvalidInput, AlreadyOff.
    """
    _check_reason(reason)
    variant = _locked_variant(key, actor)
    if variant.off_since is not None:
        raise VariantAlreadyOff(name=process_of(key).name, state="停用")
    _put_off(variant, reason, "studio/switch_variant_off", key, actor)
    return variant


def switch_variant_on(key: str, *, actor: Actor) -> ProcessVariant:
    """Let new applications take the variant again. Raises NotAllowed, Missing, AlreadyOff."""
    variant = _locked_variant(key, actor)
    if variant.off_since is None:
        raise VariantAlreadyOff(name=process_of(key).name, state="启用")
    _put_on(variant, "studio/switch_variant_on", key, actor)
    return variant


def _put_off(line: Process | ProcessVariant, reason: str, verb: str, key: str, actor: Actor) -> None:
    line.off_since, line.off_by, line.off_reason = clock.now(), actor.name, reason.strip()
    audit.record(verb, f"process:{key}", actor=actor, after={"process": key})


def _put_on(line: Process | ProcessVariant, verb: str, key: str, actor: Actor) -> None:
    line.off_since = line.off_by = line.off_reason = None
    audit.record(verb, f"process:{key}", actor=actor, after={"process": key})


def _locked_variant(key: str, actor: Actor) -> ProcessVariant:
    require_drawing(actor)
    own = key, actor.office_id
    variant: ProcessVariant = found(db.session.get(ProcessVariant, own, with_for_update=True, populate_existing=True))
    return variant


def _check_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST:
        raise InvalidInput(sentence=f"请填写停用的原因，不超过 {LONGEST} 字。", field="reason")


def _locked(key: str, actor: Actor) -> Process:
    require_studio(actor)
    process: Process = found(db.session.get(Process, key, with_for_update=True, populate_existing=True))
    return process
