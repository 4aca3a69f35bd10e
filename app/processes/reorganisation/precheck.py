"""Precheck of merging, closing, renaming or passing on a school: only its own superior proposes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.models import Case, CaseStatus, RouteStep
from app.cases.rules import next_tier
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.divisions.queries import office_by_code
from app.errors import InvalidInput, NotAllowed, Objected, Refused, WrongOffice
from app.schools.models import School, Stage
from app.schools.queries import school_right_below
from app.schools.rules import NotReorganised, objections_to_successor, objections_to_superior
from app.students.models import Enrolment

ASKED = {  # what each kind needs beyond the school
    "merger": ("successor",),
    "closure": ("successor",),
    "renaming": ("new_name", "new_short_name"),
    "superior": ("new_superior",),
}


class NotTheSuperior(WrongOffice, NotAllowed):
    text = "学校的撤并、更名与划转只能由其主管部门提出。"


@hooks.precheck("school_reorganisation")
def open_reorganisation(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Opening:
    """P33. Raises Missing (no such school here), NotTheSuperior, or Objected with everything against it."""
    school = school_right_below(actor, application["school"], NotTheSuperior)
    objections = list(objections_to_reorganising(school, application))
    if objections:
        raise Objected(objections)
    superior = school.office.superior
    return Opening({"next_tier": superior is not None and next_tier(superior) is not None})


def objections_to_reorganising(
    school: School, application: Mapping[str, Any], *, but: int | None = None
) -> Iterator[Refused]:
    """Everything against it today; asked again when it takes effect. but -- the case that asks."""
    kind = application["kind"]
    missing = [name for name in ASKED[kind] if not application.get(name)]
    for name in missing:
        title = {"successor": "承接单位代码", "new_superior": "新主管部门代码"}.get(name, "新校名与简称")
        yield InvalidInput(sentence=f"请填写{title}。", field=name)
    if school.office.closed_on is not None:
        yield NotReorganised(sentence=f"该校已于 {school.office.closed_on:%Y-%m-%d} 撤销。", field="school")
    if numbers := _cases_in_the_way(school.office, but, every=kind != "renaming"):
        yield NotReorganised(sentence=f"该校另有事项在办，须先办结：{'、'.join(numbers)}。", field="school")
    if missing:
        return
    if kind in ("merger", "closure"):
        yield from _about_the_successor(school, application)
    elif kind == "renaming":
        yield from _about_the_name(school.office, application)
    else:
        yield from _about_the_superior(school, application)


def _about_the_successor(school: School, application: Mapping[str, Any]) -> Iterator[Refused]:
    successor = office_by_code(application["successor"])
    other = db.session.get(School, successor.id) if successor else None
    teaches = [stage for stage in Stage if other is not None and other.teaches(stage)]
    enrolled = (
        sa.select(Enrolment.stage).where(Enrolment.school_id == school.id, Enrolment.ends_on.is_(None)).distinct()
    )
    keeps = db.session.scalars(enrolled).all()
    yield from objections_to_successor(school, successor, teaches=teaches, keeps=keeps, kind=application["kind"])


def _about_the_name(office: Office, application: Mapping[str, Any]) -> Iterator[Refused]:
    name = application["new_name"]
    taken = sa.select(Office.id).where(Office.name == name, Office.id != office.id, Office.closed_on.is_(None))
    if name == office.name:
        yield NotReorganised(sentence="新校名与现校名相同。", field="new_name")
    elif db.session.scalar(taken.where(Office.superior_id == office.superior_id).limit(1)):
        yield NotReorganised(sentence="同一主管部门下已有同名学校。", field="new_name")


def _about_the_superior(school: School, application: Mapping[str, Any]) -> Iterator[Refused]:
    superior = school.office.superior
    tier = next_tier(superior) if superior else None
    bureau = office_by_code(application["new_superior"])
    yield from objections_to_superior(school, bureau, tier, _transfers_under_one_superior(school.office))


def _transfers_under_one_superior(office: Office) -> list[str]:
    other = sa.orm.aliased(Office)
    between = sa.or_(
        sa.and_(Case.receiving_school_id == office.id, Case.releasing_school_id == other.id),
        sa.and_(Case.releasing_school_id == office.id, Case.receiving_school_id == other.id),
    )
    query = (
        sa.select(Case.number)
        .join(other, between)
        .where(Case.process_key == "transfer", Case.status != CaseStatus.CLOSED)
        .where(other.superior_id == office.superior_id)
        .order_by(Case.id)
    )
    return list(db.session.scalars(query))


def _cases_in_the_way(office: Office, but: int | None, *, every: bool) -> list[str]:
    """Open cases about no single child, which cannot be re-addressed: batches, plans, numbers of seats.

    every -- False: only another reorganisation of the school.
    """
    open_cases = sa.select(Case).where(
        Case.student_id.is_(None), Case.status != CaseStatus.CLOSED, Case.version_id.is_not(None), Case.id != (but or 0)
    )
    passes = sa.select(RouteStep.id).where(RouteStep.case_id == Case.id, RouteStep.office_id == office.id).exists()
    about = open_cases.where(Case.process_key.in_(("school_reorganisation", "quota_setting")))
    found = [each for each in db.session.scalars(about) if each.application.get("school") == office.code]
    if not every:
        found = [each for each in found if each.process_key == "school_reorganisation"]
    else:
        found += db.session.scalars(open_cases.where(sa.or_(Case.applicant_office_id == office.id, passes))).all()
    return sorted({each.number for each in found})
