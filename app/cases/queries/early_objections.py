"""Rules asked beside the form's own faults, so that whoever has typed hears of everything in one round."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NoReturn

from app.access import Actor
from app.cases.queries.standard_precheck import against_child_of, precheck_of
from app.definitions.queries import CompiledVersion
from app.errors import InvalidInput, Missing, Refused, Stale, objections_of
from app.students.queries import student_for
from app.students.rules.request import NothingChanges


class NotSoundError(Exception):
    """A rule has asked for a field that the form found a fault in, or that is missing."""


class SoundFields(dict[str, Any]):
    """The fields of an application in which the form found no fault; to ask for another one ends the rule."""

    def __missing__(self, field: str) -> NoReturn:
        raise NotSoundError(field)


def with_rules(
    version: CompiledVersion,
    application: Mapping[str, Any],
    faults: Sequence[InvalidInput],
    *,
    profile: str,
    actor: Actor,
) -> list[Refused]:
    """The form's faults, and what the rules say of the fields that have none.

    A rule never looks inside a value that has a fault already. Where one cannot do without it, what stands against the
    child itself is said; the rest is asked next time.
    """
    faulty = {_top(each.field) for each in faults}
    sound = SoundFields({name: value for name, value in application.items() if name not in faulty})
    check = precheck_of(version)
    against: Sequence[Any] = ()
    try:
        if check is not None:
            check(version, sound, profile=profile, actor=actor)
    except (Missing, Stale):
        return list(faults)
    except Refused as refusal:
        against = [each for each in objections_of(refusal) if isinstance(each, Refused)]
    except NotSoundError:
        against = _against_the_child(version, sound, profile=profile, actor=actor)
    return [*faults, *(each for each in against if not _is_of(each, faulty))]


def _is_of(objection: Refused, faulty: Collection[str]) -> bool:
    """Does an objection follow from the fields that were left out: by its field, or since nothing else is named?"""
    if objection.field is None:
        return bool(faulty) and isinstance(objection, NothingChanges)
    return _top(objection.field) in faulty


def _against_the_child(
    version: CompiledVersion, sound: Mapping[str, Any], *, profile: str, actor: Actor
) -> Sequence[Refused]:
    asks = against_child_of(version)
    if asks is None or "student" not in sound:
        return ()
    against = asks(version, student_for(actor, sound["student"]), profile, actor)
    return [each for each in against if not isinstance(each, Missing)]


def _top(field: str | None) -> str:
    return (field or "").removeprefix("form.").split(".")[0]
