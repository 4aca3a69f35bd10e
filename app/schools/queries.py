"""Reads of schools."""

from __future__ import annotations

from app.access import Actor
from app.database import db
from app.divisions.queries import office_by_code
from app.errors import Missing, NotAllowed
from app.schools.models import School


def school_by_code(code: str) -> School | None:
    office = office_by_code(code)
    return db.session.get(School, office.id) if office else None


def school_right_below(actor: Actor, code: str, refusal: type[NotAllowed]) -> School:
    """The school of that code, for the bureau that is its own superior.

    Raises Missing outside the jurisdiction, `refusal` for a tier above the superior.
    """
    school = school_by_code(code)
    if school is None or not actor.answers_for(school.office.path):
        raise Missing()
    if school.office.superior_id != actor.office_id:
        raise refusal(field="school")
    return school
