"""With what rehearsals about a whole school begin: a day of the season, and a child that goes up or leaves."""

from __future__ import annotations

from collections.abc import Mapping

from app import clock
from app.cases import hooks
from app.cases.hooks import Example, examples
from app.cases.queries.open_cases import is_held
from app.students.operations import CaseContext, promotion
from app.students.rules.promotion import year_entered

ALL_YEAR = {"opens": "01-01", "closes": "12-31", "late_until": ""}
GOING_UP = {"day": "07-20", "at": "applicant"}

examples |= {
    "promotion": Example(GOING_UP),
    "graduation": Example(
        {"day": "06-15", "at": "applicant", "grade": "16"}, {"grade": "16", "graduates_on": "=day+0"}
    ),
    "roll_verification": Example({"at": "applicant"}),
    "school_reversal": Example(GOING_UP),
}


@hooks.scene("school_reversal")
def _a_promotion(scene: hooks.Scene) -> Mapping[str, str]:
    """The school's children have gone up under an earlier case of today."""
    school, said = scene.applicant.id, {"year": year_entered(clock.today())}
    with scene.case_of("promotion") as case:
        promotion.promote(
            CaseContext(
                case.id, case.number, case.process_key, None, school, None, school, scene.actor,
                windows=lambda: [ALL_YEAR], application=said,
            ),
            is_held,
        )  # fmt: skip
    return {"act": case.number}
