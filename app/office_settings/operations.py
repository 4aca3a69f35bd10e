"""Setting what an office may set, from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app import audit, clock
from app.access import Actor
from app.database import db, serialise
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused
from app.office_settings import queries
from app.office_settings.models import OfficeSetting
from app.office_settings.rules import Kind, NothingDiffers, NotYours, may_set, why_not_day
from app.web import canonical


def why_not_set(kind: Kind, actor: Actor) -> Refused | None:
    """Against setting this kind at the actor's office; None when its head may."""
    office = db.session.get_one(Office, actor.office_id)
    if actor.duty != "approver" or not may_set(kind, office.kind.value, acts_as_city=office.acts_as_city):
        return NotYours(kind=kind.title, who=kind.who)
    return None


def change(
    kind: Kind,
    version: CompiledVersion,
    lines: Sequence[str],
    starts_on: dt.date,
    note: str,
    *,
    profile: str,
    actor: Actor,
) -> OfficeSetting:
    """Set this kind of a process for the actor's office and whatever lies below it, from that day on.

    lines -- what was typed, line by line; none: nothing of its own any more. Rows are only added: what was decided
    before stays as it was, and a change that is still to come is taken back by another one of the same day.

    Raises NotYours, NothingDiffers, Objected.
    """
    if refusal := why_not_set(kind, actor):
        raise refusal
    typed = [line for each in lines if (line := " ".join(canonical.text(each).split()))]
    if why := why_not_day(starts_on, clock.today()):
        raise Objected([InvalidInput(sentence=f"{why}。", field="starts_on")])
    note = canonical.text(note)
    base = queries.shipped(kind, version, profile)
    above = queries.held_above(kind, version.key, actor.office_path, base, starts_on)
    value = dict(kind.read(typed, above, actor.office_kind == "province"))
    serialise(f"settings of {actor.office_id}")
    before = queries.own_value(kind.key, version.key, actor.office_id, starts_on)
    if value == before:
        raise NothingDiffers(field="lines")
    row = OfficeSetting(
        kind=kind.key, process_key=version.key, office_id=actor.office_id, value=value, starts_on=starts_on, note=note,
        set_by_id=actor.user_id, set_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    said = {"kind": kind.key, "process": version.key, "lines": kind.lines(value), "starts_on": starts_on.isoformat()}
    audit.record(
        "settings/change", f"office:{actor.office_code}", actor=actor, before={"lines": kind.lines(before)}, after=said
    )
    return row
