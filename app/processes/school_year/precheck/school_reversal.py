"""Precheck of taking back a whole school's graduation or promotion: the applicant is the school that did it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.models import Case, CaseOutcome
from app.cases.queries.open_cases import is_about, same_open
from app.cases.rules import next_tier
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.errors import Missing, Objected, Refused
from app.students.models import Student
from app.students.operations.school_reversal import ACTS, children_of, objections_to_reversed_act
from app.students.queries.acts import ChildOfAct, children_of_act


class NothingToReverse(Refused):
    """P34: no graduation and no promotion of this school holds any more."""

    code = "E-REV-07"
    text = "本校没有可以撤销的毕业或升级：尚未办理过，或已全部撤销。"


NAMES = {"promotion": "升级", "graduation": "毕业"}
OFFERED = 20  # of the school's last acts


@hooks.precheck("school_reversal")
def open_school_reversal(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Opening:
    """P34 for a whole school. Raises Missing (no such act of this school), or Objected: with each child by name that
    has a later change, an open case or has been pulled since.
    """
    act = db.session.scalar(_acts(actor).where(Case.number == application["act"]))
    if act is None:
        raise Missing()
    objections = same_open(version.key, actor.office_id, act_id=act.id)
    objections += objections_to_reversed_act(act.id, act.process_key, actor.office_id, is_about)
    if objections:
        raise Objected(objections)
    superior = db.session.get_one(Office, actor.office_id).superior
    facts = {"next_tier": superior is not None and next_tier(superior) is not None}
    kept = {**application, "act": _words(act), "act_id": act.id, "process": act.process_key}
    return Opening(facts, application=kept)


@hooks.choices("school_reversal", "act")
def acts_to_choose(student: Student | None, actor: Actor) -> list[tuple[str, str]]:
    """The school's graduations and promotions of which something still holds, the newest first."""
    acts = db.session.scalars(_acts(actor).order_by(Case.id.desc()).limit(OFFERED)).all()
    return [(each.number, _words(each)) for each in acts if children_of(each.id, each.process_key)]


@hooks.objections_today("school_reversal")
def _anything_to_reverse(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    return [] if acts_to_choose(None, actor) else [NothingToReverse()]


@hooks.act_children("school_reversal")
def _who_would_go_back(case: Case) -> list[ChildOfAct]:
    return children_of_act(case.application["act_id"], back=True)


def _acts(actor: Actor) -> sa.Select[Case]:
    return sa.select(Case).where(
        Case.applicant_office_id == actor.office_id,
        Case.process_key.in_(ACTS),
        Case.outcome == CaseOutcome.AGREED,
    )


def _words(act: Case) -> str:
    """毕业 20270628-000001（26 人）."""
    return f"{NAMES[act.process_key]} {act.number}（{children_of(act.id, act.process_key)} 人）"
