"""The forms of a rehearsal, as the official of each office would see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.cases import hooks
from app.cases.models import Task
from app.cases.presenters.application_forms import asked_form, initial_values, is_about_a_child
from app.cases.presenters.choices import with_names
from app.cases.presenters.joint_answers import joint_words
from app.cases.presenters.prefilled_forms import prefilled, with_named_places
from app.cases.queries.joint_answers import answers_to
from app.cases.queries.proofs import Proof, proofs_of
from app.cases.queries.rehearsals import draft_for
from app.cases.rules.routing import role_name
from app.database import db
from app.definitions.queries import CompiledVersion, compiled_version
from app.divisions.models import Office
from app.identity.models import DUTY_NAMES
from app.students.models import Student
from app.studio.operations.rehearsed_cast import Cast
from app.studio.rules.scenario_names import resolved
from app.studio.rules.scenarios import Script
from workflows import Kind


@dataclass(frozen=True)
class Desk:
    """A task that waits, as whoever decides it would see it."""

    task: str
    process: str
    name: str
    office: str
    role: str
    role_name: str
    duty: str
    duty_name: str
    days: int
    note: Mapping[str, str] | None
    joint: str  # how the answers of several people count, and how many there are; empty where one person answers
    documentation: str
    schema: Mapping[str, Any]
    values: Mapping[str, Any]
    buttons: Sequence[tuple[str, str]]
    reasons: Sequence[Mapping[str, str]]
    proofs: Sequence[Proof]  # which a repair brings along


@dataclass(frozen=True)
class ApplicationDesk:
    """The application form as its official would see it; told -- what stands in the application besides."""

    schema: Mapping[str, Any]
    values: Mapping[str, Any]
    proofs: Sequence[Proof]
    documentation: str
    told: Mapping[str, Any]


def application_desk(version: CompiledVersion, script: Script, cast: Cast) -> ApplicationDesk:
    """The form in which the application is typed, with what the script or the cast says already."""
    actor = cast.person(cast.applicant, "operator")
    child = cast.child if is_about_a_child(version) else None
    asked = asked_form(version, child, actor)
    values = {**initial_values(version), **draft_for(version.key, actor), **_told(cast, asked["properties"])}
    if script.application is not None:
        values = resolved({**script.application, **(script.row or {})}, cast.known(), clock.today())
    told = {name: values.pop(name) for name in _known_before(version) if name in values}
    asked = _without(asked, _known_before(version) if told else ())
    schema = with_names(asked, version.key, child, actor, given=values)
    known = {name: each for name, each in values.items() if name in schema["properties"]}
    return ApplicationDesk(schema, known, proofs_of(version), version.diagrams.documentation, told)


def _known_before(version: CompiledVersion) -> tuple[str, ...]:
    """What the page of a process asks before its form, which then shows it no more: the child, and both schools."""
    return ("main_number", "name", "to_school", "grade") if version.key in hooks.start_page else ()


def _without(form: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    properties = {name: part for name, part in form["properties"].items() if name not in names}
    required = [each for each in form.get("required", ()) if each in properties]
    return {**form, "properties": properties, "required": required}


def _told(cast: Cast, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the cast says of the fields of an application."""
    other = cast.other.code if cast.other else ""
    told = {"to_school": cast.applicant.code, "from_school": other, "school": other}
    if cast.child is not None:
        told |= {"name": cast.child.name, "main_number": cast.child.main_number}
    return {name: value for name, value in told.items() if value and name in asked}


def desk_of(task: Task, cast: Cast, first: int) -> Desk:
    """The form of a waiting task. first -- the case that was opened: those that follow it are told by their process."""
    version = compiled_version(task.case.version_id or 0)
    spec = version.diagrams.tasks[task.key]
    asked = version.form(spec.form)
    actor = cast.person(task.office, task.duty.value)
    return Desk(
        task=task.key,
        process="" if task.case_id == first else task.case.process_key,
        name=task.name,
        office=task.office.name,
        role=spec.role,
        role_name=role_name(spec.role),
        duty=spec.duty,
        duty_name=DUTY_NAMES[task.duty],
        days=days_of(task),
        note=task.note,
        joint=f"{joint_words(spec.joint)}；已有 {len(answers_to([task.id]))} 人提出意见。" if spec.joint else "",
        documentation=spec.documentation,
        schema=with_names(asked, version.key, task.case.student, actor, given=task.case.application),
        values=with_named_places(asked, prefilled(task)),
        buttons=[(each, spec.button(each)) for each in spec.outcomes],
        reasons=list(version.reasons),
        proofs=proofs_of(version) if spec.kind is Kind.REPAIR else [],
    )


def days_of(task: Task) -> int:
    """The working days that the office has for it."""
    return clock.working_days_between(clock.local(task.arrived_at).date(), clock.local(task.deadline).date())


def people_of(cast: Cast) -> dict[str, str]:
    """申请单位, 另一所学校 and 学生, in words."""
    said = {"申请单位": _placed(cast.applicant)}
    if cast.other is not None:
        said["另一所学校"] = _placed(cast.other)
    if cast.child is not None:
        child = db.session.get_one(Student, cast.child.id)
        last = child.open_enrolment or child.last_enrolment
        said["学生"] = f"{child.name}，{last.school.office.name}，{last.class_name}" if last else child.name
    return said


def _placed(office: Office) -> str:
    return f"{office.name}（{office.superior.name}）" if office.superior and not office.is_bureau else office.name
