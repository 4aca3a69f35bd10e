"""With what rehearsals of recruiting begin: a source beyond the own area; for a list a filed plan, and a graduate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from app import clock
from app.cases import hooks
from app.cases.hooks import Example, examples
from app.database import db
from app.processes.recruitment.models import Filing, Plan, PlanKind, PlanStatus
from app.schools.models import Stage

EARLY = {"day": "12-01", "stage": "junior"}
#: for next year's children, as of a day before the turn of the year
NEXT_YEAR = {
    "source": "=other_bureau",
    "stage": "junior",
    "entry_year": "=school_year+1",
    "cap": 5,
    "closes_on": "=day+200",
}
FILED = "B{year}-{office}-999999"  # so many are never filed in a year
CAP = 5

examples |= {
    "recruiting_scope": Example({"apart": "same"}, {"school": "=other", "divisions": ["=applicant"]}),
    "plan_cross_county": Example({**EARLY, "apart": "city"}, NEXT_YEAR),
    "plan_cross_city": Example({**EARLY, "apart": "province"}, NEXT_YEAR),
    "recruitment_roster": Example(
        {"day": "09-07", "stage": "junior", "apart": "city", "at": "other", "grade": "16", "standing": "graduated"},
        {"filing": "=filing"},
    ),
}


@hooks.scene("recruitment_roster")
def _a_filed_plan(scene: hooks.Scene) -> Mapping[str, str]:
    """This year's plan of the applying school for the area of the other one, filed and closed."""
    here, source = scene.applicant, scene.other.superior if scene.other else None
    if source is None or here.superior is None:
        return {}
    today, year = clock.today(), clock.school_year(clock.today())
    with scene.case_of("plan_cross_county") as case:
        case_id = case.id
    plan = Plan(
        case_id=case_id,
        kind=PlanKind.CROSS_COUNTY,
        school_id=here.id,
        stage=Stage.JUNIOR,
        entry_year=year,
        source_id=source.id,
        cap=CAP,
        closes_on=today - dt.timedelta(days=30),
        status=PlanStatus.FILED,
    )
    db.session.add(plan)
    db.session.flush()
    number = FILED.format(year=year, office=here.superior.code)
    lodged = clock.now() - dt.timedelta(days=60)
    db.session.add(
        Filing(plan_id=plan.id, office_id=here.superior_id, lodged_at=lodged, number=number, accepted_at=lodged)
    )
    db.session.flush()
    return {"filing": number}
