"""What registrations add to the engine: whose cohort they register, so that the lock finds them; the seats left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Panel
from app.processes.quotas.presenters import FIRST_GRADES, seats_panel


@hooks.cohort("registration_primary", "registration_stage", "home_return")
def cohort(case_id: int, application: Mapping[str, Any]) -> int | None:
    """The entry year that the application names; once it has closed, the case goes on as 补录."""
    year: int | None = application.get("entry_year")
    return year


@hooks.beside_form("registration_primary")
def primary_seats(actor: Actor) -> Panel | None:
    return seats_panel(actor, FIRST_GRADES[:1])


@hooks.beside_form("registration_stage", "home_return")
def later_seats(actor: Actor) -> Panel | None:
    return seats_panel(actor, FIRST_GRADES[1:])


@hooks.beside_form("late_registration")
def all_seats(actor: Actor) -> Panel | None:
    return seats_panel(actor, FIRST_GRADES)
