"""The standard precheck: how a process opens by its diagram, forms, reasons and table alone.

Such a diagram says who may apply (`applicant`) and what the case is about (`subject`): a student kept by the applicant
(the form's field `student`); an office, the applicant itself or a school right below it (`school`); a person who has
no record in the province, by name and number (`name`, `main_number`). A diagram that says `rules_of` follows the rules
of another process, and may call its verbs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.queries.open_cases import open_case_of, same_open
from app.definitions.queries import APPLICATION, CompiledVersion
from app.encryption import keyed_hash, seal_text
from app.errors import NotAllowed, Objected, Refused, WrongOffice
from app.schools.queries import school_right_below
from app.students.models import Student
from app.students.operations.registration import known_as
from app.students.queries import keeper_of, known_by, student_for
from app.students.rules.children import ContestedRecord, OpenCase
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.registration import KnownAlready
from app.students.rules.sealed_numbers import masked_of

NUMBERS = ("cn-id", "cn-national-number")  # formats of the numbers of a person


class NotKeptHere(WrongOffice, NotAllowed):
    text = "该生不在本校就读，也不由本校保管学籍档案，不能由本校提出。"


class NotRightBelow(WrongOffice, NotAllowed):
    text = "此项业务只能由学校的主管部门提出。"


def precheck_of(version: CompiledVersion) -> Callable[..., Opening] | None:
    """The precheck with which a process opens: its own, that of the process whose rules it follows, or the standard
    one for its subject; None for a process that nobody can start.
    """
    own = hooks.precheck.of(version.rules_of)
    return own or (check_standard if version.subject in SUBJECTS else None)


def repair_of(
    version: CompiledVersion,
) -> Callable[[CompiledVersion, Mapping[str, Any], hooks.Row], Mapping[str, Any]] | None:
    """What an application is asked after its repair, found like the precheck; None where its form asks everything."""
    if hooks.precheck.of(version.rules_of) is None and version.subject in SUBJECTS:
        return repaired
    return hooks.repair.of(version.rules_of)


def against_child_of(
    version: CompiledVersion,
) -> Callable[[CompiledVersion, Student, str, Actor], Sequence[Refused]] | None:
    """What the opening would say of a child alone, found like the precheck; None where it says nothing of one."""
    if version.subject == "student" and hooks.precheck.of(version.rules_of) is None:
        return _against_student
    return hooks.against_child.of(version.rules_of)


def check_standard(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """The standard precheck. Raises Missing (no such student or school here), NotKeptHere, NotRightBelow, Objected."""
    return SUBJECTS[str(version.subject)](version, application, profile, actor)


def _student(version: CompiledVersion, application: Mapping[str, Any], profile: str, actor: Actor) -> Opening:
    """A student kept by the applicant, not contested (domain.md 3.3), whom no open case holds; this one then does."""
    student = student_for(actor, application["student"])
    if against := _against_student(version, student, profile, actor):
        raise against[0] if isinstance(against[0], NotAllowed) else Objected(against)
    enrolment = student.open_enrolment
    facts = facts_of(version, application, profile, stage=enrolment.stage.value if enrolment else None)
    return Opening(facts, student=student, application=with_sealed_numbers(version, application))


def _against_student(
    _compiled_version: CompiledVersion, student: Student, _profile: str, actor: Actor
) -> list[Refused]:
    keeper = keeper_of(student)
    if keeper is None or keeper.id != actor.office_id:
        return [NotKeptHere(field="student")]
    against: list[Refused] = [ContestedRecord(field="student")] if student.contested else []
    if held := open_case_of(student.id):
        against.append(OpenCase(process=held[0], step=held[1]))
    return against


def _office(version: CompiledVersion, application: Mapping[str, Any], profile: str, actor: Actor) -> Opening:
    """The applicant itself, or the school right below it that the form names; not twice at a time."""
    code = application.get("school")
    if code:
        school_right_below(actor, code, NotRightBelow)
    about = {"school": code} if code else {}
    if objections := same_open(version.key, actor.office_id, **about):
        raise Objected(objections)
    return Opening(facts_of(version, application, profile), application=with_sealed_numbers(version, application))


def _person(version: CompiledVersion, application: Mapping[str, Any], profile: str, _actor: Actor) -> Opening:
    """Somebody without a record here; the number is held, and kept sealed, while the case is open."""
    _check_unknown(application["main_number"])
    return Opening(facts_of(version, application, profile), application=with_sealed_numbers(version, application))


SUBJECTS: Mapping[str, Callable[[CompiledVersion, Mapping[str, Any], str, Actor], Opening]] = {
    "student": _student,
    "office": _office,
    "person": _person,
}


def repaired(version: CompiledVersion, application: Mapping[str, Any], _case: hooks.Row) -> Mapping[str, Any]:
    """The application after its repair: numbers typed anew take the place of the sealed ones. Raises Objected."""
    if version.subject == "person" and "main_number" in application:
        _check_unknown(application["main_number"])
    return with_sealed_numbers(version, application)


def _check_unknown(number: str) -> None:
    if known_by(number) is not None:
        raise Objected([KnownAlready(**known_as(keyed_hash(number.upper())), field="main_number")])


def facts_of(
    version: CompiledVersion, application: Mapping[str, Any], profile: str, *, stage: str | None = None
) -> dict[str, bool | str | int | float]:
    """What the table `<key>_rules` beside the diagram says of this application, for its gateways: by profile, stage
    and the fields of the form. A conclusion of null is no fact.
    """
    typed = {name: value for name, value in application.items() if isinstance(value, str | int | float | bool)}
    said = version.decide(f"{version.rules_of}_rules", **{**typed, "profile": profile, "stage": stage})
    return {name: value for name, value in said.items() if value is not None}


def with_sealed_numbers(version: CompiledVersion, application: Mapping[str, Any]) -> dict[str, Any]:
    """The application as it is kept: every number of a person sealed, shown by its ends only."""
    asked = version.form(APPLICATION)["properties"]
    return _sealed(application, [name for name, part in asked.items() if part.get("format") in NUMBERS])


def with_sealed_number(application: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the numbers that a change of a child may name: of its documents, and of the family's."""
    return _sealed(application, ["main_number"])


def _sealed(application: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    kept = dict(application)
    for name in {*names, *SEALED_NUMBERS}:
        if number := kept.pop(name, None):
            kept |= {f"{name}_sealed": seal_text(str(number).upper()), f"{name}_masked": masked_of(str(number))}
    return kept
