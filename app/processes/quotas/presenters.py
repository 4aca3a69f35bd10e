"""The numbers of a school as a page shows them: where there is a seat, before anybody types."""

from __future__ import annotations

from collections.abc import Collection

from app import clock
from app.access import Actor
from app.cases.hooks import Panel
from app.database import db
from app.schools.models import GRADES, School
from app.schools.queries import seats_by_grade

FIRST_GRADES = ("11", "21", "31")


def seats_panel(actor: Actor, grades: Collection[str] = tuple(GRADES)) -> Panel | None:
    """Total, used, reserved and free of these grades of the actor's school; None where it teaches none of them."""
    school = db.session.get(School, actor.office_id)
    seats = seats_by_grade(school, clock.school_year(clock.today())) if school else {}
    shown = [(GRADES[grade], quota) for grade, quota in seats.items() if grade in grades]
    return Panel("quotas/_seats.html", {"seats": shown}) if shown else None
