"""With what a rehearsal of taking a change back begins: a child that has changed its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import hooks
from app.students.operations import CaseContext
from app.students.operations.changes import change_class
from app.students.queries import changes_of

CLASS = 1


@hooks.scene("reversal")
def _a_change(scene: hooks.Scene) -> Mapping[str, Any]:
    """A class that was given to the child under an earlier case."""
    if scene.child is None:
        return {}
    school, child = scene.applicant.id, scene.child.id
    with scene.case_of("class_change") as case:
        said = {"school_class": CLASS}
        change_class(
            CaseContext(
                case.id, case.number, case.process_key, child, school, None, school, scene.actor, application=said
            )
        )
    return {"change": changes_of(child)[-1].id}
