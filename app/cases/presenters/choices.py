"""What the forms of pages offer by name where programs send a code: offices, classes, ethnic groups."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Offered
from app.database import db
from app.divisions.models import BUREAUS, Office, OfficeKind
from app.schools.models import GRADES, School, SchoolClass, Stage, grades_in
from app.students.models import Student
from app.students.rules.ethnic_groups import ALL_GROUPS

MOST = 1000  # offices of one list


def with_names(
    schema: dict[str, Any], key: str, child: Student | None, actor: Actor, *, given: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The form of a process with what may be chosen by its name; a field that nothing can be offered for stays typed.

    child -- whom the case is about; given -- what stands in the form already, which stays among what is offered
    """
    return {**schema, "properties": _named(schema["properties"], key, child, actor, given or {})}


def _named(
    properties: dict[str, Any], key: str, child: Student | None, actor: Actor, given: dict[str, Any]
) -> dict[str, Any]:
    named = {}
    for name, part in properties.items():
        if part.get("type") == "object":
            inner = given.get(name) if isinstance(given.get(name), dict) else {}
            part = {**part, "properties": _named(part["properties"], key, child, actor, inner or {})}
        elif "oneOf" not in part and (offered := _offered(name, key, child, actor)):
            choices = [{"const": value, "title": words} for value, words in offered]
            values, known = {value for value, _words in offered}, given.get(name)
            chosen = known if isinstance(known, list) else [known]
            choices += [{"const": each, "title": str(each)} for each in chosen if each not in (None, "", *values)]
            helped = part.get("description", "").replace("填本局代码", "选本局").removeprefix("班级序号；")
            codes = any(each in helped for each in ("代码", "标识码", "GB/T", "序号"))  # how to type one
            title = part.get("title", "").removesuffix("代码")
            part = {**part, "oneOf": choices, "title": title, "description": None if codes else helped}
        elif actor.office_kind == "school" and part.get("oneOf"):
            part = {**part, "oneOf": _taught_here(part["oneOf"], actor, given.get(name))}
        named[name] = part
    return named


def _taught_here(choices: list[dict[str, Any]], actor: Actor, known: Any) -> list[dict[str, Any]]:
    """Of grades or stages those that the actor's school teaches, and what stands there; other choices as they are."""
    values = {each["const"] for each in choices}
    if not (values <= set(GRADES) or values <= {*Stage}):
        return choices
    school = db.session.get_one(School, actor.office_id)
    own = {*grades_in(school.stages), *school.stages.split(","), known}
    return [each for each in choices if each["const"] in own]


def not_taught(schema: dict[str, Any], actor: Actor) -> list[str]:
    """The stages or grades that a form must have one of, where the actor's school teaches none of them."""
    if actor.office_kind != "school":
        return []
    must = [schema["properties"][name].get("oneOf") for name in schema.get("required", ())]
    return [each["title"] for choices in must if choices and not _taught_here(choices, actor, None) for each in choices]


def _offered(name: str, key: str, child: Student | None, actor: Actor) -> Offered:
    if name == "ethnic_group":
        return list(ALL_GROUPS.items())
    if offers := hooks.names.of(key).get(name):
        return offers(child, actor)
    return classes_for(child, actor) if name == "school_class" and child is not None else ()


def classes_for(child: Student, actor: Actor, *, arriving: bool = False) -> Offered:
    """The classes of the actor's school for the child's cohort, by their numbers.

    arriving -- the child is still at another school, and comes into one of these
    """
    enrolment = child.open_enrolment or child.last_enrolment
    if enrolment is None or (enrolment.school_id != actor.office_id and not arriving):
        return ()
    at_home = enrolment.school_id == actor.office_id
    numbers = db.session.scalars(
        sa.select(SchoolClass.number)
        .where(
            SchoolClass.school_id == actor.office_id,
            SchoolClass.stage == enrolment.stage,
            SchoolClass.entry_year == enrolment.entry_year,
        )
        .order_by(SchoolClass.number)
    )
    own = enrolment.school_class.number if at_home and enrolment.school_class else None
    return [(each, f"（{each}）班{'，现在的班级' if each == own else ''}") for each in numbers]


def offices_named(*conditions: Any) -> Offered:
    rows = db.session.execute(
        sa.select(Office.code, Office.name)
        .where(Office.closed_on.is_(None), *conditions)
        .order_by(Office.code)
        .limit(MOST)
    )
    return [(code, name) for code, name in rows]


def schools_right_below(actor: Actor) -> Offered:
    """The schools whose own superior this bureau is."""
    return offices_named(Office.kind == OfficeKind.SCHOOL, Office.superior_id == actor.office_id)


def bureaus() -> Offered:
    """Every bureau below the province."""
    return offices_named(Office.kind.in_(BUREAUS))
