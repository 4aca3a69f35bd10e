"""What a reorganisation adds to the engine: which schools and bureaus its form offers by name."""

from __future__ import annotations

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Offered
from app.cases.presenters.choices import bureaus, offices_named, schools_right_below
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.students.models import Student

KEY = "school_reorganisation"


@hooks.names(KEY, "school")
def schools(student: Student | None, actor: Actor) -> Offered:
    """The schools whose own superior this bureau is."""
    return schools_right_below(actor)


@hooks.names(KEY, "successor")
def successors(student: Student | None, actor: Actor) -> Offered:
    """Who may take over from a school: other schools of the jurisdiction, or the bureau itself."""
    return [
        (actor.office_code, actor.office_name),
        *offices_named(Office.kind == OfficeKind.SCHOOL, inside(actor)),
    ]


@hooks.names(KEY, "new_superior")
def superiors(student: Student | None, actor: Actor) -> Offered:
    """Every bureau below the province."""
    return bureaus()
