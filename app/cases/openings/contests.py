"""Precheck of settling a contested record: the school that marked it proposes, every side consents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.access import Actor
from app.cases.openings.changes import NotYourChild, asked_of, without_number
from app.cases.openings.opening import Opening, open_case_of, opens
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused
from app.processes.queries import Edition
from app.students.contests import Contest
from app.students.models import Student
from app.students.queries import keeper_of, open_contest_of, student_for
from app.students.rules.contests import objections_to_remedy
from app.students.rules.corrections import corrected_identity
from app.students.rules.transfer import OpenCase


@opens("contested_record")
def open_settlement(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P25. Raises Missing (no such child here), NotYourChild, or Objected with everything against it."""
    student = student_for(actor, application["student"])
    here, contest = keeper_of(student), open_contest_of(student.id)
    if here is None or here.id != actor.office_id:
        raise NotYourChild(field="student")
    objections = [
        *objections_to_remedy(contest, student, application),
        *_about_the_identity(edition, student, application, profile=profile, actor=actor),
        *_about_open_cases(student, contest),
    ]
    if objections:
        raise Objected(objections)
    there = keeper_of(contest.other) if contest and contest.other else None
    two_schools = there is not None and there.id != here.id
    facts = {"two_schools": two_schools, "two_superiors": two_schools and _superiors_differ(here, there)}
    return Opening(
        facts, student=student, releasing=there if two_schools else None, application=without_number(application)
    )


def _superiors_differ(here: Office, there: Office | None) -> bool:
    return there is not None and here.bureau is not there.bureau


def _about_the_identity(
    edition: Edition, student: Student, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Iterator[Refused]:
    """A correction names what is right; any other remedy corrects nothing."""
    named = [name for name in ("name", "sex", "born_on", "main_number") if name in application]
    if application["remedy"] == "separate":
        yield from corrected_identity(asked_of(edition, student, application, profile=profile, actor=actor))
    elif named:
        yield InvalidInput(sentence="只有“变更”填写更正后的身份信息。", field=named[0])


def _about_open_cases(student: Student, contest: Contest | None) -> Iterator[Refused]:
    for each in (student, contest.other if contest else None):
        held = open_case_of(each.id) if each is not None else None
        if held:
            yield OpenCase(process=held[0], step=held[1])
