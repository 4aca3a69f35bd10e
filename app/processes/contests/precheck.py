"""Precheck of settling a contested record: the school that marked it proposes, every side consents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.queries.open_cases import open_case_of
from app.cases.queries.standard_precheck import NotKeptHere, with_sealed_number
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused
from app.processes.changes.precheck import asked_of
from app.students.models import Student
from app.students.models.contests import Contest
from app.students.queries import keeper_of, open_contest_of, student_for
from app.students.rules.children import OpenCase
from app.students.rules.contests import objections_to_remedy, objections_to_settling
from app.students.rules.corrections import corrected_identity
from app.students.rules.request import days_asked


@hooks.precheck("contested_record")
def open_settlement(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P25. Raises Missing (no such child here), NotKeptHere, or Objected with everything against it."""
    student = student_for(actor, application["student"])
    here, contest = keeper_of(student), open_contest_of(student.id)
    if here is None or here.id != actor.office_id:
        raise NotKeptHere(field="student")
    objections = [
        *objections_to_remedy(contest, student, application),
        *_about_the_identity(version, student, application, profile=profile, actor=actor),
        *_about_open_cases(student, contest),
    ]
    if objections:
        raise Objected(objections)
    there = keeper_of(contest.other) if contest and contest.other else None
    two_schools = there is not None and there.id != here.id
    facts = {"two_schools": two_schools, "two_superiors": two_schools and _superiors_differ(here, there)}
    return Opening(
        facts,
        student=student,
        releasing=there if two_schools else None,
        application=with_sealed_number(application),
        holds=[contest.other.main_number_hash] if contest and contest.other else (),
    )


@hooks.against_child("contested_record")
def against_child(version: CompiledVersion, student: Student, profile: str, actor: Actor) -> list[Refused]:
    """What the opening would say of the child alone: not contested, settled from the other side, a case in the way."""
    here, contest = keeper_of(student), open_contest_of(student.id)
    if here is None or here.id != actor.office_id:
        return [NotKeptHere(field="student")]
    return [*objections_to_settling(contest, student), *_about_open_cases(student, contest)]


def _superiors_differ(here: Office, there: Office | None) -> bool:
    return there is not None and here.bureau is not there.bureau


def _about_the_identity(
    version: CompiledVersion, student: Student, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Iterator[Refused]:
    """A correction names what is right; any other remedy corrects nothing."""
    named = [name for name in ("name", "sex", "born_on", "main_number") if name in application]
    if application["remedy"] == "separate":
        asked = asked_of(version, student, application, profile=profile, school_id=actor.office_id)
        yield from corrected_identity(asked)
        yield from days_asked(asked)
    elif named:
        yield InvalidInput(sentence="只有“变更”填写更正后的身份信息。", field=named[0])


def _about_open_cases(student: Student, contest: Contest | None) -> Iterator[Refused]:
    for each in (student, contest.other if contest else None):
        held = open_case_of(each.id) if each is not None else None
        if held:
            yield OpenCase(process=held[0], step=held[1])
