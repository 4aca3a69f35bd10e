"""学校撤并更名与划转: everything that hangs on a school moves in the one transaction of the next tier's agreement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import audit
from app.cases.operations import reassignment
from app.database import db
from app.divisions.models import Office, ReorganisationKind
from app.divisions.operations import reorganise as reorganise_office
from app.errors import Missing
from app.identity.operations import end_posts
from app.processes.recruitment.operations.plans import hand_over_plans
from app.processes.reorganisation.precheck import objections_to_reorganising
from app.schools.models import School
from app.schools.operations import hand_over_classes, hand_over_seats
from app.students.operations import CaseContext, succession


def reorganise(context: CaseContext) -> None:
    """Merge, close, rename or pass on the school that the application names.

    Raises the first objection that holds by now (E-REORG), Stale when a case of the school is decided meanwhile.
    """
    context.claim()
    asked = context.application
    office = _named(asked["school"])
    db.session.execute(sa.select(School.id).where(School.id == office.id).with_for_update())
    school = db.session.get_one(School, office.id)
    for objection in objections_to_reorganising(school, asked, but=context.case_id):
        raise objection
    kind = ReorganisationKind(asked["kind"])
    if kind is ReorganisationKind.RENAMING:
        moved: dict[str, Any] = _rename(context, office)
    elif kind is ReorganisationKind.SUPERIOR:
        moved = _pass_on(context, office)
    else:
        moved = _close(context, office, kind)
    audit.record(
        f"schools/{kind.value}",
        f"office:{office.code}",
        actor=context.actor,
        after={**moved, "case": context.number},
    )


def _rename(context: CaseContext, office: Office) -> dict[str, Any]:
    asked = context.application
    reorganise_office(
        office,
        ReorganisationKind.RENAMING,
        basis=asked["basis"],
        case_id=context.case_id,
        name=asked["new_name"],
        short_name=asked["new_short_name"],
    )
    return {"name": office.name}


def _pass_on(context: CaseContext, office: Office) -> dict[str, Any]:
    asked = context.application
    before, superior = office.superior, _named(asked["new_superior"])
    assert before is not None
    reorganise_office(
        office, ReorganisationKind.SUPERIOR, basis=asked["basis"], case_id=context.case_id, superior=superior
    )
    children = succession.follow_superior(context, office, before.code)
    why = f"{office.name}的主管部门由{before.name}改为{superior.name}（{asked['basis']}）"[:150]
    reassignment.follow_new_superior(office, why, actor=context.actor)
    return {"superior": superior.code, "children": children}


def _close(context: CaseContext, office: Office, kind: ReorganisationKind) -> dict[str, Any]:
    asked, actor = context.application, context.actor
    successor = _named(asked["successor"])
    if successor.is_bureau:
        why = f"{office.name}撤销（{asked['basis']}）"[:150]
        reassignment.end_cases_of(office, successor, why, actor=actor)
        children = 0
    else:
        verb = "并入" if kind is ReorganisationKind.MERGER else "撤销，学生转入"
        why = f"{office.name}{verb}{successor.name}（{asked['basis']}）"[:150]
        reassignment.give_cases_to_successor(office, successor, why, actor=actor)
        hand_over_seats(office.id, successor.id, basis=asked["basis"], case_id=context.case_id, actor=actor)
        children = succession.hand_over_children(context, office, successor)
        hand_over_classes(office.id, successor.id)
        hand_over_plans(office.id, successor.id)
    archives = succession.hand_over_archives(context, office, successor)
    end_posts(office, actor=actor)
    reorganise_office(office, kind, basis=asked["basis"], case_id=context.case_id, successor=successor)
    return {"successor": successor.code, "children": children, "archives": archives}


def _named(code: str) -> Office:
    office = db.session.scalar(sa.select(Office).where(Office.code == code))
    if office is None:
        raise Missing()
    return office
