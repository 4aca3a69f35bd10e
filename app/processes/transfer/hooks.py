"""What transfers add to the engine: where an application begins, and the classes a child may come into."""

from __future__ import annotations

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Offered
from app.cases.presenters.choices import classes_for
from app.students.models import Student

hooks.start_page["transfer"] = "transfer.start_transfer"  # begins with a child of another school, by number and name


@hooks.names("transfer", "school_class")
def classes(student: Student | None, actor: Actor) -> Offered:
    """The child is still at another school, and comes into one of these."""
    return classes_for(student, actor, arriving=True) if student is not None else ()
