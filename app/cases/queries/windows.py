"""In which days of the year a process may be applied for, where an office has set them."""

from __future__ import annotations

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.rules.refusals import ProcessWindowClosed
from app.definitions.queries import CompiledVersion
from app.errors import Refused
from app.office_settings.queries import windows_in_force
from app.students.rules.seasons import spans_of


def objections_to_windows(version: CompiledVersion, actor: Actor) -> list[Refused]:
    """Against an application of the actor's office today, where the windows set are closed; of a process whose own
    precheck asks for them nothing.
    """
    if version.rules_of in hooks.own_windows:
        return []
    windows, day = windows_in_force(version.key, actor.office_path), f"{clock.today():%m-%d}"
    if not windows.is_set or any(each["opens"] <= day <= each["closes"] for each in windows.spans):
        return []
    return [ProcessWindowClosed(process=version.name, windows=spans_of(windows.spans))]
