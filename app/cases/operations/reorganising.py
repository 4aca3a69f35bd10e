"""学校撤并更名与划转: everything that hangs on a school moves in the one transaction of the next tier's agreement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import audit
from app.cases.openings.reorganisation import objections_to_reorganising
from app.cases.operations import readdressing
from app.database import db
from app.divisions.models import Office, ReorganisationKind
from app.divisions.operations import reorganise as reorganise_office
from app.errors import Missing
from app.identity.operations import end_posts
from app.schools.models import School
from app.schools.operations import hand_over_classes, hand_over_plans, hand_over_seats
from app.students.operations import Proceeding, handing_over


def reorganise(proceeding: Proceeding) -> None:
    """Merge, close, rename or pass on the school that the application names.

    Raises the first objection that holds by now (E-REORG), Stale when a case of the school is decided meanwhile.
    """
    proceeding.claim()
    asked = proceeding.application
    office = _named(asked["school"])
    db.session.execute(sa.select(School.id).where(School.id == office.id).with_for_update())
    school = db.session.get_one(School, office.id)
    for objection in objections_to_reorganising(school, asked, but=proceeding.case_id):
        raise objection
    kind = ReorganisationKind(asked["kind"])
    if kind is ReorganisationKind.RENAMING:
        moved: dict[str, Any] = _rename(proceeding, office)
    elif kind is ReorganisationKind.SUPERIOR:
        moved = _pass_on(proceeding, office)
    else:
        moved = _close(proceeding, office, kind)
    audit.record(
        f"schools/{kind.value}",
        f"office:{office.code}",
        actor=proceeding.actor,
        after={**moved, "case": proceeding.number},
    )


def _rename(proceeding: Proceeding, office: Office) -> dict[str, Any]:
    asked = proceeding.application
    reorganise_office(
        office,
        ReorganisationKind.RENAMING,
        basis=asked["basis"],
        case_id=proceeding.case_id,
        name=asked["new_name"],
        short_name=asked["new_short_name"],
    )
    return {"name": office.name}


def _pass_on(proceeding: Proceeding, office: Office) -> dict[str, Any]:
    asked = proceeding.application
    before, superior = office.superior, _named(asked["new_superior"])
    assert before is not None
    reorganise_office(
        office, ReorganisationKind.SUPERIOR, basis=asked["basis"], case_id=proceeding.case_id, superior=superior
    )
    children = handing_over.follow_superior(proceeding, office, before.code)
    why = f"{office.name}的主管部门由{before.name}改为{superior.name}（{asked['basis']}）"[:150]
    readdressing.follow_new_superior(office, why, actor=proceeding.actor)
    return {"superior": superior.code, "children": children}


def _close(proceeding: Proceeding, office: Office, kind: ReorganisationKind) -> dict[str, Any]:
    asked, actor = proceeding.application, proceeding.actor
    successor = _named(asked["successor"])
    if successor.is_bureau:
        why = f"{office.name}撤销（{asked['basis']}）"[:150]
        readdressing.end_cases_of(office, successor, why, actor=actor)
        children = 0
    else:
        verb = "并入" if kind is ReorganisationKind.MERGER else "撤销，学生转入"
        why = f"{office.name}{verb}{successor.name}（{asked['basis']}）"[:150]
        readdressing.give_cases_to_successor(office, successor, why, actor=actor)
        hand_over_seats(office.id, successor.id, basis=asked["basis"], case_id=proceeding.case_id, actor=actor)
        children = handing_over.hand_over_children(proceeding, office, successor)
        hand_over_classes(office.id, successor.id)
        hand_over_plans(office.id, successor.id)
    archives = handing_over.hand_over_archives(proceeding, office, successor)
    end_posts(office, actor=actor)
    reorganise_office(office, kind, basis=asked["basis"], case_id=proceeding.case_id, successor=successor)
    return {"successor": successor.code, "children": children, "archives": archives}


def _named(code: str) -> Office:
    office = db.session.scalar(sa.select(Office).where(Office.code == code))
    if office is None:
        raise Missing()
    return office
