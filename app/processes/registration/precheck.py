"""Precheck of registrations (注册建档): a list of children for one cohort of the applying school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app import clock
from app.access import Actor
from app.bulk import among
from app.cases import hooks
from app.cases.hooks import Opening, RowOpening
from app.cases.models import Case
from app.cases.queries.open_cases import open_case_of, open_cases_of
from app.database import db
from app.definitions.queries import CompiledVersion, current_version
from app.definitions.rules.asked_tables import DAY_OF_YEAR, AskedTable, Column, ask_table
from app.divisions.models import Office
from app.encryption import keyed_hash
from app.errors import InvalidInput, Missing, Objected, Refused
from app.schools.models import STAGE_NAMES, School, Stage
from app.schools.queries import quota_of, scope_of
from app.students.models import Archive, NumberKind, Student, StudentNumber
from app.students.operations.registration import known_as
from app.students.queries import child_by_number, locked_since
from app.students.queries.same_numbers import alike_under_other_types
from app.students.rules.dates import Life, objections_to_days
from app.students.rules.documents import identity_of_document
from app.students.rules.registration import (
    KnownAlready,
    NoPlan,
    NotTaught,
    Suspected,
    SuspectedByNumber,
    TwiceInTheList,
    objections_to_cohort,
    objections_to_graduate,
    objections_to_home_return,
    objections_to_new_child,
)
from app.students.rules.sealed_numbers import document_hash
from app.web import checked_form
from app.web.canonical import same_name

Rows = Sequence[Mapping[str, Any]]
OPENS = "08-01"  # 月-日: from then on children are registered, where the table is silent
for _key, _name in (
    ("registration_primary", "小学新生注册规则"),
    ("registration_stage", "初中、高中新生注册规则"),
    ("late_registration", "补录规则"),
):
    ask_table(AskedTable(f"{_key}_rules", _key, _name, (Column("opens", "自（月-日）起注册", DAY_OF_YEAR, True),)))


@hooks.precheck("registration_primary", "registration_stage", "late_registration")
def open_registration(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor, rows: Rows
) -> Opening:
    """P01 小学新生注册, P02 初中高中新生注册, 补录 after the lock. Raises Missing, or Objected with every objection.

    The fields of a child's objections are named by its place in the list: `rows.0.main_number`.
    """
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    stage = Stage(application.get("stage", Stage.PRIMARY))
    policy = version.decide(f"{version.key}_rules", profile=profile)
    year, late = application["entry_year"], version.key == "late_registration"
    objections = list(objections_to_cohort(year, policy.get("opens", OPENS), locked_since(year), late=late))
    objections += _about_the_school(school, stage, year)
    if late and stage is Stage.PRIMARY:  # a new child: everything is asked that is asked in time
        form = checked_form(current_version("registration_primary", actor.office_id).form("row"))
        objections += [fault for place, row in enumerate(rows) for fault in form.objections(row, under=f"rows.{place}")]
    elif late:  # a graduate is known already, and found by the main number
        objections += [
            InvalidInput(sentence="请填写学籍主号。", field=f"rows.{place}.main_number")
            for place, row in enumerate(rows)
            if not row.get("main_number")
        ]
    if not objections:
        openings = new_children(rows, year) if stage is Stage.PRIMARY else graduates(rows, school.office, stage)
        for place, (objected, _opening) in enumerate(openings):
            objections += [in_row(each, place) for each in objected]
        objections += repeated([opening for _objected, opening in openings])
    if objections:
        raise Objected(objections)
    return Opening(
        {"primary": stage is Stage.PRIMARY},
        receiving=school.office,
        holds_student=False,
        application={**application, "stage": stage.value},
        rows=[opening for _objected, opening in openings],
    )


@hooks.repair_row("registration_primary", "late_registration")
def _row_repaired(case: Case, row: Mapping[str, Any]) -> list[Refused]:
    """P01, 补录: of a corrected row what the list was asked when it was handed in."""
    if Stage(case.application.get("stage", Stage.PRIMARY)) is not Stage.PRIMARY:
        return []
    form = current_version("registration_primary", case.applicant_office_id).form("row")
    faults = checked_form(form).objections(row)
    return [*faults] or list(objections_to_new_child(row, case.application["entry_year"], on=clock.today()))


def _about_the_school(school: School, stage: Stage, year: int) -> Iterator[Refused]:
    if not school.teaches(stage):
        yield NotTaught(stage=STAGE_NAMES[stage], field="stage")
    elif quota_of(school.id, stage, year) is None:
        yield NoPlan(year=year, stage=STAGE_NAMES[stage], field="entry_year")


def in_row(objection: Refused, place: int) -> Refused:
    """The objection under its place in the list: `rows.0.main_number`."""
    objection.field = f"rows.{place}.{objection.field or 'name'}"
    return objection


def repeated(rows: Sequence[RowOpening]) -> Iterator[Refused]:
    """Against children who stand in the list twice."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        met = next((first[each] for each in row.hashes if each in first), None)
        if met is not None:
            yield in_row(TwiceInTheList(first=met + 1, second=place + 1, field="main_number"), place)
        first |= {each: first.get(each, place) for each in row.hashes}


def identity_of(row: Mapping[str, Any]) -> str:
    """By what a child is told from every other one: the main number, or the document that stands for it."""
    if row.get("main_number"):
        return str(row["main_number"]).upper()
    kind, number = row["document_type"], row.get("document_number")
    document = identity_of_document(kind, number) if number else None
    return document or f"{kind}:{number or row['name'] + row['born_on']}"


def new_children(rows: Rows, year: int) -> list[tuple[list[Refused], RowOpening]]:
    """P01: nobody in the province may know them (E-DUP-01), by number or by document, 其他 being of any type.

    A namesake of the same day, or another name under a number given as 其他, is a warning to the bureau (E-DUP-02).
    """
    hashes = [keyed_hash(identity_of(row)) for row in rows]
    documents = [document_hash(row) for row in rows]
    known, namesakes, today = _known([*hashes, *filter(None, documents)]), _namesakes(rows), clock.today()
    found = []
    for row, number_hash, document, alike in zip(rows, hashes, documents, alike_under_other_types(rows), strict=True):
        objected = list(objections_to_new_child(row, year, on=today))
        if number_hash in known or document in known:
            field = "main_number" if row.get("main_number") and number_hash in known else "document_number"
            objected.append(KnownAlready(**known_as(number_hash, document), field=field))
        elif alike and same_name(alike[0].name, row["name"]):
            field = "document_number" if row.get("document_number") else "main_number"
            objected.append(KnownAlready(**known_as(alike[0].main_number_hash), field=field))
        suspected = (row["name"], row["sex"], row["born_on"]) in namesakes
        warning = Suspected() if suspected else SuspectedByNumber() if alike else None
        further = (document,) if document and document != number_hash else ()
        opening = RowOpening(row, number_hash, identity_of(row), warning, further)
        found.append((objected, opening))
    return found


def _known(hashes: Sequence[str]) -> set[str]:
    """Those that are, or were, somebody's main number, or are somebody's document."""
    present = db.session.scalars(sa.select(Student.main_number_hash).where(among(Student.main_number_hash, hashes)))
    borne = db.session.scalars(sa.select(Student.document_hash).where(among(Student.document_hash, hashes)))
    former = db.session.scalars(
        sa.select(StudentNumber.number_hash).where(
            StudentNumber.kind == NumberKind.FORMER_MAIN, among(StudentNumber.number_hash, hashes)
        )
    )
    return {each for each in (*present, *borne, *former) if each}


def _namesakes(rows: Rows) -> set[tuple[str, str, str]]:
    """Name, sex and birth date of children in the province who bear a name of the list."""
    found = db.session.execute(
        sa.select(Student.name, Student.sex, Student.born_on).where(
            among(Student.name, {row["name"] for row in rows}),
            Student.born_on.in_({dt.date.fromisoformat(row["born_on"]) for row in rows}),
        )
    )
    return {(name, sex.value, born_on.isoformat()) for name, sex, born_on in found}


def graduates(rows: Rows, school: Office, stage: Stage) -> list[tuple[list[Refused], RowOpening]]:
    """P02: children of the stage before, graduated, their archives within the school's own area (S14, S25)."""
    hashes = [keyed_hash(str(row["main_number"]).upper()) for row in rows]
    children = graduates_by_hash(hashes)
    held, scope = open_cases_of([child.id for child in children.values()]), scope_of(school.id)
    found = []
    for row, number_hash in zip(rows, hashes, strict=True):
        child = children.get(number_hash)
        open_case = held.get(child.id) if child else None
        objected = objections_to_graduate(child, row, school, stage, open_case=open_case, scope=scope)
        found.append((list(objected), RowOpening(row, number_hash, str(row["main_number"]).upper())))
    return found


def graduates_by_hash(hashes: Sequence[str]) -> dict[str, Student]:
    """Children with their enrolments and archives, by the hash of the main number."""
    children = db.session.scalars(
        sa.select(Student)
        .where(among(Student.main_number_hash, hashes))
        .options(selectinload(Student.enrolments), joinedload(Student.archive).joinedload(Archive.custodian))
        .execution_options(populate_existing=True)
    )
    return {child.main_number_hash: child for child in children.unique()}


@hooks.precheck("home_return")
def open_home_return(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Opening:
    """P02b 回原籍升学: one graduate of elsewhere; exempt from plans. Raises Missing, or Objected with everything."""
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    stage, year = Stage(application["stage"]), application["entry_year"]
    student = child_by_number(application["main_number"], application["name"])
    objections = list(objections_to_cohort(year, OPENS, locked_since(year), late=False))
    objections += _about_the_school(school, stage, year)
    objections += objections_to_graduate(
        student, application, school.office, stage, open_case=open_case_of(student.id), outside_allowed=True
    )
    objections += objections_to_home_return(
        school.office, student, application["household_division"], scope_of(school.id)
    )
    objections += objections_to_days("home_return", application, Life(clock.today(), born_on=student.born_on))
    if objections:
        raise Objected(objections)
    enrolment = student.last_enrolment
    assert enrolment is not None
    return Opening(
        student=student,
        receiving=school.office,
        releasing=enrolment.school.office,
        application={name: value for name, value in application.items() if name != "main_number"},
    )


@hooks.objections_today("registration_primary", "registration_stage")
def _today(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P01, P02: too early, the cohort is locked, or no number has been set for any stage of the school."""
    return registration_today(version, profile) or _without_a_number(version, actor)


@hooks.objections_today("home_return")
def _home_return_today(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P02b: registered in the same time as everybody who comes from the stage before."""
    year = clock.school_year(clock.today())
    return list(objections_to_cohort(year, OPENS, locked_since(year), late=False))


def _without_a_number(version: CompiledVersion, actor: Actor) -> list[Refused]:
    school, year = db.session.get(School, actor.office_id), clock.school_year(clock.today())
    stages = [each for each in Stage if (each is Stage.PRIMARY) == (version.key == "registration_primary")]
    taught = [each for each in stages if school is not None and school.teaches(each)]
    if not taught or any(quota_of(actor.office_id, each, year) for each in taught):
        return []
    return [NoPlan(year=year, stage="、".join(STAGE_NAMES[each] for each in taught))]


def registration_today(version: CompiledVersion, profile: str) -> list[Refused]:
    """P01, P02: what stands against registering anybody in time today: too early, or the cohort is locked."""
    year, policy = clock.school_year(clock.today()), version.decide(f"{version.key}_rules", profile=profile)
    return list(objections_to_cohort(year, policy.get("opens", OPENS), locked_since(year), late=False))
