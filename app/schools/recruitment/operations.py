"""Recruiting beyond the own area, made true: a scope set, a plan proposed, consented to, lodged, filed or ended."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.schools.models import School
from app.schools.plans import RecruitingScope
from app.schools.recruitment.queries import scope_of


def set_scope(school: School, divisions: Sequence[str], *, case_id: int, actor: Actor) -> None:
    """The divisions that count as the school's own area from now on, in place of those before."""
    before = scope_of(school.id)
    db.session.execute(sa.delete(RecruitingScope).where(RecruitingScope.school_id == school.id))
    for code in divisions:
        row = RecruitingScope(school_id=school.id, division_code=code, case_id=case_id, set_at=clock.now())
        db.session.add(row)
    db.session.flush()
    audit.record(
        "recruitment/set_scope",
        f"school:{school.office.code}",
        actor=actor,
        before={"divisions": list(before)},
        after={"divisions": sorted(divisions)},
    )
